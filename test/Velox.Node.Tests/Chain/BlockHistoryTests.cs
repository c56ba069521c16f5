using System.Buffers.Binary;
using Velox.Primitives;
using Velox.Svm;
using Xunit;

namespace Velox.Node.Tests;

public sealed class BlockHistoryTests
{
    private static readonly Address Busy = NewAddress(1);
    private readonly RecordedBlocks _recorded = new(Busy);

    [Fact]
    public void The_oldest_blocks_go_when_there_are_too_many()
    {
        var history = new BlockHistory();
        for (ulong slot = 1; slot <= BlockHistory.MaxBlocks + 10; slot++)
            history.Add(NewBlock(slot, 0));

        Assert.Equal(11ul, history.FirstSlot);
        Assert.Null(history.FindBlock(10));
        Assert.NotNull(history.FindBlock(11));
        Assert.Null(history.FindSlot(HashOf(10)));
        Assert.Equal(11ul, history.FindSlot(HashOf(11)));
    }

    [Fact]
    public void The_oldest_blocks_go_when_there_are_too_many_transactions()
    {
        const int perBlock = 1_000;
        const ulong kept = BlockHistory.MaxTransactions / perBlock;
        var history = new BlockHistory();
        for (ulong slot = 1; slot <= kept + 2; slot++)
            history.Add(NewBlock(slot, perBlock));

        Assert.Equal(3ul, history.FirstSlot);
        Assert.Null(history.FindTransaction(IdOf(2, perBlock - 1)));
        Assert.Equal(3ul, history.FindTransaction(IdOf(3, 0))!.Slot);
        Assert.Equal(BlockHistory.MaxTransactions, history.FindByAccount(Busy, int.MaxValue).Length);
        Assert.Empty(history.FindByAccount(AccountOf(2, 5), 10));
        Assert.Single(history.FindByAccount(AccountOf(3, 5), 10));
    }

    [Fact]
    public void Transactions_of_an_account_come_newest_first_in_pages()
    {
        var history = new BlockHistory();
        for (ulong slot = 1; slot <= 3; slot++)
            history.Add(NewBlock(slot, 3));
        Signature[] newestFirst =
            [.. from slot in (ulong[])[3, 2, 1] from index in (int[])[2, 1, 0] select IdOf(slot, index)];

        Assert.Equal(newestFirst, Ids(history.FindByAccount(Busy, 100)));
        Assert.Equal(newestFirst[..4], Ids(history.FindByAccount(Busy, 4)));
        Assert.Equal(newestFirst[4..8], Ids(history.FindByAccount(Busy, 4, before: newestFirst[3])));
        Assert.Equal(newestFirst[..5], Ids(history.FindByAccount(Busy, 100, until: newestFirst[5])));
        Assert.Equal(newestFirst[2..5], Ids(history.FindByAccount(Busy, 100, newestFirst[1], newestFirst[5])));
        Assert.Empty(history.FindByAccount(Busy, 100, before: IdOf(99, 0)));
        Assert.Empty(history.FindByAccount(NewAddress(77), 100));
    }

    private static IEnumerable<Signature> Ids(PastTransaction[] transactions) =>
        transactions.Select(transaction => transaction.Record.Id);

    private Block NewBlock(ulong slot, int transactions)
    {
        var header = new BlockHeader(slot, default, 0, transactions, default, default);
        BlockRecords records = _recorded.Next(Enumerable.Range(0, transactions).Select(i => (IdOf(slot, i), AccountOf(slot, i))));
        return new Block(header, HashOf(slot), records, []);
    }

    private static Hash256 HashOf(ulong slot) => new(Bytes(32, slot));

    private static Signature IdOf(ulong slot, int index) => new(Bytes(64, (slot << 32) | (uint)index));

    private static Address AccountOf(ulong slot, int index) => NewAddress((1UL << 63) | (slot << 32) | (uint)index);

    private static Address NewAddress(ulong number) => new(Bytes(32, number));

    private static byte[] Bytes(int length, ulong number)
    {
        byte[] bytes = new byte[length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        return bytes;
    }
}
