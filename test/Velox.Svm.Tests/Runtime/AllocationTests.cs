using Velox.Cryptography;
using Velox.OrderBook;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>What the stages allocate once they have run for a while: the block's memory, in large pieces, and nothing else.</summary>
public sealed class AllocationTests
{
    // A batch's outcomes are a small part of the largest pieces, which are 256 KiB, so most batches need no new one.
    private const int BatchSize = 32;
    private const int Batches = 32;

    private readonly BookBank _book = new();

    [Fact]
    public void Transfers_allocate_nothing_for_each()
    {
        Keypair[] wallets = [.. Enumerable.Range(0, 10).Select(_ => _book.Bank.NewFunded())];
        AssertNothing(number =>
        {
            Keypair from = wallets[number % wallets.Length], to = wallets[(number + 3) % wallets.Length];
            return _book.Bank.Sign([SystemInstructions.Transfer(from.PublicKey, to.PublicKey, 1_000 + (ulong)number)], from);
        });
    }

    [Fact]
    public void Failing_transfers_allocate_nothing_for_each()
    {
        Keypair wallet = _book.Bank.NewFunded();
        AssertNothing(
            number => _book.Bank.Sign([SystemInstructions.Transfer(wallet.PublicKey, wallet.PublicKey, ulong.MaxValue - (ulong)number)], wallet),
            succeeds: false);
    }

    [Fact]
    public void Token_transfers_allocate_nothing_for_each()
    {
        Trader from = _book.NewTrader(0, 0), to = _book.NewTraderWithoutSeat(0, 0);
        _book.Send(_book.Venue.Mint(from, 1_000_000_000, 0), _book.Venue.Operator).Expect();
        AssertNothing(number => _book.Bank.Sign(
            [TokenInstructions.Transfer(from.BaseAccount, to.BaseAccount, from.Address, 1 + (ulong)number)], from.Key));
    }

    [Fact]
    public void Bundles_of_orders_allocate_nothing_for_each()
    {
        Trader maker = _book.NewTrader(100_000, 0), taker = _book.NewTrader(0, 1_000_000_000);
        Keypair[] sessions = [maker.Session, taker.Session];
        foreach (Keypair session in sessions)
            _book.Bank.Fund(session.PublicKey, TestBank.Sol);
        AssertNothing(number =>
        {
            // The maker offers, the taker takes and bids, the maker cancels.
            uint sequence = (uint)(2 * number) + 1;
            OrderMessage[] messages = number % 2 == 0
                ?
                [
                    OrderMessage.CancelAll((ushort)maker.Seat, sequence),
                    OrderMessage.Place((ushort)maker.Seat, sequence, new NewOrder(Side.Ask, OrderType.PostOnly, 1_000, 2, (ulong)number + 1)),
                ]
                :
                [
                    OrderMessage.Place((ushort)taker.Seat, sequence, new NewOrder(Side.Bid, OrderType.Limit, 1_000, 1, (ulong)number + 1)),
                    OrderMessage.CancelAll((ushort)taker.Seat, sequence),
                ];
            return _book.Bank.Sign([_book.Venue.Batch(sessions[number % 2], messages)], sessions[number % 2]);
        });
    }

    private void AssertNothing(Func<int, byte[]> sign, bool succeeds = true)
    {
        InFlightTransaction[] batch = [.. Enumerable.Range(0, BatchSize).Select(_ => new InFlightTransaction([]))];
        byte[][] signed = [.. Enumerable.Range(0, 3 * Batches * BatchSize).Select(sign)];
        byte[][][] blocks = [.. signed.Chunk(Batches * BatchSize)];

        // The first blocks make whatever is made once: buffers as large as they get, room for messages.
        Run(blocks[0], batch, succeeds);
        Run(blocks[1], batch, succeeds);
        long[] allocatedBytes = Run(blocks[2], batch, succeeds);

        Assert.True(
            allocatedBytes.Count(bytes => bytes == 0) >= Batches / 2, $"bytes of each batch: {string.Join(' ', allocatedBytes)}");
    }

    /// <summary>A block; returns what each batch allocated.</summary>
    private long[] Run(byte[][] transactions, InFlightTransaction[] batch, bool succeeds)
    {
        Bank bank = _book.Bank.Bank;
        _book.Bank.OpenBlock();
        long[] allocatedBytes = new long[Batches];
        for (int number = 0; number < Batches; number++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < batch.Length; i++)
                batch[i].Reset(transactions[(number * BatchSize) + i]);
            bank.Decode(batch);
            bank.Execute(batch);
            allocatedBytes[number] = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.All(batch, transaction => Assert.Equal(succeeds, transaction.IsRecorded && !transaction.Error.IsError));
        }

        Assert.Equal(transactions.Length, bank.EndBlock().Records.Count);
        return allocatedBytes;
    }
}
