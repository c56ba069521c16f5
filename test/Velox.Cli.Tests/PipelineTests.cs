using System.Text.Json;
using Xunit;

namespace Velox.Cli.Tests;

public sealed class PipelineTests
{
    [Fact]
    public async Task A_run_ends_with_a_table_that_accounts_for_every_message()
    {
        ToolResult result = await Tool.RunAsync("pipeline", "--rate", "20000", "--seconds", "1");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains("target rate: 20000 messages/s", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"messages   (\d+) generated = \d+ delivered \+ \d+ dropped \(ring full\) \+ 0 lost; 0 not well-formed", result.Output);
        Assert.Matches(@"end to end +\d+", result.Output);
    }

    [Fact]
    public async Task What_one_run_wrote_another_replays_to_the_unit()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("velox-pipeline-").FullName, "messages");
        ToolResult first = await Tool.RunAsync("pipeline", "--rate", "50000", "--seconds", "1", "--sink", path, "--json");
        ToolResult second = await Tool.RunAsync("pipeline", "--source", path, "--json");
        long written = JsonDocument.Parse(first.Output).RootElement.GetProperty("delivered").GetInt64();
        JsonElement replayed = JsonDocument.Parse(second.Output).RootElement;
        Assert.True(written > 10_000);
        Assert.Equal(written, replayed.GetProperty("delivered").GetInt64());
        Assert.Equal(0, replayed.GetProperty("droppedFull").GetInt64());
        Assert.Equal(0, replayed.GetProperty("inFlight").GetInt64());
    }

    [Fact]
    public async Task A_full_disk_is_an_error_and_nothing_is_called_delivered()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has a device that is always full.");
        ToolResult result = await Tool.RunAsync("pipeline", "--rate", "1000", "--seconds", "1", "--sink", "/dev/full", "--json");
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("No space left", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_message_file_is_an_error_with_its_field()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("velox-pipeline-").FullName, "messages");
        await File.WriteAllTextAsync(path, "not a message file at all", TestContext.Current.CancellationToken);
        ToolResult result = await Tool.RunAsync("pipeline", "--source", path);
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains($"{path}: magic: this is no file of order messages", result.Error, StringComparison.Ordinal);
    }
}
