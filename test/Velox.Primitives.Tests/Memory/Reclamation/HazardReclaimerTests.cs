using Xunit;

namespace Velox.Primitives.Tests;

public class HazardReclaimerTests
{
    [Fact]
    public void What_a_reader_named_is_kept_and_all_else_is_released()
    {
        using var nodes = new SlabAllocator(16, 8, isChecked: true);
        var hazards = new HazardReclaimer(nodes, maxReaders: 2, maxGarbage: 64);
        using HazardReader reader = hazards.TryJoin()!;
        int first = Allocate(nodes), second = Allocate(nodes), third = Allocate(nodes);
        Assert.Equal(first, reader.Protect(0, ref first));
        Assert.Equal(third, reader.Protect(3, ref third));
        foreach (int node in (int[])[first, second, third])
            Assert.Equal(RetireResult.Retired, hazards.Retire(node));

        Assert.Equal(1, hazards.Collect());
        Assert.Equal(SlabRelease.DoubleFree, nodes.Release(second));
        reader.Clear(0);
        Assert.Equal(1, hazards.Collect());
        Assert.Equal((1, 1), (hazards.Garbage, nodes.InUse));

        // A slot that is used again gives up what it held.
        int none = HazardReclaimer.None;
        Assert.Equal(HazardReclaimer.None, reader.Protect(3, ref none));
        Assert.Equal(1, hazards.Collect());
        Assert.Equal((0, 3L, 3L, 0), (hazards.Garbage, hazards.Retired, hazards.Reclaimed, nodes.InUse));
    }

    [Fact]
    public void Garbage_never_stays_full_when_its_bound_is_above_what_readers_can_hold()
    {
        using var nodes = new SlabAllocator(16, 100, isChecked: true);
        var hazards = new HazardReclaimer(nodes, maxReaders: 1, maxGarbage: HazardReader.Slots + 1);
        using HazardReader reader = hazards.TryJoin()!;
        for (int slot = 0; slot < HazardReader.Slots; slot++)
        {
            int node = Allocate(nodes);
            reader.Protect(slot, ref node);
            Assert.Equal(RetireResult.Retired, hazards.Retire(node));
        }

        for (int i = 0; i < 1_000; i++)
            Assert.Equal(RetireResult.Retired, hazards.Retire(Allocate(nodes)));
        Assert.InRange(hazards.Garbage, HazardReader.Slots, hazards.MaxGarbage);
        Assert.Equal(0, hazards.Refused);
    }

    [Fact]
    public void At_the_bound_a_node_stays_the_callers()
    {
        using var nodes = new SlabAllocator(16, 8, isChecked: true);
        var hazards = new HazardReclaimer(nodes, maxReaders: 1, maxGarbage: 1);
        HazardReader reader = hazards.TryJoin()!;
        int node = Allocate(nodes);
        reader.Protect(0, ref node);
        Assert.Equal(RetireResult.Retired, hazards.Retire(node));
        Assert.Equal(RetireResult.GarbageFull, hazards.Retire(Allocate(nodes)));
        Assert.Equal(1, hazards.Refused);

        reader.Dispose();
        Assert.Equal(1, hazards.Collect());
    }

    [Fact]
    public void A_stuck_reader_is_named_with_its_thread_and_time()
    {
        using var nodes = new SlabAllocator(16, 8);
        var clock = new ManualClock { NowNanos = 1_000_000 };
        var hazards = new HazardReclaimer(nodes, maxReaders: 2, maxGarbage: 4, clock);
        int node = Allocate(nodes);
        HazardReader? stuck = null;
        int stuckThread = 0;
        var thread = new Thread(() =>
        {
            stuck = hazards.TryJoin()!;
            stuckThread = Environment.CurrentManagedThreadId;
            stuck.Protect(2, ref node);
        });
        thread.Name = "the-stuck-one";
        thread.Start();
        thread.Join();

        Assert.Null(hazards.FindStuckReader(0));
        hazards.Retire(node);
        hazards.Collect();
        clock.NowNanos += 1_000;
        Assert.Null(hazards.FindStuckReader(1_001));
        Assert.Equal(new StuckReader(stuckThread, "the-stuck-one", 1_000), hazards.FindStuckReader(1_000));

        stuck!.Clear(2);
        Assert.Null(hazards.FindStuckReader(0));
        Assert.Equal(0, hazards.Garbage);
    }

    [Fact]
    public void A_slot_that_is_not_there_is_refused()
    {
        using var nodes = new SlabAllocator(16, 8);
        using HazardReader reader = new HazardReclaimer(nodes, 1, 1).TryJoin()!;
        int node = 0;
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Protect(HazardReader.Slots, ref node));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.Clear(-1));
    }

    private static int Allocate(SlabAllocator nodes)
    {
        Assert.True(nodes.TryAllocate(out int index));
        return index;
    }
}
