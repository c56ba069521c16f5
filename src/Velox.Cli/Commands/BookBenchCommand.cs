using System.CommandLine;
using Velox.OrderBook;

namespace Velox.Cli;

/// <summary>What <c>velox bench book</c> does besides its short measurement: flows of the neutral workload.</summary>
internal sealed class BookBenchCommand
{
    private const int MaxSeed = int.MaxValue;

    private readonly Option<int> _seed = NumberOption.Create("--gen", "Write a flow of this seed to --out", 0, MaxSeed, 0);
    private readonly Option<string?> _out = PathOption("--out", "Where --gen writes the flow.");
    private readonly Option<int> _operations = NumberOption.Create("--operations", "Operations of --gen", 1, FlowFile.MaxOperations, 5_000_000);
    private readonly Option<int> _symbols = NumberOption.Create("--symbols", "Symbols of --gen", 1, FlowFile.MaxSymbols, 64);
    private readonly Option<bool> _noReduce = new("--no-reduce") { Description = "Let --gen write cancels instead of reduces, for books that cannot reduce." };
    private readonly Option<string?> _flow = PathOption("--flow", "Replay this flow through the engine, beside plain books.");

    private readonly Option<bool> _bare = new("--bare") { Description = "Replay --flow through markets that only match." };
    private readonly Option<bool> _hostile = new("--hostile") { Description = "Hostile flows beside the standard one: nanoseconds an operation, of sweeps a fill." };
    private readonly Option<bool> _reader = new("--reader") { Description = "Best bid and ask read by a second thread, and what that costs the writer." };

    internal IEnumerable<Option> Options => [_seed, _out, _operations, _symbols, _noReduce, _flow, _bare, _hostile, _reader];

    /// <summary>Does what the options ask for.</summary>
    /// <returns>False when they ask for none of it.</returns>
    internal bool TryRun(ParseResult result, int runs, bool asJson)
    {
        if (result.GetResult(_seed) is { Implicit: false })
            Generate(result);
        else if (result.GetValue(_flow) is { } path)
            Replay(path, runs, result.GetValue(_bare), asJson);
        else if (result.GetValue(_hostile))
            BenchReport.Print("book --hostile", runs, HostileBench.Run(runs), asJson);
        else if (result.GetValue(_reader))
            BenchReport.Print("book --reader", runs, ReaderBench.Run(runs), asJson);
        else
            return false;
        return true;
    }

    private static void Replay(string path, int runs, bool isBare, bool asJson)
    {
        if (isBare)
            FlowBench.Run(path, runs, MarketFlags.MatchingOnly).Print("markets that only match, events", runs, asJson);
        else
            FlowBench.Run(path, runs, MarketFlags.None).Print("markets with seats, fees, self-trade checks, events", runs, asJson);
    }

    private void Generate(ParseResult result)
    {
        string path = result.GetValue(_out) ?? throw new BenchFailedException("--gen needs --out, the file to write.");
        Flow flow = FlowGenerator.Make(
            (ulong)result.GetValue(_seed), result.GetValue(_operations), result.GetValue(_symbols), !result.GetValue(_noReduce));
        try
        {
            FlowFile.Write(path, flow);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BenchFailedException($"The flow cannot be written: {error.Message}");
        }
    }

    private static Option<string?> PathOption(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = "FILE" };
        option.Validators.Add(PathRules.RefuseEmpty);
        return option;
    }
}
