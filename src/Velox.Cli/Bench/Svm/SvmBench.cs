using System.Diagnostics;
using Velox.Svm;

namespace Velox.Cli;

/// <summary>Kinds of transactions through the six stages, in blocks with roots; all workers beside one, and each stage's share.</summary>
/// <remarks>
/// Each measurement has a chain of its own, and a block before the one that is measured, so that what is measured is how it goes on:
/// senders are known, memory is there.
/// </remarks>
internal static class SvmBench
{
    private const int Wallets = 512;
    private const int HotWallets = 8;

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
            lines.Add(Compare(flow, runs, transactions, workers, checksSignatures: true));
            lines.Add(Compare(flow, runs, transactions, workers, checksSignatures: false));
            AddSplit(lines, flow, $"signed {flow.Name}", Measure(flow, transactions, workers: 1, checksSignatures: true));
            AddSplit(lines, flow, $"{flow.Name}, signatures not checked", Measure(flow, transactions, workers: 1, checksSignatures: false));
        }

        return lines;
    }

    private static BenchLine Compare(SvmFlow flow, int runs, int transactions, int workers, bool checksSignatures)
    {
        (double parallel, double serial) = BenchReport.Medians(
            runs, () => Measure(flow, transactions, workers, checksSignatures).PerSecond,
            () => Measure(flow, transactions, workers: 1, checksSignatures).PerSecond);
        string name = checksSignatures ? $"signed {flow.Name}" : $"{flow.Name}, signatures not checked";
        string unit = flow.UnitsPerTransaction == 1 ? "transactions/s" : "messages/s";
        return new BenchLine($"{name}, six stages, {workers} workers", parallel, unit, "1 worker", serial);
    }

    private static void AddSplit(List<BenchLine> lines, SvmFlow flow, string name, Result result)
    {
        string item = flow.UnitsPerTransaction == 1 ? "transaction" : "message";
        double sum = result.StageMicros.Sum(stage => stage.Micros);
        lines.Add(new BenchLine($"{name}, all of a block, 1 worker, processor time", result.ProcessorMicros, $"us/{item}"));
        lines.Add(new BenchLine($"{name}, all stages, 1 worker", sum, $"us/{item}"));
        foreach ((string stage, double micros) in result.StageMicros)
            lines.Add(new BenchLine($"{name}, {stage}: {micros / sum:P1}", micros, $"us/{item}"));
        lines.Add(new BenchLine($"{name}, memory allocated", result.AllocatedBytes, $"B/{item}"));
    }

    private static Result Measure(SvmFlow flow, int transactions, int workers, bool checksSignatures)
    {
        Bank bank = flow.CreateBank(workers);
        var runner = new BlockRunner();

        // Signing is the client's work: it is done before the clock starts.
        byte[][][] blocks =
            [.. Enumerable.Range(0, 2 * transactions).Select(number => flow.Sign(number, bank.LastHash)).Chunk(transactions)];
        runner.Run(bank, blocks[0], checksSignatures);

        TimeSpan[] before = [.. bank.Stages.Select(stage => stage.Busy)];
        long allocatedBytes = GC.GetTotalAllocatedBytes(precise: true);
        long processorNanos = ThreadTime.NowNanos;
        long start = Stopwatch.GetTimestamp();
        runner.Run(bank, blocks[1], checksSignatures);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        processorNanos = ThreadTime.NowNanos - processorNanos;
        allocatedBytes = GC.GetTotalAllocatedBytes(precise: true) - allocatedBytes;

        double count = (double)transactions * flow.UnitsPerTransaction;
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
