using System.Text.Json;
using Xunit;

namespace Velox.Cli.Tests;

public class MemoryBenchTests
{
    [Fact]
    public async Task Each_line_has_a_peer_in_the_same_run()
    {
        ToolResult json = await Tool.RunAsync("bench", "memory", "--runs", "1", "--count", "100000", "--json");
        Assert.Equal((0, ""), (json.ExitCode, json.Error));
        using JsonDocument document = JsonDocument.Parse(json.Output);
        JsonElement[] lines = [.. document.RootElement.GetProperty("lines").EnumerateArray()];
        Assert.Equal(5, lines.Length);
        Assert.All(lines, line => Assert.NotNull(line.GetProperty("peer").GetString()));
        Assert.All(lines, line => Assert.True(line.GetProperty("ratio").GetDouble() > 0));
    }
}
