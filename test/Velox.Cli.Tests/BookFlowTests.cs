using System.Security.Cryptography;
using System.Text.Json;
using Velox.Testing;
using Xunit;

namespace Velox.Cli.Tests;

public class BookFlowTests
{
    /// <summary>The hashes are of files that the reference generator wrote: another program, in C++.</summary>
    [Theory]
    [InlineData(42, 64, 20_000, true, "c4595c6b59dde9e9af39813132cf71040e2c86d445a20f4d7944127531b73866")]
    [InlineData(7, 1, 20_000, true, "3c56ebbe6fc6e422b9b994ddb1e2dc889ccf57c85eaac0622dfc3c12cdc7f6d7")]
    [InlineData(11, 5, 30_000, false, "55ab693b14e6737333c63bf3a7b72dff3b3027a9cc03eb1809656f394a87e564")]
    [InlineData(0, 300, 5_000, true, "7ce30b80c4b7186a1a9f0e875db878f9a91bfd5c96f8c335be42b87a6c61ba19")]
    public async Task A_generated_flow_is_the_reference_generators_byte_for_byte(
        int seed, int symbols, int operations, bool hasReduces, string sha256)
    {
        using var folder = new TemporaryFolder();
        byte[] flow = await GenerateAsync(folder.File("flow"), seed, symbols, operations, hasReduces);
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(flow)));
    }

    [Theory]
    [InlineData(42, 8, 60_000)]
    [InlineData(7, 1, 60_000)]
    public async Task A_replay_ends_with_the_checksums_of_a_plain_reference(int seed, int symbols, int operations)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("flow");
        var reference = new ReferenceReplay(await GenerateAsync(path, seed, symbols, operations, hasReduces: true));
        Assert.True(reference.Trades > 500, $"The flow of seed {seed} traded {reference.Trades} times: too few to prove much.");
        foreach (string[] more in (string[][])[[], ["--bare"]])
        {
            JsonElement replay = await ReplayAsync(path, more);
            Assert.Equal(reference.Checksums, Names(reference.Checksums.Keys, replay));
            Assert.Equal(0, replay.GetProperty("allocatedBytesPerOperation").GetDouble(), tolerance: 0.01);
        }
    }

    [Fact]
    public async Task A_replay_measures_rate_and_latency_beside_a_peer()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("flow");
        await GenerateAsync(path, seed: 3, symbols: 2, operations: 10_000, hasReduces: true);
        JsonElement replay = await ReplayAsync(path);

        Assert.All(["operationsPerSecond", "peerOperationsPerSecond", "ratio"], name => Assert.True(replay.GetProperty(name).GetDouble() > 0, name));
        int[] percentiles = [.. new[] { "p50Nanos", "p99Nanos", "p999Nanos" }.Select(name => replay.GetProperty(name).GetInt32())];
        Assert.True(percentiles[0] > 0);
        Assert.Equal(percentiles.Order(), percentiles);
    }

    [Theory]
    [InlineData(0, "is no flow of version 1")] // magic
    [InlineData(16, "which are not")] // count
    [InlineData(64, "Operation 0 of")] // action of the first record
    [InlineData(66, "Operation 0 of")] // its symbol
    public async Task A_damaged_flow_is_refused(int offset, string reason)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("flow");
        byte[] flow = await GenerateAsync(path, seed: 1, symbols: 2, operations: 100, hasReduces: true);
        flow[offset] ^= 0x55;
        await File.WriteAllBytesAsync(path, flow, TestContext.Current.CancellationToken);

        ToolResult result = await Tool.RunAsync("bench", "book", "--flow", path);
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_read_or_written_is_an_error()
    {
        using var folder = new TemporaryFolder();
        string missing = folder.File("missing/flow");
        ToolResult read = await Tool.RunAsync("bench", "book", "--flow", missing);
        ToolResult write = await Tool.RunAsync("bench", "book", "--gen", "1", "--out", missing, "--operations", "10");
        ToolResult nowhere = await Tool.RunAsync("bench", "book", "--gen", "1");
        Assert.Equal((1, 1, 1), (read.ExitCode, write.ExitCode, nowhere.ExitCode));
        Assert.Contains("cannot be read", read.Error, StringComparison.Ordinal);
        Assert.Contains("cannot be written", write.Error, StringComparison.Ordinal);
        Assert.Contains("--out", nowhere.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Readers_beside_the_writer_are_measured_against_the_writer_alone()
    {
        ToolResult result = await Tool.RunAsync("bench", "book", "--reader", "--runs", "1", "--json");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        JsonElement[] lines = [.. JsonDocument.Parse(result.Output).RootElement.GetProperty("lines").EnumerateArray()];
        Assert.Equal(2, lines.Length);
        Assert.True(lines[0].GetProperty("value").GetDouble() > 0);
        Assert.True(lines[1].GetProperty("ratio").GetDouble() > 0);
    }

    private static Dictionary<string, string> Names(IEnumerable<string> names, JsonElement json) =>
        names.ToDictionary(name => name, name => json.GetProperty(name).ToString());

    private static async Task<byte[]> GenerateAsync(string path, int seed, int symbols, int operations, bool hasReduces)
    {
        string[] noReduce = hasReduces ? [] : ["--no-reduce"];
        ToolResult result = await Tool.RunAsync(
            ["bench", "book", "--gen", $"{seed}", "--out", path, "--operations", $"{operations}", "--symbols", $"{symbols}", .. noReduce]);
        Assert.Equal((0, "", ""), (result.ExitCode, result.Output, result.Error));
        return await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
    }

    private static async Task<JsonElement> ReplayAsync(string path, params string[] more)
    {
        ToolResult result = await Tool.RunAsync(["bench", "book", "--flow", path, "--runs", "1", "--json", .. more]);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        return JsonDocument.Parse(result.Output).RootElement;
    }
}
