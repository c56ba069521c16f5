using System.Buffers.Binary;
using Velox.Primitives;
using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

public sealed class JournalTests
{
    [Fact]
    public void Crc32c_of_the_check_string_is_the_published_one()
    {
        Assert.Equal(0xE306_9283u, Crc32C.Compute("123456789"u8));
        Assert.Equal(0xE306_9283u, Crc32C.Compute("12345"u8, "6789"u8));
    }

    [Fact]
    public void Blocks_come_back_as_they_were_appended()
    {
        var chain = new TestChain();
        Block[] blocks = [chain.AddBlock(3), chain.AddBlock(0), chain.AddBlock(20)];

        var reopened = new Journal(new MemoryStorage([.. chain.Storage.Content]));

        Assert.Null(reopened.CutTail);
        Assert.Equal(3ul, reopened.LastSlot);
        Assert.Equal(chain.Genesis, reopened.Genesis);
        Assert.Equal(blocks.Select(block => block.Header), reopened.ReadBlocks().Select(block => block.Header));
        Assert.Equal(
            blocks.SelectMany(block => block.Records.Select(record => Convert.ToHexString(record.Bytes))),
            reopened.ReadBlocks().SelectMany(block => block.Transactions.Select(Convert.ToHexString)));
    }

    [Fact]
    public void Blocks_can_be_appended_after_reopening_and_after_a_cut()
    {
        var chain = new TestChain();
        chain.AddBlock(1);
        long end = chain.Journal.Length;
        Block second = chain.AddBlock(2);
        byte[] torn = chain.Storage.Content[..(int)(chain.Journal.Length - 1)];

        var reopened = new Journal(new MemoryStorage(torn));
        Assert.Equal(new TornTail(end, torn.Length - end, 2), reopened.CutTail);
        reopened.Append(second);

        Assert.Equal(second.Header, reopened.ReadBlocks().Last().Header);
        Assert.Equal(second.Header.StateRoot, chain.ReplayRoot(reopened));
    }

    [Fact]
    public void Cut_at_every_byte_the_journal_recovers_to_the_last_whole_block()
    {
        var chain = new TestChain();
        var ends = new List<long> { chain.Journal.Length };
        var roots = new List<Hash256> { chain.Bank.StateRoot };
        for (int i = 0; i < 4; i++)
        {
            roots.Add(chain.AddBlock(i).Header.StateRoot);
            ends.Add(chain.Journal.Length);
        }

        byte[] whole = chain.Storage.Content;
        for (int length = JournalHeader.Size; length <= whole.Length; length++)
        {
            int slot = ends.FindLastIndex(end => end <= length);
            var storage = new MemoryStorage(whole[..length]);
            var journal = new Journal(storage);

            TornTail? expected = length == ends[slot]
                ? null
                : new TornTail(ends[slot], length - ends[slot], (ulong)slot + 1);
            Assert.Equal(expected, journal.CutTail);
            Assert.Equal((ulong)slot, journal.LastSlot);
            Assert.Equal(ends[slot], storage.Length);
            if (length % 16 == 0 || expected is null)
                Assert.Equal(roots[slot], chain.ReplayRoot(journal));
        }
    }

    [Fact]
    public void A_damaged_byte_in_the_middle_is_refused_with_offset_slot_and_remedy()
    {
        var chain = new TestChain();
        chain.AddBlock(1);
        long middle = chain.Journal.Length;
        chain.AddBlock(1);
        long last = chain.Journal.Length;
        chain.AddBlock(1);

        for (long offset = middle; offset < last; offset++)
        {
            byte[] damaged = [.. chain.Storage.Content];
            damaged[offset] ^= (byte)(1 << (int)(offset % 8));

            var exception = Assert.Throws<LedgerException>(() => new Journal(new MemoryStorage(damaged)));

            Assert.Equal(LedgerFault.CorruptMiddle, exception.Fault);
            Assert.Contains($"offset {middle}", exception.Message, StringComparison.Ordinal);
            Assert.Contains("slot 2", exception.Message, StringComparison.Ordinal);
            Assert.Contains("'memory'", exception.Message, StringComparison.Ordinal);
            Assert.Contains("--reset", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_damaged_byte_in_the_last_record_cuts_that_record()
    {
        var chain = new TestChain();
        chain.AddBlock(1);
        long last = chain.Journal.Length;
        chain.AddBlock(1);

        for (long offset = last; offset < chain.Journal.Length; offset++)
        {
            byte[] damaged = [.. chain.Storage.Content];
            damaged[offset] ^= 0x10;
            var journal = new Journal(new MemoryStorage(damaged));
            Assert.Equal(new TornTail(last, damaged.Length - last, 2), journal.CutTail);
            Assert.Equal(1ul, journal.LastSlot);
        }
    }

    [Theory]
    [InlineData(0, LedgerFault.NotAJournal)]
    [InlineData(8, LedgerFault.UnsupportedVersion)]
    [InlineData(12, LedgerFault.CorruptHeader)]
    [InlineData(20, LedgerFault.CorruptHeader)]
    [InlineData(60, LedgerFault.CorruptHeader)]
    [InlineData(JournalHeader.Size - 1, LedgerFault.CorruptHeader)]
    public void A_damaged_header_is_named(int offset, LedgerFault expected)
    {
        byte[] content = new TestChain().Storage.Content;
        content[offset] ^= 1;
        Assert.Equal(expected, Assert.Throws<LedgerException>(() => new Journal(new MemoryStorage(content))).Fault);
    }

    [Fact]
    public void A_transaction_cannot_imitate_a_record()
    {
        // A record of another journal, whole and valid there, lies in the torn last record of this one.
        var other = new TestChain();
        other.AddBlock(1);
        other.AddBlock(1);
        var chain = new TestChain();
        chain.AddBlock(1);
        long end = chain.Journal.Length;
        byte[] torn = [.. chain.Storage.Content, 1, 2, 3, .. other.Storage.Content[JournalHeader.Size..]];

        var journal = new Journal(new MemoryStorage(torn));

        Assert.Equal(end, journal.CutTail!.Offset);
    }

    [Fact]
    public void A_record_whose_checksum_fits_but_that_is_no_block_is_refused()
    {
        var chain = new TestChain();
        Block block = chain.AddBlock(1);
        ulong marker = JournalHeader.Read(chain.Storage).Marker;
        byte[] record = new byte[JournalFrame.Size + JournalBlock.SizeOf(block)];
        JournalBlock.Write(block, record.AsSpan(JournalFrame.Size));

        // A transaction length beyond the record.
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(JournalFrame.Size + BlockHeader.Size), 1_232);
        JournalFrame.Seal(marker, record);
        var journal = new Journal(new MemoryStorage([.. chain.Storage.Content[..JournalHeader.Size], .. record]));
        Assert.Equal(
            LedgerFault.MalformedBlock, Assert.Throws<LedgerException>(() => journal.ReadBlocks().Count()).Fault);

        // A slot out of turn.
        JournalBlock.Write(block, record.AsSpan(JournalFrame.Size));
        record[JournalFrame.Size] = 7;
        JournalFrame.Seal(marker, record);
        byte[] outOfTurn = [.. chain.Storage.Content[..JournalHeader.Size], .. record];
        var exception = Assert.Throws<LedgerException>(() => new Journal(new MemoryStorage(outOfTurn)));
        Assert.Equal(LedgerFault.MalformedBlock, exception.Fault);
        Assert.Contains("slot 7", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_and_mutated_bytes_are_cut_or_refused_but_never_crash()
    {
        int seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var chain = new TestChain();
        for (int i = 0; i < 5; i++)
            chain.AddBlock(2);

        for (int round = 0; round < 2_000; round++)
        {
            byte[] content = [.. chain.Storage.Content];
            int from = random.Next(4) == 0 ? random.Next(content.Length) : random.Next(JournalHeader.Size, content.Length);
            random.NextBytes(content.AsSpan(from, random.Next(Math.Min(64, content.Length - from) + 1)));
            content = content[..random.Next(content.Length / 2, content.Length + 1)];
            try
            {
                using var journal = new Journal(new MemoryStorage(content));
                Assert.Equal(journal.LastSlot, (ulong)journal.ReadBlocks().Count());
            }
            catch (LedgerException)
            {
                // Refused with a name: what the test allows beside a cut. Anything else fails it.
            }
        }
    }

    [Fact]
    public void Random_bytes_are_no_block()
    {
        int seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] bytes = new byte[random.Next(400)];
            random.NextBytes(bytes);
            if (bytes.Length > 52 && random.Next(2) == 0)
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(48), random.Next(1, 5));
            JournalBlock? block = JournalBlock.TryRead(bytes, out string error);
            Assert.True(block is null ? error.Length > 0 : block.Transactions.Count == block.Header.TransactionCount);
        }
    }

    [Fact]
    public void A_length_that_the_file_does_not_hold_allocates_nothing_like_it()
    {
        var chain = new TestChain();
        chain.AddBlock(1);
        byte[] content = [.. chain.Storage.Content];
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(JournalHeader.Size + 8), JournalBlock.MaxBytes);

        long before = GC.GetAllocatedBytesForCurrentThread();
        var journal = new Journal(new MemoryStorage(content));

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
        Assert.Equal(0ul, journal.LastSlot);
    }

    [Fact]
    public void After_a_failed_append_the_journal_takes_no_more()
    {
        var chain = new TestChain();
        chain.AddBlock(1);
        chain.Storage.BeforeFlush = () => throw new IOException("disk full");
        Assert.Throws<IOException>(() => chain.AddBlock(1));
        chain.Storage.BeforeFlush = null;

        chain.Bank.BeginBlock(0);
        Block next = chain.Bank.EndBlock();

        Assert.Throws<InvalidOperationException>(() => chain.Journal.Append(next));
        Assert.Equal(1ul, chain.Journal.LastSlot);
    }

    [Fact]
    public void A_block_out_of_turn_is_not_appended()
    {
        var chain = new TestChain();
        Block first = chain.AddBlock(1);
        Assert.Throws<InvalidOperationException>(() => chain.Journal.Append(first));
    }

    [Fact]
    public void Two_opens_of_one_file_are_refused()
    {
        using var directory = new TemporaryDirectory();
        var chain = new TestChain();
        Journal.Create(directory.File("j"), chain.Genesis, chain.Bank.StateRoot);
        using var first = Journal.Open(directory.File("j"));
        Assert.Throws<IOException>(() => Journal.Open(directory.File("j")));
    }
}
