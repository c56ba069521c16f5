using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Velox.Cli;

/// <summary>Prints a reading: a table of values and one of latencies, or one JSON object on a line.</summary>
internal static class TopReport
{
    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    internal static void Print(TopReading reading, bool asJson)
    {
        if (asJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(reading, JsonOptions));
            return;
        }

        Console.WriteLine(Invariant(
            $"process {reading.ProcessId} ({reading.Owner}), since {reading.CreatedAt:yyyy-MM-dd HH:mm:ss} UTC"));
        PrintValues([.. reading.Metrics.Where(metric => metric.Total is null)]);
        PrintLatencies([.. reading.Metrics.Where(metric => metric.Total is not null)]);
    }

    private static void PrintValues(IReadOnlyList<TopMetric> metrics)
    {
        var table = new Table();
        table.AddColumns("metric", "value", "per second", "unit");
        foreach (TopMetric metric in metrics)
            AddRow(table, metric.Name, Whole(metric.Value), Rate(metric.PerSecond), metric.Unit);
        Write(table, metrics.Count);
    }

    /// <remarks>Of the time since the last reading, where there was one.</remarks>
    private static void PrintLatencies(IReadOnlyList<TopMetric> metrics)
    {
        var table = new Table();
        table.AddColumns("latency", "of", "count", "per second", "p50", "p99", "p99.9", "max");
        foreach (TopMetric metric in metrics)
        {
            TopLatency latency = metric.Interval ?? metric.Total!;
            AddRow(
                table, metric.Name, metric.Interval is null ? "all" : "interval", Whole(latency.Count), Rate(metric.PerSecond),
                Nanos(latency, latency.P50Nanos), Nanos(latency, latency.P99Nanos), Nanos(latency, latency.P999Nanos),
                Nanos(latency, latency.MaxNanos));
        }

        Write(table, metrics.Count);
    }

    private static void Write(Table table, int rows)
    {
        if (rows == 0)
            return;

        // Colours are for a terminal; a file or pipe gets plain text, as wide as it needs to be.
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings { Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect });
        if (Console.IsOutputRedirected)
            console.Profile.Width = 200;
        console.Write(table);
    }

    // As text: what another process wrote is no markup.
    private static void AddRow(Table table, params string[] cells) => table.AddRow(cells.Select(cell => new Text(cell)));

    private static string Whole(long value) => value.ToString("#,##0", CultureInfo.InvariantCulture);

    private static string Rate(double? rate) => rate?.ToString("#,##0.0", CultureInfo.InvariantCulture) ?? "-";

    private static string Nanos(TopLatency latency, long nanos) => latency.Count == 0 ? "-" : nanos switch
    {
        < 10_000 => Invariant($"{nanos} ns"),
        < 10_000_000 => Invariant($"{nanos / 1e3:0.0} us"),
        < 10_000_000_000 => Invariant($"{nanos / 1e6:0.0} ms"),
        _ => Invariant($"{nanos / 1e9:0.0} s"),
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
