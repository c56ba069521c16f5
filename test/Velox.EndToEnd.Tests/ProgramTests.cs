using Xunit;

namespace Velox.EndToEnd.Tests;

/// <summary>Developers of programs and their ordinary clients, against a node with real programs in its genesis.</summary>
public sealed class ProgramTests : IDisposable
{
    private const string Token = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
    private const string AssociatedToken = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL";
    private const string Memo = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr";

    private static readonly TimeSpan ScriptLimit = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Programs_run_for_the_ordinary_clients_and_the_chain_replays_to_the_same_root()
    {
        Checkout.RequireClient();
        Checkout.RequirePrograms();
        string files = _folder.Programs;
        await ChildProcess.RunAsync("dump.mjs", ScriptLimit, "node", Path.Combine(Checkout.Programs, "dump.mjs"), files);
        string[] options = [.. new[] { Token, AssociatedToken, Memo }.SelectMany(id => (string[])["--bpf-program", id, Path.Combine(files, $"{id}.so")])];

        ChainEnd end;
        await using (NodeProcess node = await NodeProcess.StartAsync(_folder.Ledger, options))
        {
            await ChildProcess.RunAsync(
                "programs.mjs", ScriptLimit, "node", Path.Combine(Checkout.Client, "programs.mjs"), node.Url, files);
            end = await node.StopAsync();
        }

        // The ledger has the programs with it: the replay needs no files.
        string output = await ChildProcess.RunAsync(
            "velox replay", ScriptLimit, Checkout.Dotnet, Checkout.Velox, "replay", "--ledger", _folder.Ledger);
        Assert.Contains("every root matches", output, StringComparison.Ordinal);
        Assert.Contains(end.StateRoot, output, StringComparison.Ordinal);
    }
}
