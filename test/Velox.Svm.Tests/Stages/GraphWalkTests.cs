using Velox.Primitives;
using Velox.State;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>Transactions run by several workers, each as soon as those that it waits for are done: as one after the other.</summary>
public sealed class GraphWalkTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void What_conflicts_keeps_its_order(int workers)
    {
        using var team = new WorkerTeam(workers);
        var walk = new GraphWalk();
        var stage = new ScheduleStage();
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);

            // From nearly independent ones to a single chain.
            var world = new World(accounts: random.Next(1, 40), transactions: random.Next(1, 300), random);
            long[] expected = world.RunInOrder();

            long[] balances = new long[expected.Length];
            ConflictGraph graph = stage.Run(world.Batch);
            walk.Run(graph, team, (_, transaction) => world.Run(transaction, balances));

            Assert.True(expected.AsSpan().SequenceEqual(balances), $"seed {seed}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_transaction_that_throws_ends_the_walk_and_the_next_one_is_whole(int workers)
    {
        using var team = new WorkerTeam(workers);
        var walk = new GraphWalk();
        var stage = new ScheduleStage();
        for (int seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var world = new World(accounts: 3, transactions: 100, random);
            InFlightTransaction bad = world.Batch[random.Next(world.Batch.Length)];
            Exception failure = Assert.ThrowsAny<Exception>(() => walk.Run(
                stage.Run(world.Batch), team, (_, transaction) =>
                {
                    if (transaction == bad)
                        throw new InvalidDataException("as told");
                }));
            Assert.IsType<InvalidDataException>(failure is AggregateException ? failure.InnerException : failure);

            long[] balances = new long[3];
            walk.Run(stage.Run(world.Batch), team, (_, transaction) => world.Run(transaction, balances));
            Assert.Equal(world.RunInOrder(), balances);
        }
    }

    /// <summary>Balances that each transaction changes by what it reads: any other order of a conflict gives others.</summary>
    private sealed class World
    {
        private readonly Dictionary<InFlightTransaction, (int[] Writes, int[] Reads, int Number)> _access = [];
        private readonly int _accounts;

        internal World(int accounts, int transactions, Random random)
        {
            _accounts = accounts;
            Account[] all = [.. Enumerable.Range(0, accounts).Select(number => new Account(TestKeys.Stranger(number)))];
            Batch = [.. Enumerable.Range(0, transactions).Select(number => New(all, number, random))];
        }

        internal InFlightTransaction[] Batch { get; }

        internal long[] RunInOrder()
        {
            long[] balances = new long[_accounts];
            foreach (InFlightTransaction transaction in Batch)
                Run(transaction, balances);
            return balances;
        }

        internal void Run(InFlightTransaction transaction, long[] balances)
        {
            (int[] writes, int[] reads, int number) = _access[transaction];
            long sum = number;
            foreach (int read in reads)
                sum += balances[read];
            foreach (int write in writes)
                balances[write] = unchecked((balances[write] * 31) + sum);
        }

        private InFlightTransaction New(Account[] accounts, int number, Random random)
        {
            int[] shuffled = [.. Enumerable.Range(0, accounts.Length)];
            random.Shuffle(shuffled);
            int[] writes = shuffled[..random.Next(0, Math.Min(4, accounts.Length + 1))];
            int[] reads = shuffled[writes.Length..(writes.Length + random.Next(0, Math.Min(4, accounts.Length - writes.Length + 1)))];
            var transaction = new InFlightTransaction([])
            {
                Accounts = new TransactionAccounts(
                    [.. writes.Concat(reads).Select(index => accounts[index])],
                    new bool[writes.Length + reads.Length],
                    [.. writes.Select(_ => true), .. reads.Select(_ => false)]),
            };
            _access.Add(transaction, (writes, reads, number));
            return transaction;
        }
    }
}
