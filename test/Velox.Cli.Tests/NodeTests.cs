using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Velox.Node;
using Velox.Testing;
using Xunit;

namespace Velox.Cli.Tests;

public sealed class NodeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Ledger => _folder.File("ledger");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_port_in_use_is_named_with_address_and_remedy(int offset)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port - offset;

        ToolResult result = await Tool.RunAsync(
            "node", "--ledger", Ledger, "--rpc-port", port.ToString(CultureInfo.InvariantCulture));

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.StartsWith($"velox: cannot listen on 127.0.0.1, ports {port} and {port + 1}: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("--rpc-port", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_another_machine_is_named_with_the_remedy()
    {
        // 192.0.2.0/24 is kept for documentation: no machine has it.
        ToolResult result = await Tool.RunAsync("node", "--ledger", Ledger, "--rpc-port", "0", "--bind", "192.0.2.1");
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("velox: cannot listen on 192.0.2.1", result.Error, StringComparison.Ordinal);
        Assert.Contains("--bind", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_that_is_a_file_is_named_and_left_alone()
    {
        File.WriteAllText(Ledger, "mine");
        ToolResult result = await Tool.RunAsync("node", "--rpc-port", "0", "--ledger", Ledger);
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.StartsWith($"velox: The ledger '{Ledger}' is no directory", result.Error, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(Ledger));
    }

    [Fact]
    public async Task An_address_of_version_6_is_printed_as_urls_have_it()
    {
        Assert.SkipUnless(CanListenOnVersion6(), "This machine has no IPv6 loopback: enable it.");
        await using RunningNode node = await RunningNode.StartAsync("--ledger", Ledger, "--bind", "::1");
        string url = node.Lines.Single(line => line.Contains("JSON-RPC", StringComparison.Ordinal)).Split(' ')[^1];
        Assert.StartsWith("http://[::1]:", url, StringComparison.Ordinal);
        using var http = new HttpClient();
        Assert.Equal("ok", await http.GetStringAsync($"{url}/health", TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Reset_deletes_the_chains_own_keys_and_no_other()
    {
        Ledgers.Create(Ledger, blocks: 1);
        string[] foreign = ["my-key.json", "demo-key.json", "demo-trader-64-key.json", "notes.txt"];
        foreach (string name in foreign)
            File.WriteAllText(Path.Combine(Ledger, name), name);
        string[] own = [.. NodeKeys.Roles.Select(role => Path.Combine(Ledger, $"{role}-key.json"))];
        foreach (string path in own)
            File.WriteAllText(path, "old");

        using (var directory = new LedgerDirectory(Ledger))
            directory.Reset();

        Assert.Equal(
            [.. foreign.Append("lock").Order(StringComparer.Ordinal)],
            Directory.EnumerateFiles(Ledger).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_replay_that_is_cancelled_ends_between_two_blocks_and_unlocks_the_ledger()
    {
        Ledgers.Create(Ledger, blocks: 10);
        using var stop = new CancellationTokenSource();
        ulong replayed = 0;
        Assert.Throws<OperationCanceledException>(() => Ledgers.Open(
            Ledger,
            (slot, _) =>
            {
                replayed = slot;
                if (slot == 4)
                    stop.Cancel();
            },
            stop.Token));

        Assert.Equal(4ul, replayed);
        using Ledger reopened = Ledgers.Open(Ledger);
        Assert.Equal(10ul, reopened.Chain.Tip.Slot);
    }

    [Fact]
    public async Task A_disk_that_is_full_during_the_demos_set_up_is_told_at_once_and_the_ledger_stays_good()
    {
        // 8 KiB hold the first blocks. The runtime's own mappings are files too, unless it maps them writable at once.
        ToolResult result = await Tool.RunInShellAsync(
            $"export DOTNET_EnableWriteXorExecute=0; ulimit -f 8; velox node --demo --rpc-port 0 --ledger '{Ledger}'");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("could not be made durable", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Demo step", result.Error, StringComparison.Ordinal);
        ToolResult replay = await Tool.RunAsync("replay", "--ledger", Ledger);
        Assert.Equal((0, ""), (replay.ExitCode, replay.ErrorBesidesProgress));
        await using RunningNode node = await RunningNode.StartAsync("--demo", "--ledger", Ledger);
        Assert.Equal(0, await node.StopAsync());
    }

    [Fact]
    public async Task A_stop_that_is_asked_for_several_times_at_once_is_one_orderly_stop()
    {
        await using RunningNode node = await RunningNode.StartAsync("--demo", "--ledger", Ledger);
        Assert.Equal(0, await node.StopAsync(RunningNode.Terminate, RunningNode.Interrupt, RunningNode.Interrupt));
        Assert.StartsWith("last block ", node.Lines[^1], StringComparison.Ordinal);
    }

    private static bool CanListenOnVersion6()
    {
        try
        {
            using var listener = new TcpListener(IPAddress.IPv6Loopback, 0);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
