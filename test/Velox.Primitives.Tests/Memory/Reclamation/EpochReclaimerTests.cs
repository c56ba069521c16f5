using Xunit;

namespace Velox.Primitives.Tests;

public class EpochReclaimerTests
{
    [Fact]
    public void A_node_is_not_released_while_a_reader_that_may_hold_it_is_inside()
    {
        using var nodes = new SlabAllocator(16, 8, isChecked: true);
        var epochs = new EpochReclaimer(nodes, maxReaders: 2, maxGarbage: 4);
        using EpochReader reader = epochs.TryJoin()!;
        reader.Enter();
        Retire(epochs, nodes);
        for (int i = 0; i < 10; i++)
            Assert.Equal(0, epochs.Collect());
        Assert.Equal((1, 1L, 0L, 1), (epochs.Garbage, epochs.Retired, epochs.Reclaimed, nodes.InUse));

        // One collection is enough when nobody is inside.
        reader.Exit();
        Assert.Equal(1, epochs.Collect());
        Assert.Equal((0, 1L, 0), (epochs.Garbage, epochs.Reclaimed, nodes.InUse));
    }

    [Fact]
    public void Readers_that_overlap_without_end_hold_nothing_up()
    {
        using var nodes = new SlabAllocator(16, 8, isChecked: true);
        var epochs = new EpochReclaimer(nodes, maxReaders: 2, maxGarbage: 4);
        EpochReader early = epochs.TryJoin()!;
        EpochReader late = epochs.TryJoin()!;
        early.Enter();
        for (int i = 0; i < 1_000; i++)
        {
            // At no time are both outside.
            Assert.Equal(RetireResult.Retired, Retire(epochs, nodes));
            late.Enter();
            early.Exit();
            epochs.Collect();
            (early, late) = (late, early);
        }

        Assert.InRange(epochs.Garbage, 0, 2);
        early.Exit();
        epochs.Collect();
        Assert.Equal(0, epochs.Garbage);
    }

    [Fact]
    public void A_reader_that_goes_in_and_out_holds_nothing_up()
    {
        using var nodes = new SlabAllocator(16, 100, isChecked: true);
        var epochs = new EpochReclaimer(nodes, maxReaders: 1, maxGarbage: 8);
        using EpochReader reader = epochs.TryJoin()!;
        for (int i = 0; i < 1_000; i++)
        {
            reader.Enter();
            Assert.Equal(RetireResult.Retired, Retire(epochs, nodes));
            reader.Exit();
            epochs.Collect();
            Assert.InRange(epochs.Garbage, 0, 3);
        }
    }

    [Fact]
    public void At_the_bound_a_node_stays_the_callers()
    {
        using var nodes = new SlabAllocator(16, 8, isChecked: true);
        var epochs = new EpochReclaimer(nodes, maxReaders: 1, maxGarbage: 2);
        EpochReader reader = epochs.TryJoin()!;
        reader.Enter();
        Assert.Equal(RetireResult.Retired, Retire(epochs, nodes));
        Assert.Equal(RetireResult.Retired, Retire(epochs, nodes));
        Assert.Equal(RetireResult.GarbageFull, Retire(epochs, nodes));
        Assert.Equal((2, 1L, 3), (epochs.Garbage, epochs.Refused, nodes.InUse));

        // Leaving ends what it held, also without an exit.
        reader.Dispose();
        epochs.Collect();
        Assert.Equal(1, nodes.InUse);
    }

    [Fact]
    public void A_stuck_reader_is_named_with_its_thread_and_time()
    {
        using var nodes = new SlabAllocator(16, 8);
        var clock = new ManualClock { NowNanos = 1_000_000 };
        var epochs = new EpochReclaimer(nodes, maxReaders: 2, maxGarbage: 4, clock);
        using EpochReader mine = epochs.TryJoin()!;
        EpochReader? stuck = null;
        int stuckThread = 0;
        var thread = new Thread(() =>
        {
            stuck = epochs.TryJoin()!;
            stuckThread = Environment.CurrentManagedThreadId;
            stuck.Enter();
        });
        thread.Name = "the-stuck-one";
        thread.Start();
        thread.Join();

        Assert.Null(epochs.FindStuckReader(0)); // nothing waits for it
        Retire(epochs, nodes);
        epochs.Collect();
        epochs.Collect();
        clock.NowNanos += 999;
        mine.Enter();
        mine.Exit();
        Assert.Null(epochs.FindStuckReader(1_000));
        clock.NowNanos += 1;
        Assert.Equal(new StuckReader(stuckThread, "the-stuck-one", 1_000), epochs.FindStuckReader(1_000));

        stuck!.Exit();
        Assert.Null(epochs.FindStuckReader(0));
    }

    [Fact]
    public void Readers_are_as_many_as_stated_and_places_are_used_again()
    {
        using var nodes = new SlabAllocator(16, 8);
        var epochs = new EpochReclaimer(nodes, maxReaders: 2, maxGarbage: 4);
        EpochReader first = epochs.TryJoin()!;
        using EpochReader second = epochs.TryJoin()!;
        Assert.Null(epochs.TryJoin());
        first.Dispose();
        using EpochReader? third = epochs.TryJoin();
        Assert.NotNull(third);
    }

    [Fact]
    public void Numbers_outside_their_bounds_are_refused()
    {
        using var nodes = new SlabAllocator(16, 8);
        Assert.Throws<ArgumentOutOfRangeException>(() => new EpochReclaimer(nodes, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EpochReclaimer(nodes, 4_097, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EpochReclaimer(nodes, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EpochReclaimer(nodes, 1, (1 << 24) + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EpochReclaimer(nodes, 1, 1).Retire(8));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EpochReclaimer(nodes, 1, 1).Retire(-1));
    }

    private static RetireResult Retire(EpochReclaimer epochs, SlabAllocator nodes)
    {
        Assert.True(nodes.TryAllocate(out int index));
        return epochs.Retire(index);
    }
}
