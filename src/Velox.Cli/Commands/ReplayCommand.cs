using System.CommandLine;
using System.Diagnostics;
using Velox.Node;
using Velox.Svm;

namespace Velox.Cli;

/// <summary><c>velox replay</c>: executes every block of a ledger again and compares every root.</summary>
internal static class ReplayCommand
{
    internal static Command Create()
    {
        var ledger = new Option<string>("--ledger")
        {
            Description = "The ledger folder.",
            Required = true,
            HelpName = "DIR",
        };
        Option<int> workers = NumberOption.Create(
            "--workers", "Threads for verification and execution (the result does not depend on it)",
            1, NodeOptions.MaxWorkers, Math.Min(Environment.ProcessorCount, NodeOptions.MaxWorkers));
        ledger.Validators.Add(PathRules.RefuseEmpty);
        var command = new Command("replay", "Execute all blocks of a ledger again; say whether every root matches. Changes nothing.") { ledger, workers };
        command.SetAction(result => Run(result.GetRequiredValue(ledger), result.GetValue(workers)));
        return command;
    }

    private static int Run(string path, int workers)
    {
        try
        {
            long start = Stopwatch.GetTimestamp();
            var progress = new ReplayProgress(Console.Error);
            LedgerCheck check = LedgerCheck.Run(path, NativePrograms.CreateRegistry(), workers, progress.Report);
            Print(check, Stopwatch.GetElapsedTime(start));
            return 0;
        }
        catch (Exception error) when (error is LedgerException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"velox: {error.Message}");
            return 1;
        }
    }

    private static void Print(LedgerCheck check, TimeSpan elapsed)
    {
        Console.WriteLine($"blocks        {check.LastSlot}");
        Console.WriteLine($"transactions  {check.TransactionCount}");
        Console.WriteLine($"last block    {check.LastHash}");
        Console.WriteLine($"state root    {check.StateRoot}");
        if (check.Tail is { } tail)
            Console.WriteLine($"torn tail     {NodeConsole.Describe(tail)}; left in place, a node cuts it off when it starts");
        Console.WriteLine($"every root matches; replayed in {elapsed.TotalSeconds:0.00} s");
    }
}
