using System.Diagnostics;
using Velox.Svm;

namespace Velox.Cli;

/// <summary>Kinds of transactions through the six stages, in blocks with roots; all workers beside one, and each stage's share.</summary>
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
            (double parallel, double serial) = BenchReport.Medians(
                runs, () => Measure(flow, transactions, workers, checksSignatures: true).PerSecond,
                () => Measure(flow, transactions, workers: 1, checksSignatures: true).PerSecond);
            string unit = flow.UnitsPerTransaction == 1 ? "transactions/s" : "messages/s";
            lines.Add(new BenchLine($"signed {flow.Name}, six stages, {workers} workers", parallel, unit, "1 worker", serial));
            AddSplit(lines, flow, $"signed {flow.Name}", Measure(flow, transactions, workers: 1, checksSignatures: true));
            double plain = Measure(flow, transactions, workers: 1, checksSignatures: false).StageMicros.Sum(stage => stage.Micros);
            lines.Add(new BenchLine($"{flow.Name}, signatures not checked, 1 worker", plain, MicrosOf(flow)));
        }

        return lines;
    }

    private static void AddSplit(List<BenchLine> lines, SvmFlow flow, string name, Result result)
    {
        string unit = MicrosOf(flow);
        double sum = result.StageMicros.Sum(stage => stage.Micros);
        lines.Add(new BenchLine($"{name}, all stages, 1 worker", sum, unit));
        foreach ((string stage, double micros) in result.StageMicros)
            lines.Add(new BenchLine($"{name}, {stage}: {micros / sum:P1}", micros, unit));
    }

    private static string MicrosOf(SvmFlow flow) => flow.UnitsPerTransaction == 1 ? "us/transaction" : "us/message";

    private static Result Measure(SvmFlow flow, int transactions, int workers, bool checksSignatures)
    {
        Bank bank = flow.CreateBank(workers);

        // Signing is the client's work: it is done before the clock starts.
        byte[][] signed = [.. Enumerable.Range(0, transactions).Select(number => flow.Sign(number, bank.LastHash))];
        TimeSpan[] before = [.. bank.Stages.Select(stage => stage.Busy)];
        long start = Stopwatch.GetTimestamp();
        SvmFlow.RunBlock(bank, signed, checksSignatures);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        double count = (double)transactions * flow.UnitsPerTransaction;
        (string, double)[] stages =
            [.. bank.Stages.Select((stage, i) => (stage.Name, (stage.Busy - before[i]).TotalMicroseconds / count))];
        return new Result(count / seconds, stages);
    }

    private sealed record Result(double PerSecond, (string Name, double Micros)[] StageMicros);
}
