using Velox.State;
using Xunit;

namespace Velox.Svm.Tests;

public sealed class ScheduleStageTests
{
    [Fact]
    public void Transactions_that_share_nothing_written_run_in_one_wave()
    {
        Account[] accounts = NewAccounts(5);
        InFlightTransaction[] batch =
        [
            Access(accounts, writes: [1], reads: [0]),
            Access(accounts, writes: [2], reads: [0]),
            Access(accounts, writes: [3], reads: [0, 4]),
        ];

        Assert.Single(new ScheduleStage().Run(batch));
    }

    [Fact]
    public void Readers_between_writers_share_a_wave()
    {
        Account[] accounts = NewAccounts(4);
        InFlightTransaction writer = Access(accounts, writes: [0], reads: []);
        InFlightTransaction firstReader = Access(accounts, writes: [1], reads: [0]);
        InFlightTransaction secondReader = Access(accounts, writes: [2], reads: [0]);
        InFlightTransaction lastWriter = Access(accounts, writes: [0, 3], reads: []);

        var waves = new ScheduleStage().Run([writer, firstReader, secondReader, lastWriter]);

        Assert.Equal(3, waves.Count);
        Assert.Equal([writer], waves[0]);
        Assert.Equal([firstReader, secondReader], waves[1]);
        Assert.Equal([lastWriter], waves[2]);
    }

    [Fact]
    public void Dead_transactions_are_in_no_wave()
    {
        Account[] accounts = NewAccounts(1);
        InFlightTransaction dead = Access(accounts, writes: [0], reads: []);
        dead.Rejection = TransactionErrorKind.AlreadyProcessed;

        Assert.Empty(new ScheduleStage().Run([dead]));
    }

    [Fact]
    public void Random_batches_keep_the_order_of_conflicts_and_no_wave_has_one()
    {
        var stage = new ScheduleStage();
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            Account[] accounts = NewAccounts(random.Next(2, 30));
            InFlightTransaction[] batch =
                [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => RandomAccess(random, accounts))];

            AssertOrdered(batch, stage.Run(batch), seed);
        }
    }

    private static void AssertOrdered(
        InFlightTransaction[] batch, IReadOnlyList<IReadOnlyList<InFlightTransaction>> waves, int seed)
    {
        var waveOf = new Dictionary<InFlightTransaction, int>();
        for (int wave = 0; wave < waves.Count; wave++)
        {
            foreach (InFlightTransaction transaction in waves[wave])
                Assert.True(waveOf.TryAdd(transaction, wave), $"seed {seed}: a transaction is in two waves");
        }

        Assert.True(waveOf.Count == batch.Length, $"seed {seed}: a transaction is in no wave");
        for (int later = 0; later < batch.Length; later++)
        {
            // As early as possible: right after the latest of the conflicts before it.
            int expected = 0;
            for (int earlier = 0; earlier < later; earlier++)
            {
                if (DoConflict(batch[earlier], batch[later]))
                    expected = Math.Max(expected, waveOf[batch[earlier]] + 1);
            }

            Assert.True(
                waveOf[batch[later]] == expected,
                $"seed {seed}: transaction {later} in wave {waveOf[batch[later]]}, expected {expected}");
        }
    }

    private static bool DoConflict(InFlightTransaction first, InFlightTransaction second)
    {
        TransactionAccounts left = first.Accounts!;
        TransactionAccounts right = second.Accounts!;
        for (int i = 0; i < left.Count; i++)
        {
            int j = Array.IndexOf(right.Accounts, left.Accounts[i]);
            if (j >= 0 && (left.Writables[i] || right.Writables[j]))
                return true;
        }

        return false;
    }

    private static InFlightTransaction RandomAccess(Random random, Account[] accounts)
    {
        int[] shuffled = [.. Enumerable.Range(0, accounts.Length)];
        random.Shuffle(shuffled);
        int writes = random.Next(0, Math.Min(4, accounts.Length + 1));
        int reads = random.Next(0, Math.Min(5, accounts.Length - writes + 1));
        return Access(accounts, shuffled[..writes], shuffled[writes..(writes + reads)]);
    }

    private static InFlightTransaction Access(Account[] accounts, int[] writes, int[] reads) => new([])
    {
        Accounts = new TransactionAccounts(
            [.. writes.Concat(reads).Select(index => accounts[index])],
            new bool[writes.Length + reads.Length],
            [.. writes.Select(_ => true), .. reads.Select(_ => false)]),
    };

    private static Account[] NewAccounts(int count) =>
        [.. Enumerable.Range(0, count).Select(number => new Account(TestKeys.Stranger(number)))];
}
