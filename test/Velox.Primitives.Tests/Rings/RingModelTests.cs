using Velox.ModelChecking;
using Xunit;

namespace Velox.Primitives.Tests;

/// <summary>Every execution of small scenarios, on the released algorithms. See <see cref="ModelChecker"/>.</summary>
public unsafe class RingModelTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 3)]
    public void Spsc_items_come_whole_and_in_order(int capacity, int items) => Check(scenario =>
    {
        SpscRingCore<long, CheckedModel> ring = NewSpsc(scenario, capacity);
        int written = 0;
        var read = new List<long>();
        scenario.Thread(() =>
        {
            for (int tries = 0; tries < items + 1 && written < items; tries++)
            {
                if (ring.TryWrite(written + 1))
                    written++;
            }
        });
        scenario.Thread(() => Drain(ring, items + 1, read));
        scenario.Finally(() =>
        {
            Drain(ring, items, read);
            Assert.Equal(Enumerable.Range(1, written).Select(item => (long)item), read);
        });
    });

    /// <summary>Several items at the first look, few of many slots: the consumer is close behind, and pauses before the next.</summary>
    [Fact]
    public void Spsc_items_that_the_consumer_follows_closely_come_whole_and_in_order() => Check(scenario =>
    {
        SpscRingCore<long, CheckedModel> ring = NewSpsc(scenario, 32);
        ring.TryWrite(1);
        ring.TryWrite(2);
        var read = new List<long>();
        scenario.Thread(() =>
        {
            ring.TryWrite(3);
            ring.TryWrite(4);
        });
        scenario.Thread(() => Drain(ring, 4, read));
        scenario.Finally(() =>
        {
            Drain(ring, 4, read);
            Assert.Equal([1, 2, 3, 4], read);
        });
    });

    [Fact]
    public void Spsc_batches_in_place_come_whole_and_in_order() => Check(scenario =>
    {
        SpscRingCore<long, CheckedModel> ring = NewSpsc(scenario, 2);
        int written = 0;
        var read = new List<long>();
        scenario.Thread(() =>
        {
            for (int tries = 0; tries < 3; tries++)
            {
                Span<long> free = ring.Reserve(2);
                for (int i = 0; i < free.Length; i++)
                    CheckedModel.Write(ref free[i], ++written);
                ring.Publish(free.Length);
            }
        });
        scenario.Thread(() =>
        {
            long* items = stackalloc long[2];
            for (int tries = 0; tries < 3; tries++)
            {
                int count = ring.TryRead(new Span<long>(items, 2));
                for (int i = 0; i < count; i++)
                    read.Add(items[i]);
            }
        });
        scenario.Finally(() =>
        {
            Drain(ring, 3, read);
            Assert.Equal(Enumerable.Range(1, written).Select(item => (long)item), read);
        });
    });

    /// <summary>Slots are given back late, but never so that both sides wait for each other.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Spsc_sides_that_wait_for_each_other_get_through(int capacity) => Check(scenario =>
    {
        SpscRingCore<long, CheckedModel> ring = NewSpsc(scenario, capacity);
        for (int i = 0; i < capacity; i++)
            ring.TryWrite(i);
        scenario.Thread(() =>
        {
            for (int i = 0; i < 2; i++)
            {
                while (!ring.TryWrite(capacity + i))
                    CheckedModel.SpinHint(1);
            }
        });
        scenario.Thread(() =>
        {
            for (int i = 0; i < capacity + 2; i++)
            {
                long item;
                while (!ring.TryRead(out item))
                    CheckedModel.SpinHint(1);
                Assert.Equal(i, item);
            }
        });
    });

    /// <summary>The same rings with an order taken away: the checker must see it.</summary>
    [Fact]
    public void Rings_without_release_or_acquire_are_found()
    {
        Assert.Equal(FindingKind.DataRace, FindingInSpsc<Weakened<NoRelease>>());
        Assert.Equal(FindingKind.DataRace, FindingInSpsc<Weakened<NoAcquire>>());
        Assert.Equal(FindingKind.DataRace, FindingInSequenced<Weakened<NoRelease>>());
        Assert.Equal(FindingKind.DataRace, FindingInSequenced<Weakened<NoAcquire>>());

        static FindingKind? FindingInSpsc<TModel>()
            where TModel : struct, IMemoryModel =>
            ModelChecker.Check(scenario =>
            {
                SpscRingCore<long, TModel> ring = NewSpsc<TModel>(scenario, 1);
                scenario.Thread(() => ring.TryWrite(1));
                scenario.Thread(() => ring.TryRead(out _));
            }).Finding?.Kind;

        static FindingKind? FindingInSequenced<TModel>()
            where TModel : struct, IMemoryModel =>
            ModelChecker.Check(scenario =>
            {
                SequencedRingCore<long, TModel> ring = NewSequenced<TModel>(scenario, 2);
                scenario.Thread(() => ring.TryWrite(1));
                scenario.Thread(() => ring.TryRead(out _));
            }).Finding?.Kind;
    }

    [Fact]
    public void Mpsc_loses_and_doubles_nothing() => Check(scenario =>
    {
        SequencedRingCore<long, CheckedModel> ring = NewSequenced(scenario, 2);
        bool[] isWritten = new bool[4];
        var read = new List<long>();
        scenario.Thread(() =>
        {
            isWritten[0] = ring.TryWrite(0);
            isWritten[1] = ring.TryWrite(1);
        });
        scenario.Thread(() => isWritten[2] = ring.TryWrite(2));
        scenario.Thread(() =>
        {
            for (int tries = 0; tries < 2; tries++)
            {
                if (ring.TryReadAlone(out long item))
                    read.Add(item);
            }
        });
        scenario.Finally(() =>
        {
            while (ring.TryReadAlone(out long item))
                read.Add(item);
            AssertComplete(isWritten, read);
            if (isWritten[0] && isWritten[1])
                Assert.True(read.IndexOf(0) < read.IndexOf(1));
        });
    });

    [Fact]
    public void Mpmc_loses_and_doubles_nothing_with_two_consumers() => Check(scenario =>
    {
        SequencedRingCore<long, CheckedModel> ring = NewSequenced(scenario, 2);
        bool[] isWritten = new bool[4];
        var reads = new List<long>[] { [], [] };
        isWritten[0] = ring.TryWrite(0);
        scenario.Thread(() =>
        {
            isWritten[1] = ring.TryWrite(1);
            isWritten[2] = ring.TryWrite(2);
        });
        for (int consumer = 0; consumer < 2; consumer++)
        {
            List<long> mine = reads[consumer];
            scenario.Thread(() => Take(ring, mine));
        }

        scenario.Finally(() =>
        {
            foreach (List<long> mine in reads)
                Assert.Equal(mine.Order(), mine);
            var rest = new List<long>();
            while (ring.TryRead(out long item))
                rest.Add(item);
            AssertComplete(isWritten, [.. reads[0], .. reads[1], .. rest]);
        });

        static void Take(SequencedRingCore<long, CheckedModel> ring, List<long> items)
        {
            if (ring.TryRead(out long item))
                items.Add(item);
        }
    });

    [Fact]
    public void Mpmc_loses_and_doubles_nothing_when_everybody_writes_and_reads() => Check(scenario =>
    {
        SequencedRingCore<long, CheckedModel> ring = NewSequenced(scenario, 2);
        bool[] isWritten = new bool[4];
        var reads = new List<long>[] { [], [] };
        for (int side = 0; side < 2; side++)
        {
            int first = 2 * side;
            List<long> mine = reads[side];
            scenario.Thread(() =>
            {
                for (int i = 0; i < 2; i++)
                {
                    isWritten[first + i] = ring.TryWrite(first + i);
                    if (ring.TryRead(out long item))
                        mine.Add(item);
                }
            });
        }

        scenario.Finally(() =>
        {
            var rest = new List<long>();
            while (ring.TryRead(out long item))
                rest.Add(item);
            AssertComplete(isWritten, [.. reads[0], .. reads[1], .. rest]);
        });
    });

    private static void AssertComplete(bool[] isWritten, List<long> read) => Assert.Equal(
        Enumerable.Range(0, isWritten.Length).Where(item => isWritten[item]).Select(item => (long)item), read.Order());

    private static void Drain(SpscRingCore<long, CheckedModel> ring, int tries, List<long> items)
    {
        for (; tries > 0; tries--)
        {
            if (ring.TryRead(out long item))
                items.Add(item);
        }
    }

    private static SpscRingCore<long, CheckedModel> NewSpsc(Scenario scenario, int capacity) =>
        NewSpsc<CheckedModel>(scenario, capacity);

    private static SpscRingCore<long, TModel> NewSpsc<TModel>(Scenario scenario, int capacity)
        where TModel : struct, IMemoryModel =>
        new(new RingPositions(scenario.Allocate<byte>("positions", RingPositions.Bytes)),
            new RingSlots<long>((byte*)scenario.Allocate<long>("slots", capacity), capacity));

    private static SequencedRingCore<long, CheckedModel> NewSequenced(Scenario scenario, int capacity) =>
        NewSequenced<CheckedModel>(scenario, capacity);

    private static SequencedRingCore<long, TModel> NewSequenced<TModel>(Scenario scenario, int capacity)
        where TModel : struct, IMemoryModel =>
        new(scenario.Allocate<RingEnds>("ends"), new RingSlots<SequencedSlot<long>>(
            (byte*)scenario.Allocate<SequencedSlot<long>>("slots", capacity), capacity));

    private static void Check(Action<Scenario> scenario)
    {
        CheckResult result = ModelChecker.Check(scenario).MustPass();
        TestContext.Current.TestOutputHelper?.WriteLine($"{result.Executions} executions, {result.Pruned} pruned");
    }
}
