using System.Globalization;

namespace Velox.Svm.Differential;

/// <summary>Both runtimes in turns on the same transactions, kind by kind, and the ratio.</summary>
/// <param name="peer">LiteSVM's process.</param>
/// <param name="count">Transactions of one measurement.</param>
internal sealed class ComparisonBench(LiteSvmPeer peer, int count)
{
    /// <summary>Prints the medians of some runs, and the best.</summary>
    /// <param name="kinds">Which kinds; none for all.</param>
    /// <param name="runs">How often each is measured.</param>
    /// <param name="writer">Where to.</param>
    internal void Print(string[] kinds, int runs, TextWriter writer)
    {
        var ours = new VeloxBench(peer, count);
        var theirs = new LiteSvmBench(peer, count);
        foreach (string kind in BenchTransactions.Kinds.Where(kind => kinds.Length == 0 || kinds.Contains(kind)))
        {
            // Once for the compilers of both.
            ours.WarmUp(kind);
            ours.Measure(kind);
            theirs.Measure(kind);
            double[] oursMicros = new double[runs];
            double[] theirsMicros = new double[runs];
            for (int run = 0; run < runs; run++)
            {
                oursMicros[run] = ours.Measure(kind);
                theirsMicros[run] = theirs.Measure(kind);
            }

            Array.Sort(oursMicros);
            Array.Sort(theirsMicros);
            double median = oursMicros[runs / 2], other = theirsMicros[runs / 2];
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{kind}: {median:F2} us of CPU time (best {oursMicros[0]:F2}), LiteSVM {other:F2} (best {theirsMicros[0]:F2}), {other / median:F1}x"));
        }
    }
}
