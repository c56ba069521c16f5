using Xunit;

namespace Velox.Primitives.Tests;

public sealed class WorkerTeamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Every_item_is_done_once_however_it_is_sliced(int workers)
    {
        var random = new Random(workers);
        using var team = new WorkerTeam(workers);
        for (int round = 0; round < 300; round++)
        {
            int count = random.Next(0, 200);
            var work = new CountedItems(count, workers);

            team.Run(work, count, random.Next(1, 20));

            // Plain reads: what the workers wrote is visible when the work is over.
            Assert.All(work.Times, times => Assert.Equal(1, times));
        }
    }

    [Fact]
    public void Two_workers_work_at_the_same_time()
    {
        using var team = new WorkerTeam(2);
        using var meeting = new Barrier(2);
        for (int round = 0; round < 100; round++)
            team.Run(new ActionWork((_, _) => Assert.True(meeting.SignalAndWait(Patience))), count: 2, sliceLength: 1);
    }

    [Fact]
    public void No_two_threads_are_the_same_worker()
    {
        const int workers = 4;
        using var team = new WorkerTeam(workers);
        int[] busy = new int[workers];
        for (int round = 0; round < 500; round++)
        {
            team.Run(
                new ActionWork((worker, _) =>
                {
                    Assert.Equal(1, Interlocked.Increment(ref busy[worker]));
                    Interlocked.Decrement(ref busy[worker]);
                }),
                count: 64,
                sliceLength: 1);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void What_a_slice_throws_comes_to_the_owner_and_the_team_goes_on(int workers)
    {
        using var team = new WorkerTeam(workers);
        var failing = new ActionWork((_, item) => throw new InvalidDataException($"item {item}"));
        for (int round = 0; round < 50; round++)
        {
            Exception failure = Assert.ThrowsAny<Exception>(() => team.Run(failing, count: 10, sliceLength: 1));
            Assert.IsType<InvalidDataException>(failure is AggregateException ? failure.InnerException : failure);
            var work = new CountedItems(10, workers);
            team.Run(work, 10, 1);
            Assert.All(work.Times, times => Assert.Equal(1, times));
        }
    }

    [Fact]
    public void All_pieces_in_the_background_are_done_beside_the_owners_work()
    {
        var pieces = new Pieces();
        using var team = new WorkerTeam(3, pieces);
        for (int round = 0; round < 200; round++)
        {
            pieces.Add(10);
            team.Wake();
            var work = new CountedItems(20, 3);
            team.Run(work, 20, 1);
            Assert.All(work.Times, times => Assert.Equal(1, times));
        }

        Assert.True(SpinWait.SpinUntil(() => pieces.Done == 2_000, Patience));
        Assert.False(pieces.WasOwner);
    }

    [Fact]
    public void Threads_end_with_the_team()
    {
        var pieces = new Pieces();
        var team = new WorkerTeam(3, pieces);
        pieces.Add(100);
        team.Wake();
        Assert.True(SpinWait.SpinUntil(() => pieces.Done == 100, Patience));

        team.Dispose();

        Assert.All(pieces.Threads, thread => Assert.False(thread.IsAlive));
        Assert.NotEmpty(pieces.Threads);
    }

    [Fact]
    public void Threads_of_a_team_that_nobody_knows_any_more_end()
    {
        Pieces pieces = Forgotten();
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return pieces.Threads.All(thread => !thread.IsAlive);
            },
            Patience));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(WorkerTeam.MaxWorkers + 1)]
    public void The_number_of_workers_has_bounds(int workers) =>
        Assert.Equal("workers", Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerTeam(workers)).ParamName);

    private static Pieces Forgotten()
    {
        var pieces = new Pieces();
        var team = new WorkerTeam(2, pieces);
        pieces.Add(10);
        team.Wake();
        Assert.True(SpinWait.SpinUntil(() => pieces.Done == 10, Patience));
        return pieces;
    }

    private sealed class CountedItems(int count, int workers) : ISlicedWork
    {
        internal int[] Times { get; } = new int[count];

        public void Run(int worker, int start, int end)
        {
            Assert.InRange(worker, 0, workers - 1);
            for (int i = start; i < end; i++)
                Times[i]++;
        }
    }

    private sealed class ActionWork(Action<int, int> action) : ISlicedWork
    {
        public void Run(int worker, int start, int end)
        {
            for (int i = start; i < end; i++)
                action(worker, i);
        }
    }

    private sealed class Pieces : IBackgroundWork
    {
        private readonly HashSet<Thread> _threads = [];
        private int _left;

        internal int Done { get; private set; }

        internal bool WasOwner { get; private set; }

        internal Thread[] Threads
        {
            get
            {
                lock (_threads)
                    return [.. _threads];
            }
        }

        internal void Add(int count)
        {
            lock (_threads)
                _left += count;
        }

        public bool TryRunPiece(int worker)
        {
            lock (_threads)
            {
                if (_left == 0)
                    return false;
                _left--;
                Done++;
                WasOwner |= worker == 0;
                _threads.Add(Thread.CurrentThread);
                return true;
            }
        }
    }
}
