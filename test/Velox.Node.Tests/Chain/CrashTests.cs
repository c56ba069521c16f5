using System.Diagnostics;
using System.Globalization;
using Velox.Primitives;
using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

/// <summary>Kills a real node process with SIGKILL at random moments and opens what is left.</summary>
public sealed class CrashTests
{
    private const int Ledgers = 7;
    private const int KillsPerLedger = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_killed_node_recovers_every_block_that_it_had_announced_as_durable()
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        ITestOutputHelper output = TestContext.Current.TestOutputHelper!;
        output.WriteLine($"seed {seed}");

        int kills = 0;
        int announcedBlocks = 0;
        for (int i = 0; i < Ledgers; i++)
        {
            using var directory = new TemporaryDirectory();
            var announced = new Dictionary<ulong, (Hash256 Root, Hash256 Hash)>();
            for (int round = 0; round < KillsPerLedger; round++)
            {
                await RunAndKillAsync(directory.Path, random, ulong.Max(1, (ulong)round) * 1_000_000_000, announced);
                Check(directory.Path, announced, random.Next(1, 4), seed, output);
                kills++;
            }

            announcedBlocks += announced.Count;
        }

        output.WriteLine($"{kills} kills, {announcedBlocks} announced blocks, all recovered");
        Assert.True(announcedBlocks > 0, $"seed {seed}: no node lived long enough to announce a block");
    }

    private static async Task RunAndKillAsync(
        string directory, Random random, ulong firstLamports, Dictionary<ulong, (Hash256 Root, Hash256 Hash)> announced)
    {
        using Process node = StartNode(directory, firstLamports);
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            // Every fifth node dies while it starts, the others after some durable blocks and a bit.
            if (random.Next(5) > 0)
            {
                for (int lines = random.Next(1, 9); lines > 0; lines--)
                    Note(await node.StandardOutput.ReadLineAsync(patience.Token), announced);
                node.WaitForExit(random.Next(12));
            }
            else
            {
                node.WaitForExit(random.Next(300));
            }

            Assert.False(node.HasExited, "The node ended by itself.");
        }
        finally
        {
            node.Kill();
        }

        while (await node.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            Note(line, announced);
        await node.WaitForExitAsync(patience.Token);
    }

    private static Process StartNode(string directory, ulong firstLamports)
    {
        // The node ends when its input does: not even a test that is killed leaves one behind.
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Velox.Node.CrashHost.dll"));
        start.ArgumentList.Add(directory);
        start.ArgumentList.Add(firstLamports.ToString(CultureInfo.InvariantCulture));
        return Process.Start(start)!;
    }

    /// <summary>Remembers an announcement, if the line is a whole one.</summary>
    private static void Note(string? line, Dictionary<ulong, (Hash256 Root, Hash256 Hash)> announced)
    {
        if (line?.Split(' ') is [string slot, string root, string hash, "."])
            announced.Add(ulong.Parse(slot, CultureInfo.InvariantCulture), (Hash256.Parse(root), Hash256.Parse(hash)));
    }

    private static void Check(
        string directory,
        Dictionary<ulong, (Hash256 Root, Hash256 Hash)> announced,
        int workers,
        int seed,
        ITestOutputHelper output)
    {
        // Opening executes every block again and compares every root.
        using Ledger ledger = Ledger.Open(
            directory, NativePrograms.CreateRegistry(), new LedgerOptions { Workers = workers });
        output.WriteLine(
            $"tip {ledger.Chain.Tip.Slot}, {ledger.Chain.Tip.TransactionCount} transactions, "
            + $"announced {announced.Count}, cut {ledger.Journal.CutTail}");
        foreach ((ulong slot, (Hash256 root, Hash256 hash)) in announced)
        {
            PastBlock? block = ledger.Chain.History.FindBlock(slot);
            Assert.True(block is not null, $"seed {seed}: slot {slot} was announced as durable and is lost");
            Assert.Equal(root, block.Header.StateRoot);
            Assert.Equal(hash, block.Hash);
        }

        Assert.Equal(ledger.Bank.StateRoot, ledger.Chain.Tip.StateRoot);
        Assert.Equal(ledger.Journal.LastSlot, ledger.Chain.Tip.Slot);
    }
}
