using Velox.Cryptography;
using Velox.Primitives;
using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

public sealed class LedgerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_new_ledger_has_keys_that_only_the_owner_reads_and_is_found_again()
    {
        Hash256 genesisHash;
        using (Ledger created = Open())
        {
            Assert.True(created.IsNew);
            genesisHash = created.Chain.GenesisHash;
            Assert.Equal(created.Journal.Genesis.Faucet, created.Keys.Faucet.PublicKey);
        }

        using Ledger reopened = Open();
        Assert.False(reopened.IsNew);
        Assert.Equal(genesisHash, reopened.Chain.GenesisHash);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(reopened.Directory.KeyPath("faucet")));
        }
    }

    [Fact]
    public void A_ledger_that_is_open_is_refused_to_a_second_node()
    {
        using (Open())
        {
            var exception = Assert.Throws<LedgerException>(() => Open());
            Assert.Equal(LedgerFault.InUse, exception.Fault);
            Assert.Equal(LedgerFault.InUse, Assert.Throws<LedgerException>(() => Open(reset: true)).Fault);
        }

        using Ledger free = Open();
        Assert.False(free.IsNew);
    }

    [Fact]
    public void Reset_begins_a_new_chain_and_leaves_foreign_files_alone()
    {
        Hash256 before;
        using (Ledger ledger = Open())
            before = ledger.Chain.GenesisHash;
        string foreign = _directory.File("notes.json");
        File.WriteAllText(foreign, "mine");

        using Ledger reset = Open(reset: true);

        Assert.True(reset.IsNew);
        Assert.NotEqual(before, reset.Chain.GenesisHash);
        Assert.Equal("mine", File.ReadAllText(foreign));
    }

    [Fact]
    public void Keys_of_another_genesis_and_missing_keys_are_named()
    {
        string keyPath;
        using (Ledger ledger = Open())
            keyPath = ledger.Directory.KeyPath("faucet");

        KeypairFile.Save(keyPath, Keypair.Generate(), overwrite: true);
        Assert.Equal(LedgerFault.OtherGenesis, Assert.Throws<LedgerException>(() => Open()).Fault);
        File.WriteAllText(keyPath, "[1,2,3]");
        Assert.Equal(LedgerFault.MissingKey, Assert.Throws<LedgerException>(() => Open()).Fault);
        File.Delete(keyPath);
        Assert.Equal(LedgerFault.MissingKey, Assert.Throws<LedgerException>(() => Open()).Fault);
    }

    [Fact]
    public void Replay_gives_the_same_chain_with_one_worker_and_with_many()
    {
        var produced = new List<BlockHeader>();
        using (Ledger ledger = Open())
        {
            ledger.Chain.BlockPublished += block => produced.Add(block.Header);
            using var writer = new JournalWriter(ledger.Journal, ledger.Chain);
            var queue = new TransactionQueue();
            var producer = new BlockProducer(ledger.Bank, queue, writer, TimeProvider.System);
            for (ulong slot = 0; slot < 10; slot++)
            {
                for (ulong i = 1; i <= 30; i++)
                    queue.TrySubmit(Transfer(ledger, (1_000_000 * slot) + i));
                Assert.True(producer.ProduceBlock());
            }
        }

        Assert.Equal(10, produced.Count);
        Assert.Equal(300, produced.Sum(header => header.TransactionCount));
        foreach (int workers in (int[])[1, 2, 4])
        {
            var progress = new List<ulong>();
            using Ledger replayed = Open(workers: workers, progress: (slot, last) => progress.Add(slot * 100 + last));
            Assert.Equal(
                produced, Enumerable.Range(1, 10).Select(slot => replayed.Chain.History.FindBlock((ulong)slot)!.Header));
            Assert.Equal(produced[^1].StateRoot, replayed.Chain.Tip.StateRoot);
            Assert.Equal(produced[^1].StateRoot, replayed.Bank.StateRoot);
            Assert.Equal(300ul, replayed.Chain.Tip.TransactionCount);
            Assert.Equal(Enumerable.Range(1, 10).Select(slot => (ulong)(slot * 100) + 10), progress);
        }
    }

    [Fact]
    public void A_block_that_does_not_replay_is_refused_with_slot_and_both_roots()
    {
        var chain = new TestChain();
        chain.AddBlock(1);
        Block real = chain.AddBlock(2);
        var wrongRoot = new Hash256(Enumerable.Repeat((byte)7, 32).ToArray());
        IReadOnlyList<byte[]> transactions = [.. real.Records.Select(record => record.Bytes)];

        LedgerException root = RefusalOf(chain, new JournalBlock(real.Header with { StateRoot = wrongRoot }, transactions));
        Assert.Contains("slot 2", root.Message, StringComparison.Ordinal);
        Assert.Contains(wrongRoot.ToString(), root.Message, StringComparison.Ordinal);
        Assert.Contains(real.Header.StateRoot.ToString(), root.Message, StringComparison.Ordinal);

        RefusalOf(chain, new JournalBlock(real.Header with { ParentHash = wrongRoot }, transactions));
        RefusalOf(chain, new JournalBlock(real.Header with { Slot = 3 }, transactions));
        RefusalOf(chain, new JournalBlock(real.Header with { UnixTimestamp = 0 }, transactions));
        RefusalOf(chain, new JournalBlock(real.Header with { TransactionsHash = wrongRoot }, transactions));
        RefusalOf(chain, new JournalBlock(real.Header, [transactions[0], transactions[0]]));
        RefusalOf(chain, new JournalBlock(real.Header, [transactions[0]]));
    }

    [Fact]
    public void A_journal_made_with_other_programs_is_refused_at_its_genesis()
    {
        Open().Dispose();
        var exception = Assert.Throws<LedgerException>(
            () => Ledger.Open(_directory.Path, new ProgramRegistry([new SystemProgram()])));
        Assert.Equal(LedgerFault.ReplayMismatch, exception.Fault);
        Assert.Contains("slot 0", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_torn_tail_is_cut_from_the_file_reported_once_and_gone_at_the_next_start()
    {
        string journal;
        long length;
        using (Ledger ledger = Open())
        {
            ledger.Bank.BeginBlock(0);
            ledger.Journal.Append(ledger.Bank.EndBlock());
            (journal, length) = (ledger.Directory.JournalPath, ledger.Journal.Length);
        }

        File.AppendAllBytes(journal, new byte[100]);
        using (Ledger ledger = Open())
        {
            Assert.Equal(new TornTail(length, 100, 2), ledger.Journal.CutTail);
            Assert.Equal(1ul, ledger.Chain.Tip.Slot);
            Assert.Equal(length, new FileInfo(journal).Length);
        }

        using Ledger clean = Open();
        Assert.Null(clean.Journal.CutTail);
    }

    [Fact]
    public void A_refused_ledger_is_not_left_locked()
    {
        Open().Dispose();
        Assert.Throws<LedgerException>(() => Ledger.Open(_directory.Path, new ProgramRegistry([new SystemProgram()])));
        Open().Dispose();
    }

    private static LedgerException RefusalOf(TestChain chain, JournalBlock second)
    {
        Bank bank = chain.NewBank();
        Replay.Execute(bank, chain.Journal.ReadBlocks().First());
        var exception = Assert.Throws<LedgerException>(() => Replay.Execute(bank, second));
        Assert.Equal(LedgerFault.ReplayMismatch, exception.Fault);
        return exception;
    }

    private static byte[] Transfer(Ledger ledger, ulong lamports) =>
        Transfers.Sign(ledger.Keys.Faucet, 1_000_000 + lamports, ledger.Bank.LastHash);

    private Ledger Open(bool reset = false, int workers = 1, Action<ulong, ulong>? progress = null) => Ledger.Open(
        _directory.Path,
        NativePrograms.CreateRegistry(),
        new LedgerOptions { Reset = reset, Workers = workers, Progress = progress });
}
