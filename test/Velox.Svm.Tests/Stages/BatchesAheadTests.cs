using Velox.Primitives;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>Batches handed in ahead: what a caller may do wrong with them, and what must be as without them.</summary>
public sealed class BatchesAheadTests
{
    private readonly TestBank _bank = new(workers: 2, programs: []);

    [Fact]
    public void A_batch_that_had_to_wait_its_turn_leaves_nothing_behind()
    {
        InFlightTransaction[] ahead = [Transfer(1)];
        Assert.True(_bank.Bank.TrySubmit(ahead));
        _bank.OpenBlock();
        Assert.Throws<InvalidOperationException>(() => _bank.Bank.Process([Transfer(2)]));

        _bank.Bank.Execute(ahead);
        InFlightTransaction[] next = [Transfer(3)];
        _bank.Bank.Process(next);
        Assert.True(ahead[0].IsRecorded && next[0].IsRecorded);
    }

    [Fact]
    public void A_transaction_is_recorded_once_wherever_its_copies_are()
    {
        byte[] bytes = _bank.Sign([SystemInstructions.Transfer(TestBank.Faucet.PublicKey, TestKeys.Stranger(1), TestBank.Sol)], TestBank.Faucet);
        InFlightTransaction[][] batches = [.. Enumerable.Range(0, 4).Select(_ => (InFlightTransaction[])[new(bytes), new(bytes), new(bytes)])];
        foreach (InFlightTransaction[] batch in batches)
            Assert.True(_bank.Bank.TrySubmit(batch));
        for (int block = 0; block < 2; block++)
        {
            _bank.OpenBlock();
            _bank.Bank.Execute(batches[2 * block]);
            _bank.Bank.Execute(batches[(2 * block) + 1]);
            Assert.Equal(block == 0 ? 1 : 0, _bank.Bank.EndBlock().Records.Count);
        }

        Assert.Equal(TestBank.Sol, _bank.Balance(TestKeys.Stranger(1)));
    }

    [Fact]
    public void An_object_that_is_in_a_batch_twice_is_refused_with_its_batch()
    {
        InFlightTransaction one = Transfer(1);
        InFlightTransaction other = Transfer(2);
        _bank.OpenBlock();
        Assert.Contains("Transaction 2 ", Assert.Throws<ArgumentException>(() => _bank.Bank.TrySubmit([one, other, one])).Message, StringComparison.Ordinal);

        _bank.Bank.Process([one, other]);
        Assert.Equal(2, _bank.Bank.EndBlock().Records.Count);
    }

    [Fact]
    public void An_object_that_is_in_two_batches_is_refused_until_it_is_reset()
    {
        InFlightTransaction one = Transfer(1);
        _bank.OpenBlock();
        _bank.Bank.Process([one]);
        Assert.Throws<ArgumentException>(() => _bank.Bank.Process([one]));

        one.Reset(Transfer(2).Bytes);
        _bank.Bank.Process([one]);
        Assert.Equal(2, _bank.Bank.EndBlock().Records.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void What_was_not_verified_is_not_executed_whatever_list_it_is_in(int workers)
    {
        var bank = new TestBank(workers, programs: []);
        byte[] forged = Transfer(1).Bytes;
        forged[30] ^= 1;
        for (int round = 0; round < 50; round++)
        {
            InFlightTransaction[] batch = [.. Enumerable.Range(0, 70).Select(_ => new InFlightTransaction(forged))];
            bank.OpenBlock();
            Assert.Throws<InvalidOperationException>(() => bank.Bank.Execute([new InFlightTransaction(forged)]));
            Assert.True(bank.Bank.TrySubmit(batch));
            try
            {
                bank.Bank.Execute([.. batch]);
            }
            catch (InvalidOperationException)
            {
                // Not done yet.
            }

            bank.Bank.Execute(batch);
            Assert.Empty(bank.Bank.EndBlock().Records);
        }
    }

    [Fact]
    public void What_is_executed_a_second_time_is_rejected_and_paid_for_once()
    {
        InFlightTransaction[] batch = [Transfer(1)];
        _bank.OpenBlock();
        _bank.Bank.Process(batch);
        _bank.Bank.Execute(batch);

        Assert.Equal(TransactionErrorKind.AlreadyProcessed, batch[0].Rejection.Kind);
        Assert.Single(_bank.Bank.EndBlock().Records);
    }

    [Fact]
    public void A_batch_that_came_without_a_block_can_come_again()
    {
        InFlightTransaction[] batch = [Transfer(1)];
        Assert.Throws<InvalidOperationException>(() => _bank.Bank.Process(batch));
        _bank.OpenBlock();
        _bank.Bank.Process(batch);
        Assert.True(batch[0].IsRecorded);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 5_000)]
    [InlineData(8, 1)]
    [InlineData(8, 5_000)]
    public void Small_and_large_batches_ahead_end_with_the_same_root(int workers, int batchLength)
    {
        byte[][] transactions = [.. Enumerable.Range(0, 5_000).Select(number => _bank.Sign(
            [SystemInstructions.Transfer(TestBank.Faucet.PublicKey, TestKeys.Stranger(number % 700), 1_000_000 + (ulong)number)], TestBank.Faucet))];
        Assert.Equal(Root(workers: 1, transactions, transactions.Length), Root(workers, transactions, batchLength));
    }

    [Fact]
    public void Banks_that_end_with_batches_ahead_do_no_harm()
    {
        for (int i = 0; i < 20; i++)
        {
            var bank = new TestBank(workers: 4, programs: []);
            for (int batch = 0; batch < 8; batch++)
                Assert.True(bank.Bank.TrySubmit([.. Enumerable.Range(0, 100).Select(number => Transfer(number + batch))]));
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private static (Hash256 Hash, Hash256 Root) Root(int workers, byte[][] transactions, int batchLength)
    {
        var bank = new TestBank(workers, programs: []);
        bank.OpenBlock();
        InFlightTransaction[][] batches = [.. transactions.Chunk(batchLength).Select(chunk => Array.ConvertAll(chunk, bytes => new InFlightTransaction(bytes)))];
        int submitted = 0;
        foreach (InFlightTransaction[] batch in batches)
        {
            while (submitted < batches.Length && bank.Bank.TrySubmit(batches[submitted], checksSignatures: false))
                submitted++;
            bank.Bank.Execute(batch);
        }

        Block block = bank.Bank.EndBlock();
        Assert.Equal(transactions.Length, block.Records.Count);
        return (block.Hash, block.Header.StateRoot);
    }

    private InFlightTransaction Transfer(int number) => new(_bank.Sign(
        [SystemInstructions.Transfer(TestBank.Faucet.PublicKey, TestKeys.Stranger(number), TestBank.Sol)], TestBank.Faucet));
}
