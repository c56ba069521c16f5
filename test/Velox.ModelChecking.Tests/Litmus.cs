using Xunit;

namespace Velox.ModelChecking.Tests;

/// <summary>A litmus test: a few words, a few registers, and the set of outcomes over all executions.</summary>
/// <remarks>The outcome "1 0" means that register 0 ended as 1 and register 1 as 0.</remarks>
internal static unsafe class Litmus
{
    /// <summary>A thread of a litmus test: shared words and registers.</summary>
    internal delegate void Body(long* words, long[] registers);

    /// <summary>Runs the threads in every way; returns the distinct outcomes in order.</summary>
    internal static string[] Outcomes(int registerCount, params Body[] threads) =>
        Outcomes(registerCount, wordCount: 0, threads);

    /// <summary>As the other, with so many of the words as they are at the end behind the registers.</summary>
    internal static string[] Outcomes(int registerCount, int wordCount, Body[] threads)
    {
        var outcomes = new SortedSet<string>(StringComparer.Ordinal);
        CheckResult result = ModelChecker.Check(scenario =>
        {
            // One word per 128 bytes of its own is not needed: the model has no cache lines.
            long* words = scenario.Allocate<long>("words", 4);
            long[] registers = new long[registerCount];
            foreach (Body thread in threads)
                scenario.Thread(() => thread(words, registers));
            scenario.Finally(() => outcomes.Add(
                string.Join(' ', [.. registers, .. new ReadOnlySpan<long>(words, wordCount)])));
        });
        result.MustPass();
        TestContext.Current.TestOutputHelper?.WriteLine($"{result.Executions} executions, {result.Pruned} pruned");
        return [.. outcomes];
    }
}
