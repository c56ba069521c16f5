using System.Globalization;
using System.Text.Json;
using Velox.Primitives;
using Velox.Testing;
using Xunit;

namespace Velox.Cli.Tests;

/// <summary>The tool as a second process, which reads what this one writes meanwhile.</summary>
public sealed class TopTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder.File("my metrics");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Another_process_reads_values_that_grow_while_they_are_written()
    {
        using MetricsFile file = MetricsFile.Create(FilePath);
        using var registry = new MetricsRegistry("velox.tests.top", file);
        ShardedCounter counter = registry.AddCounter("orders", "{order}", "Orders [taken]");
        registry.AddGauge("depth", "1", "").Set(-3);
        SingleWriterHistogram latency = registry.AddSingleWriterHistogram("latency", "");
        TimeSeries series = registry.AddSeries("rate", "1/s", "", 4_096);
        bool isDone = false;
        var writer = new Thread(() =>
        {
            for (long i = 1; !Volatile.Read(ref isDone); i++)
            {
                counter.Increment();
                latency.Record(100 + (i % 900));

                // As seldom as a series is for: a writer that laps its reader has no point to show.
                if (i % 65_536 == 1)
                    series.Append(i, series.Appended + 1);
            }
        });
        writer.Start();
        try
        {
            long last = 0;
            for (int turn = 0; turn < 2; turn++)
            {
                // By the file, then by this process's id.
                string source = turn == 0 || !OperatingSystem.IsLinux()
                    ? FilePath
                    : Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
                ToolResult result = await Tool.RunAsync("top", source, "--once", "--json", "--interval", "50");
                Assert.Equal((0, ""), (result.ExitCode, result.Error));
                using JsonDocument document = JsonDocument.Parse(result.Output);
                JsonElement root = document.RootElement;
                Assert.Equal(Environment.ProcessId, root.GetProperty("processId").GetInt32());
                Assert.Equal("running", root.GetProperty("owner").GetString());

                long orders = Metric(root, "orders").GetProperty("value").GetInt64();
                Assert.InRange(orders, last + 1, counter.Value);
                last = orders;
                Assert.True(Metric(root, "orders").GetProperty("perSecond").GetDouble() > 0);
                Assert.Equal(-3, Metric(root, "depth").GetProperty("value").GetInt64());
                Assert.InRange(Metric(root, "rate").GetProperty("value").GetInt64(), 1, series.Appended);
                JsonElement interval = Metric(root, "latency").GetProperty("interval");
                Assert.True(interval.GetProperty("count").GetInt64() > 0);
                Assert.InRange(interval.GetProperty("p50Nanos").GetInt64(), 100, 999);
                Assert.InRange(interval.GetProperty("maxNanos").GetInt64(), interval.GetProperty("p999Nanos").GetInt64(), 999);
            }
        }
        finally
        {
            Volatile.Write(ref isDone, true);
            writer.Join();
        }
    }

    [Fact]
    public async Task The_last_values_of_a_process_that_has_ended_are_shown_as_plain_text()
    {
        using (MetricsFile file = MetricsFile.Create(FilePath))
        {
            using var registry = new MetricsRegistry("velox.tests.ended", file);
            registry.AddCounter("orders", "[red]", "").Add(1_234_567);
            registry.AddHistogram("latency", "").Record(1_500);
        }

        ToolResult result = await Tool.RunAsync("top", FilePath);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.DoesNotContain('\e', result.Output);
        foreach (string text in (string[])["(ended)", "orders", "1,234,567", "[red]", "latency", "1500 ns"])
            Assert.Contains(text, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_was_killed_is_dead_and_its_figures_remain()
    {
        await using (RunningNode node = await RunningNode.StartAsync(
            "--ledger", _folder.File("ledger"), "--slot-ms", "10", "--metrics-file", FilePath))
        {
            ToolResult live = await Tool.RunAsync("top", FilePath, "--once", "--json");
            Assert.Equal((0, ""), (live.ExitCode, live.Error));
            Assert.Contains("\"owner\":\"running\"", live.Output, StringComparison.Ordinal);

            // Another node must not take the file away from it.
            ToolResult second = await Tool.RunAsync(
                "node", "--rpc-port", "0", "--ledger", _folder.File("other"), "--metrics-file", FilePath);
            Assert.Equal((1, ""), (second.ExitCode, second.Output));
            Assert.Contains("belongs to process", second.Error, StringComparison.Ordinal);
        }

        ToolResult dead = await Tool.RunAsync("top", FilePath, "--json");
        Assert.Equal((0, ""), (dead.ExitCode, dead.Error));
        using JsonDocument document = JsonDocument.Parse(dead.Output);
        Assert.Equal("dead", document.RootElement.GetProperty("owner").GetString());
        Assert.True(Metric(document.RootElement, "blocks").GetProperty("value").GetInt64() > 0);
        Assert.Equal("histogram", Metric(document.RootElement, "latency.durable").GetProperty("kind").GetString());
    }

    [Theory]
    [InlineData("missing", "Could not find file")]
    [InlineData("text", "is no metrics file: it does not begin with VELOXMET")]
    [InlineData("version", "has version 7: this program reads version 1")]
    [InlineData("short", "is 200000 bytes long, where its header says 8388608")]
    public async Task A_file_that_cannot_be_read_is_an_error_that_says_why(string kind, string expected)
    {
        if (kind == "text")
            File.WriteAllText(FilePath, new string('x', 1_000));
        else if (kind != "missing")
            Damage(kind);

        ToolResult result = await Tool.RunAsync("top", FilePath, "--once");
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("velox: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_is_not_there_is_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A process is found by its id on Linux only: run it there.");
        ToolResult result = await Tool.RunAsync("top", "2147483647", "--once");
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("There is no process 2147483647.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_benchmark_compares_counters_and_histograms_on_one_and_two_threads()
    {
        ToolResult json = await Tool.RunAsync("bench", "metrics", "--runs", "1", "--count", "1000", "--json");
        Assert.Equal((0, ""), (json.ExitCode, json.Error));
        using JsonDocument document = JsonDocument.Parse(json.Output);
        JsonElement[] lines = [.. document.RootElement.GetProperty("lines").EnumerateArray()];
        Assert.Equal(8, lines.Length);
        Assert.All(lines, line => Assert.True(line.GetProperty("ratio").GetDouble() > 0));
    }

    private void Damage(string kind)
    {
        MetricsFile.Create(FilePath).Dispose();
        using FileStream stream = new(FilePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        if (kind == "short")
        {
            stream.SetLength(200_000);
            return;
        }

        stream.Position = 8;
        stream.WriteByte(7);
    }

    private static JsonElement Metric(JsonElement root, string name) => root.GetProperty("metrics").EnumerateArray()
        .Single(metric => metric.GetProperty("name").GetString() == name);
}
