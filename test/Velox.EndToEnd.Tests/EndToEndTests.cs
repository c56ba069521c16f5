using System.Text;
using Xunit;

namespace Velox.EndToEnd.Tests;

/// <summary>The whole road with the ordinary Solana client, against a node in a process of its own.</summary>
public sealed class EndToEndTests : IDisposable
{
    private const int ConfirmedBeforeCrash = 40;

    private static readonly TimeSpan ScriptLimit = TimeSpan.FromMinutes(10);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_node_stops_in_order_goes_on_where_it_stood_and_replays_to_the_same_root()
    {
        ChainEnd first;
        await using (NodeProcess node = await NodeProcess.StartAsync(_folder.Ledger))
            first = await node.StopAsync();

        ChainEnd end;
        await using (NodeProcess node = await NodeProcess.StartAsync(_folder.Ledger))
        {
            Assert.Contains($"continued at block {first.Slot}", node.Output, StringComparison.Ordinal);
            end = await node.StopAsync();
        }

        Assert.True(end.Slot > first.Slot);
        await AssertReplayAsync(end);
    }

    [Fact]
    public async Task The_ordinary_client_walks_the_whole_road_and_a_restart_loses_nothing()
    {
        Checkout.RequireClient();

        ChainEnd end;
        await using (NodeProcess node = await NodeProcess.StartAsync(_folder.Ledger))
        {
            await RunScriptAsync("road.mjs", node.Url, _folder.Facts);
            end = await node.StopAsync();
        }

        await using (NodeProcess node = await NodeProcess.StartAsync(_folder.Ledger))
        {
            Assert.Contains($"continued at block {end.Slot}", node.Output, StringComparison.Ordinal);
            await RunScriptAsync("after-restart.mjs", node.Url, _folder.Facts);
            end = await node.StopAsync();
        }

        await AssertReplayAsync(end);
    }

    [Fact]
    public async Task A_node_killed_under_load_comes_back_with_all_that_it_confirmed()
    {
        Checkout.RequireClient();

        await using (NodeProcess node = await NodeProcess.StartAsync(_folder.Ledger))
        {
            await using ChildProcess load = ChildProcess.Start("load.mjs", "node", Script("load.mjs"), node.Url);
            var facts = new StringBuilder();
            for (int i = 0; i < ConfirmedBeforeCrash; i++)
                facts.AppendLine(await load.WaitForLineAsync("{", ScriptLimit));
            await node.CrashAsync();
            await File.WriteAllTextAsync(_folder.Facts, facts.ToString(), TestContext.Current.CancellationToken);
        }

        ChainEnd end;
        await using (NodeProcess node = await NodeProcess.StartAsync(_folder.Ledger))
        {
            await RunScriptAsync("after-crash.mjs", node.Url, _folder.Facts);
            await RunScriptAsync("road.mjs", node.Url);
            end = await node.StopAsync();
        }

        await AssertReplayAsync(end);
    }

    private async Task AssertReplayAsync(ChainEnd end)
    {
        string output = await ChildProcess.RunAsync(
            "velox replay", ScriptLimit, Checkout.Dotnet, Checkout.Velox, "replay", "--ledger", _folder.Ledger);
        Assert.Contains("every root matches", output, StringComparison.Ordinal);
        Assert.Contains(end.StateRoot, output, StringComparison.Ordinal);
    }

    private static Task<string> RunScriptAsync(string name, params string[] arguments) =>
        ChildProcess.RunAsync(name, ScriptLimit, "node", [Script(name), .. arguments]);

    private static string Script(string name) => Path.Combine(Checkout.Client, name);
}
