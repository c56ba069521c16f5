using System.CommandLine;
using Velox.Svm;

namespace Velox.Cli;

/// <summary><c>velox bench</c>: short measurements, each beside a peer in the same run.</summary>
internal static class BenchCommand
{
    private const int MaxCount = 50_000_000;
    private const int MaxRuns = 1_000;

    internal static Command Create() => new("bench", "Measure a part of the engine beside a peer in the same run.")
    {
        Create("ring", "64-byte items from thread to thread, beside Channel<T>.", "items", 2_000_000, MaxCount, RingBench.Run),
        Create("book", "Orders through a market, beside a book of sorted dictionaries.", "operations", 500_000, MaxCount, BookBench.Run),
        Create("svm", "Signed transfers through the six stages, all workers beside one.", "transactions", 4_096, Bank.MaxTransactionsPerBlock, SvmBench.Run),
    };

    private static Command Create(
        string name, string description, string unit, int count, int maxCount, Func<int, int, IReadOnlyList<BenchLine>> run)
    {
        Option<int> counts = NumberOption.Create("--count", $"How many {unit} a run takes", 1, maxCount, count);
        Option<int> runs = NumberOption.Create("--runs", "How many runs; the median is printed", 1, MaxRuns, 5);
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of a table." };

        var command = new Command(name, description) { counts, runs, json };
        command.SetAction(result =>
        {
            int runCount = result.GetValue(runs);
            BenchReport.Print(name, runCount, run(runCount, result.GetValue(counts)), result.GetValue(json));
        });
        return command;
    }
}
