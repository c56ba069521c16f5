using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Velox.Testing;
using Xunit;

namespace Velox.Cli.Tests;

public sealed class PipelineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_ends_with_a_table_that_accounts_for_every_message()
    {
        ToolResult result = await Tool.RunAsync("pipeline", "--rate", "20000", "--seconds", "1");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Contains("Target rate: 20000 txn/sec", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"messages   \d+ generated = \d+ delivered \+ \d+ dropped \(\d+ ring full, \d+ shed, 0 output\) \+ 0 lost; 0 not well-formed", result.Output);
        Assert.Matches(@"total +\d+", result.Output);
        Assert.Matches(@"Throughput +[\d,]+ transactions/second", result.Output);
    }

    [Fact]
    public async Task What_one_run_wrote_another_replays_to_the_unit()
    {
        string path = _folder.File("messages");
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
        string path = _folder.File("messages");
        await File.WriteAllTextAsync(path, "not a message file at all", TestContext.Current.CancellationToken);
        ToolResult result = await Tool.RunAsync("pipeline", "--source", path);
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains($"{path}: magic: this is no file of order messages", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--wait", "sometimes", "it must be one of adaptive, park, yield, spin")]
    [InlineData("--cores", "1,x", "it must be auto, none, or different core numbers")]
    [InlineData("--cores", "0,1,2", "one for each of the")]
    [InlineData("--threads", "3", "it must be 0, 1, 2 or 4")]
    [InlineData("--ring", "100", "it must be a power of two")]
    [InlineData("--shed", "101", "it must be a whole number, 0 to 100")]
    [InlineData("--udp", "x", "it must be a whole number, 0 to 65535", "--source", "a")]
    [InlineData("--cores", "0,0", "different core numbers")]
    [InlineData("--source", "a", "'a' is source and output", "--sink", "./a")]
    [InlineData("--source", "a", "--rate is the synthetic flow's", "--rate", "5")]
    [InlineData("--udp", "9000", "--seed is the synthetic flow's", "--seed", "5")]
    [InlineData("--source", "a", "--seconds says nothing to a file", "--seconds", "5")]
    [InlineData("--shared", "a", "--shed is for sources that cannot wait", "--shed", "5")]
    [InlineData("--sink", "a", "--sink, --sink-shared and --node are different outputs", "--node", "b")]
    public async Task A_way_to_run_that_there_is_not_is_refused(string option, string value, string expected, params string[] more)
    {
        ToolResult result = await Tool.RunAsync(["pipeline", option, value, .. more]);
        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bundles_go_through_a_node_and_are_durable()
    {
        string ledger = _folder.File("ledger");
        ToolResult result = await Tool.RunAsync("pipeline", "--rate", "2000", "--seconds", "1", "--node", ledger);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Matches(@"node       [1-9]\d* transactions executed \(0 failed\), \d+ fills; durable to slot \d+", result.Output);

        // On a busy machine a replay says on its error output how far it is.
        ToolResult replay = await Tool.RunAsync("replay", "--ledger", ledger);
        Assert.True(replay.ExitCode == 0, replay.Error);
    }

    [Fact]
    public async Task A_soak_says_what_it_looked_at_and_ends_well()
    {
        ToolResult result = await Tool.RunAsync("soak", "--rate", "20000", "--seconds", "3", "--every", "1");
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(4, result.Output.Split('\n').Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_an_output_would_replace_stays_when_the_source_cannot_be_had()
    {
        string path = _folder.File("messages");
        await File.WriteAllTextAsync(path, "precious", TestContext.Current.CancellationToken);
        ToolResult result = await Tool.RunAsync("pipeline", "--source", path + "-that-is-not-there", "--sink", path);
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Equal("precious", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_file_that_may_not_grow_ends_with_its_last_whole_message_and_the_run_with_its_account()
    {
        string folder = _folder.Path;
        ToolResult made = await Tool.RunAsync("pipeline", "--rate", "200000", "--seconds", "1", "--sink", Path.Combine(folder, "all"), "--json");
        Assert.Equal(0, made.ExitCode);

        // The runtime's own files are larger than the limit, but for this switch.
        ToolResult cut = await Tool.RunInShellAsync(
            $"ulimit -f 301; export DOTNET_EnableWriteXorExecute=0; velox pipeline --source '{folder}/all' --sink '{folder}/cut'");
        Assert.Equal(1, cut.ExitCode);
        Assert.Contains("has become larger than this process may write", cut.Error, StringComparison.Ordinal);
        Assert.Matches(@"messages   \d+ generated = \d+ delivered", cut.Output);

        ToolResult replayed = await Tool.RunAsync("pipeline", "--source", Path.Combine(folder, "cut"), "--json");
        Assert.Equal((0, ""), (replayed.ExitCode, replayed.Error));
        Assert.InRange(JsonDocument.Parse(replayed.Output).RootElement.GetProperty("delivered").GetInt64(), 1, 301 * 1_024 / 32);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)other.LocalEndPoint!).Port;
        ToolResult result = await Tool.RunAsync("pipeline", "--udp", $"{port}", "--seconds", "1");
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains($"port {port} of the loopback interface", result.Error, StringComparison.Ordinal);
    }
}
