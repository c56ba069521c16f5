using Velox.State;
using Xunit;

namespace Velox.Svm.Tests;

public sealed class ScheduleStageTests
{
    [Fact]
    public void Transactions_that_share_nothing_written_wait_for_nobody()
    {
        Account[] accounts = NewAccounts(5);
        InFlightTransaction[] batch =
        [
            Access(accounts, writes: [1], reads: [0]),
            Access(accounts, writes: [2], reads: [0]),
            Access(accounts, writes: [3], reads: [0, 4]),
        ];

        ConflictGraph graph = new ScheduleStage().Run(batch);

        Assert.Equal(3, graph.Count);
        Assert.False(graph.HasConflicts);
        Assert.Empty(EdgesOf(graph));
    }

    [Fact]
    public void Readers_stand_side_by_side_between_writers()
    {
        Account[] accounts = NewAccounts(4);
        InFlightTransaction[] batch =
        [
            Access(accounts, writes: [0], reads: []),
            Access(accounts, writes: [1], reads: [0]),
            Access(accounts, writes: [2], reads: [0]),
            Access(accounts, writes: [0, 3], reads: []),
            Access(accounts, writes: [], reads: [3]),
        ];

        ConflictGraph graph = new ScheduleStage().Run(batch);

        Assert.Equal([(0, 1), (0, 2), (1, 3), (2, 3), (3, 4)], EdgesOf(graph).Order());
    }

    [Fact]
    public void Dead_transactions_are_left_out()
    {
        Account[] accounts = NewAccounts(1);
        InFlightTransaction dead = Access(accounts, writes: [0], reads: []);
        dead.Rejection = TransactionErrorKind.AlreadyProcessed;
        InFlightTransaction alive = Access(accounts, writes: [0], reads: []);

        ConflictGraph graph = new ScheduleStage().Run([dead, alive]);

        Assert.Equal(1, graph.Count);
        Assert.Same(alive, graph[0]);
        Assert.False(graph.HasConflicts);
    }

    [Fact]
    public void Random_batches_wait_for_all_conflicts_and_for_nothing_else()
    {
        var stage = new ScheduleStage();
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            Account[] accounts = NewAccounts(random.Next(2, 30));
            InFlightTransaction[] batch =
                [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => RandomAccess(random, accounts))];

            AssertReaches(batch, stage.Run(batch), seed);
        }
    }

    /// <summary>Each edge is a conflict, each conflict is a path, and the counts are those of the edges.</summary>
    private static void AssertReaches(InFlightTransaction[] batch, ConflictGraph graph, int seed)
    {
        Assert.Equal(batch.Length, graph.Count);
        bool[,] reaches = new bool[batch.Length, batch.Length];
        int[] waits = new int[batch.Length];
        List<(int From, int To)> edges = EdgesOf(graph);
        foreach ((int from, int to) in edges.OrderByDescending(edge => edge.From))
        {
            Assert.True(from < to, $"seed {seed}: {to} is before {from}");
            Assert.True(DoConflict(batch[from], batch[to]), $"seed {seed}: {to} waits for {from} needlessly");
            waits[to]++;
            reaches[from, to] = true;
            for (int further = 0; further < batch.Length; further++)
                reaches[from, further] |= reaches[to, further];
        }

        Assert.Equal(edges.Count > 0, graph.HasConflicts);
        for (int later = 0; later < batch.Length; later++)
        {
            Assert.True(waits[later] == graph.WaitsFor(later), $"seed {seed}: {later} waits for {graph.WaitsFor(later)}");
            for (int earlier = 0; earlier < later; earlier++)
            {
                bool isOrdered = reaches[earlier, later] || !DoConflict(batch[earlier], batch[later]);
                Assert.True(isOrdered, $"seed {seed}: {later} does not wait for {earlier}");
            }
        }
    }

    private static List<(int From, int To)> EdgesOf(ConflictGraph graph)
    {
        List<(int From, int To)> edges = [];
        for (int from = 0; from < graph.Count; from++)
        {
            int entry = graph.FirstSuccessor(from);
            while (entry >= 0)
            {
                (int to, entry) = graph.Successor(entry);
                edges.Add((from, to));
            }
        }

        return edges;
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
