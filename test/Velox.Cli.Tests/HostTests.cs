using System.Text.Json;
using Xunit;

namespace Velox.Cli.Tests;

public sealed class HostTests
{
    [Fact]
    public async Task The_report_says_what_the_machine_is_and_what_it_grants()
    {
        ToolResult text = await Tool.RunAsync("host");

        Assert.Equal((0, ""), (text.ExitCode, text.Error));
        string[] labels = [.. text.Output.Split('\n').Select(line => line.Split(' ')[0])];
        Assert.Contains("cores", labels);
        Assert.Contains("memory", labels);
        foreach (string feature in (string[])["pinning", "real-time priority", "isolated cores", "NUMA placement", "huge pages", "counter clock"])
            Assert.Matches($"(granted|refused)  {feature}: .+", text.Output);
    }

    [Fact]
    public async Task The_same_comes_as_one_json_object()
    {
        ToolResult json = await Tool.RunAsync("host", "--json");

        Assert.Equal((0, ""), (json.ExitCode, json.Error));
        using var document = JsonDocument.Parse(json.Output);
        JsonElement topology = document.RootElement.GetProperty("topology");
        Assert.True(topology.GetProperty("allowedCores").GetArrayLength() >= 1);
        Assert.True(topology.GetProperty("cores")[0].GetProperty("siblings").GetArrayLength() >= 1);
        Assert.Contains(
            document.RootElement.GetProperty("grants").EnumerateArray(),
            grant => grant.GetProperty("feature").GetString() == "pinning" && grant.GetProperty("detail").GetString() != "");
    }
}
