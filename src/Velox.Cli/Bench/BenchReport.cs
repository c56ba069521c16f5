using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Velox.Cli;

/// <summary>One measured line: what, how much, and against whom in the same run.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">The median over the runs.</param>
/// <param name="Unit">Unit of the value.</param>
/// <param name="Peer">Who did the same work beside it; null when there is none.</param>
/// <param name="PeerValue">The peer's median, in the same unit.</param>
internal sealed record BenchLine(string Name, double Value, string Unit, string? Peer = null, double? PeerValue = null)
{
    /// <summary>This value divided by the peer's; null where the peer's is nothing: a difference of two times, in a run that was disturbed.</summary>
    public double? Ratio => PeerValue is { } peerValue && double.IsFinite(Value / peerValue) ? Value / peerValue : null;

    /// <summary>Where people find the line, if not in a row of its own.</summary>
    [JsonIgnore]
    public BenchCell? Cell { get; init; }
}

/// <summary>The place of a line in a table of many values of some things each.</summary>
/// <param name="Row">The thing.</param>
/// <param name="Column">The value's name.</param>
/// <param name="Remark">What follows the value.</param>
internal sealed record BenchCell(string Row, string Column, string Remark = "");

/// <summary>Prints measured lines, as a table or as one JSON object.</summary>
internal static class BenchReport
{
    /// <summary>Columns of a file or pipe, which has no width of its own.</summary>
    private const int RedirectedWidth = 160;

    // Methods are optimised in two steps, each a tenth of a second after their calls have been counted.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    internal static void Print(string bench, int runs, IReadOnlyList<BenchLine> lines, bool asJson)
    {
        if (asJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new { Bench = bench, Runs = runs, Cores = Environment.ProcessorCount, Lines = lines }, JsonOptions));
            return;
        }

        var table = new Table().Title($"velox bench {bench} (median of {runs} runs, {Environment.ProcessorCount} cores)");
        table.AddColumns("measure", "value", "unit", "peer", "peer's value", "ratio");
        foreach (BenchLine line in lines.Where(line => line.Cell is null))
        {
            table.AddRow(
                line.Name, Format(line.Value), line.Unit, line.Peer ?? "-",
                line.PeerValue is { } value ? Format(value) : "-", line.Ratio is { } ratio ? Format(ratio) : "-");
        }

        // Colours are for a terminal; a file or pipe gets plain text.
        var settings = new AnsiConsoleSettings { Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect };
        IAnsiConsole console = AnsiConsole.Create(settings);
        if (Console.IsOutputRedirected)
            console.Profile.Width = RedirectedWidth;
        console.Write(table);
        foreach (IGrouping<string, BenchLine> group in lines.Where(line => line.Cell is not null).GroupBy(line => line.Unit.Split('/')[^1]))
            console.Write(TableOfCells(group.Key, [.. group]));
    }

    /// <summary>Things of one kind, a row each.</summary>
    private static Table TableOfCells(string kind, List<BenchLine> lines)
    {
        string[] columns = [.. lines.Select(line => line.Cell!.Column).Distinct()];
        var table = new Table().Title($"of one {kind}, in {lines[0].Unit.Split('/')[0]}");
        table.AddColumn("measure");
        table.AddColumns(columns);
        foreach (IGrouping<string, BenchLine> row in lines.GroupBy(line => line.Cell!.Row))
        {
            Dictionary<string, string> texts = row.ToDictionary(line => line.Cell!.Column, line => Format(line.Value) + line.Cell!.Remark);
            table.AddRow([row.Key, .. columns.Select(column => texts.GetValueOrDefault(column, "-"))]);
        }

        return table;
    }

    /// <summary>What one of several operations takes.</summary>
    internal static double Nanos(int operations, Action all)
    {
        long start = Stopwatch.GetTimestamp();
        all();
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / operations;
    }

    /// <summary>The median of several runs of a measurement.</summary>
    internal static double Median(int runs, Func<double> measure)
    {
        double[] values = [.. Enumerable.Range(0, runs).Select(_ => measure()).Order()];
        return values[values.Length / 2];
    }

    /// <summary>The medians of two measurements that take turns, so that a machine that slows down slows both.</summary>
    /// <remarks>
    /// The first turns are not counted. The framework's collections, which peers are made of, come compiled; our own code
    /// begins unoptimised, and a first turn would measure the compiler.
    /// </remarks>
    internal static (double First, double Second) Medians(int runs, Func<double> first, Func<double> second)
    {
        (double[] firsts, double[] seconds) = Samples(runs, first, second);
        return (firsts[runs / 2], seconds[runs / 2]);
    }

    /// <summary>As <see cref="Medians"/>, but all values, in ascending order.</summary>
    internal static (double[] First, double[] Second) Samples(int runs, Func<double> first, Func<double> second)
    {
        WarmUpWith(() =>
        {
            first();
            second();
        });

        double[] firsts = new double[runs];
        double[] seconds = new double[runs];
        for (int run = 0; run < runs; run++)
        {
            firsts[run] = first();
            seconds[run] = second();
        }

        Array.Sort(firsts);
        Array.Sort(seconds);
        return (firsts, seconds);
    }

    /// <summary>Repeats what will be measured until it is compiled as well as it will be.</summary>
    internal static void WarmUpWith(Action all)
    {
        long start = Stopwatch.GetTimestamp();
        do
            all();
        while (Stopwatch.GetElapsedTime(start) < WarmUp);
    }

    private static string Format(double value) => value.ToString(value < 100 ? "0.00" : "#,##0", CultureInfo.InvariantCulture);
}
