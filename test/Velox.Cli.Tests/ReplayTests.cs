using Velox.Node;
using Velox.Testing;
using Xunit;

namespace Velox.Cli.Tests;

public sealed class ReplayTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_torn_ledger_without_keys_is_checked_and_not_a_byte_of_it_changes()
    {
        Ledgers.Create(_folder.Path, blocks: 5);
        foreach (string other in Directory.EnumerateFiles(_folder.Path).Where(file => !file.EndsWith(LedgerDirectory.JournalName, StringComparison.Ordinal)))
            File.Delete(other);
        long end = new FileInfo(Ledgers.JournalOf(_folder.Path)).Length;
        File.AppendAllBytes(Ledgers.JournalOf(_folder.Path), new byte[100]);
        string[] before = Ledgers.ContentOf(_folder.Path);

        ToolResult result = await Tool.RunAsync("replay", "--ledger", _folder.Path);

        Assert.Equal((0, ""), (result.ExitCode, result.ErrorBesidesProgress));
        Assert.Contains("blocks        5", result.Output, StringComparison.Ordinal);
        Assert.Contains("every root matches", result.Output, StringComparison.Ordinal);
        Assert.Contains($"100 bytes at offset {end}, of the unfinished block 6", result.Output, StringComparison.Ordinal);
        Assert.Equal(before, Ledgers.ContentOf(_folder.Path));
    }

    [Fact]
    public async Task A_new_ledger_has_no_blocks_and_matches()
    {
        Ledgers.Create(_folder.Path, blocks: 0);
        ToolResult result = await Tool.RunAsync("replay", "--ledger", _folder.Path);
        Assert.Equal((0, ""), (result.ExitCode, result.ErrorBesidesProgress));
        Assert.Contains("blocks        0", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_a_journal_is_refused_and_stays_empty()
    {
        foreach (string path in (string[])[_folder.Path, _folder.File("absent")])
        {
            ToolResult result = await Tool.RunAsync("replay", "--ledger", path);
            Assert.Equal((1, ""), (result.ExitCode, result.Output));
            Assert.Contains($"'{path}' is no ledger", result.Error, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task The_ledger_of_a_running_node_is_refused_and_afterwards_checked()
    {
        await using (RunningNode node = await RunningNode.StartAsync("--ledger", _folder.Path, "--slot-ms", "10"))
        {
            ToolResult refused = await Tool.RunAsync("replay", "--ledger", _folder.Path);
            Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
            Assert.Contains("in use", refused.Error, StringComparison.Ordinal);
            Assert.Equal(0, await node.StopAsync());
            string last = node.Lines[^1];
            Assert.StartsWith("last block ", last, StringComparison.Ordinal);

            ToolResult result = await Tool.RunAsync("replay", "--ledger", _folder.Path);
            Assert.Equal((0, ""), (result.ExitCode, result.ErrorBesidesProgress));
            Assert.Contains(last[(last.LastIndexOf(' ') + 1)..], result.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Two_may_check_a_ledger_at_a_time_but_none_while_a_node_has_it()
    {
        Ledgers.Create(_folder.Path, blocks: 1);
        using (Journal first = Journal.OpenReadOnly(Ledgers.JournalOf(_folder.Path)))
        {
            using Journal second = Journal.OpenReadOnly(Ledgers.JournalOf(_folder.Path));
            Assert.Equal(1ul, second.LastSlot);
            Assert.Throws<IOException>(() => Journal.Open(Ledgers.JournalOf(_folder.Path)));
        }

        using Ledger ledger = Ledgers.Open(_folder.Path);
        Assert.Throws<IOException>(() => Journal.OpenReadOnly(Ledgers.JournalOf(_folder.Path)));
    }
}
