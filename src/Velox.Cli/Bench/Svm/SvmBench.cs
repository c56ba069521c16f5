using System.Diagnostics;
using System.Globalization;
using Velox.Svm;

namespace Velox.Cli;

/// <summary>Kinds of transactions through the six stages, in blocks with roots; all workers beside one, and each stage's share.</summary>
/// <remarks>
/// Each measurement has a chain of its own, and some blocks before those that are measured, so that what is measured is how it goes
/// on: senders are known, memory is there.
/// </remarks>
internal static class SvmBench
{
    private const int Wallets = 512;
    private const int HotWallets = 8;
    private const int BlocksBefore = 2;
    private const int BlocksMeasured = 4;

    internal static IReadOnlyList<BenchLine> Run(int runs, int transactions)
    {
        int workers = Environment.ProcessorCount;
        SvmFlow[] flows =
        [
            new TransferFlow("transfers", Wallets), new TokenFlow(), new TransferFlow($"transfers between {HotWallets} wallets", HotWallets),
            new BundleFlow(),
        ];
        List<BenchLine> lines = [];
        foreach (SvmFlow flow in flows)
        {
            // Signing is the client's work: it is done before the clock starts. All chains of a flow begin with one block hash.
            var blockhash = flow.CreateBank(workers: 1).LastHash;
            byte[][][] blocks =
                [.. Enumerable.Range(0, (BlocksBefore + BlocksMeasured) * transactions).Select(number => flow.Sign(number, blockhash)).Chunk(transactions)];
            AddLines(lines, flow, $"signed {flow.Name}", runs, workers, blocks, checksSignatures: true);
            AddLines(lines, flow, $"{flow.Name}, signatures not checked", runs, workers, blocks, checksSignatures: false);
        }

        return lines;
    }

    private static void AddLines(
        List<BenchLine> lines, SvmFlow flow, string name, int runs, int workers, byte[][][] blocks, bool checksSignatures)
    {
        List<Result> serialResults = [];
        (double parallel, double serial) = BenchReport.Medians(
            runs, () => Measure(flow, blocks, workers, checksSignatures).PerSecond,
            () =>
            {
                serialResults.Add(Measure(flow, blocks, workers: 1, checksSignatures));
                return serialResults[^1].PerSecond;
            });
        string unit = flow.UnitsPerTransaction == 1 ? "transactions/s" : "messages/s";
        lines.Add(new BenchLine($"{name}, six stages, {workers} workers", parallel, unit, "1 worker", serial));

        // What came before is the compilers' warm-up.
        AddSplit(lines, flow, name, serialResults[^runs..]);
    }

    private static void AddSplit(List<BenchLine> lines, SvmFlow flow, string name, List<Result> results)
    {
        string unit = flow.UnitsPerTransaction == 1 ? "us/transaction" : "us/message";
        double sum = Median(result => result.StageMicros.Sum(stage => stage.Micros));
        Add("processor", "all of a block, 1 worker, processor time", Median(result => result.ProcessorMicros), unit);
        Add("stages", "all stages, 1 worker", sum, unit);
        for (int i = 0; i < results[0].StageMicros.Length; i++)
        {
            int index = i;
            string stage = results[0].StageMicros[i].Name;
            double micros = Median(result => result.StageMicros[index].Micros);
            string share = (micros / sum).ToString("P1", CultureInfo.InvariantCulture);
            Add(stage, $"{stage}: {share}", micros, unit, $" {share}");
        }

        Add("bytes", "memory allocated", Median(result => result.AllocatedBytes), unit.Replace("us", "B", StringComparison.Ordinal));

        void Add(string column, string what, double value, string unit, string share = "") =>
            lines.Add(new BenchLine($"{name}, {what}", value, unit) { Cell = new BenchCell(name, column, share) });

        double Median(Func<Result, double> value) => results.Select(value).Order().ElementAt(results.Count / 2);
    }

    private static Result Measure(SvmFlow flow, byte[][][] blocks, int workers, bool checksSignatures)
    {
        Bank bank = flow.CreateBank(workers);
        var runner = new BlockRunner();
        foreach (byte[][] block in blocks[..BlocksBefore])
            runner.Run(bank, block, checksSignatures);

        TimeSpan[] before = [.. bank.Stages.Select(stage => stage.Busy)];
        long allocatedBytes = GC.GetTotalAllocatedBytes(precise: true);
        long processorNanos = ThreadTime.NowNanos;
        long start = Stopwatch.GetTimestamp();
        foreach (byte[][] block in blocks[BlocksBefore..])
            runner.Run(bank, block, checksSignatures);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        processorNanos = ThreadTime.NowNanos - processorNanos;
        allocatedBytes = GC.GetTotalAllocatedBytes(precise: true) - allocatedBytes;

        double count = (double)blocks[BlocksBefore..].Sum(block => block.Length) * flow.UnitsPerTransaction;
        (string, double)[] stages =
            [.. bank.Stages.Select((stage, i) => (stage.Name, (stage.Busy - before[i]).TotalMicroseconds / count))];
        return new Result(count / seconds, stages, processorNanos / 1_000.0 / count, allocatedBytes / count);
    }

    /// <param name="PerSecond">By the clock on the wall.</param>
    /// <param name="StageMicros">By that clock, too.</param>
    /// <param name="ProcessorMicros">Of the thread that owns the bank: all of it with one worker.</param>
    /// <param name="AllocatedBytes">By all threads, the block's own memory included.</param>
    private sealed record Result(double PerSecond, (string Name, double Micros)[] StageMicros, double ProcessorMicros, double AllocatedBytes);
}
