using System.Runtime.CompilerServices;
using Velox.Testing;
using Xunit;

namespace Velox.Primitives.Tests;

public class SpscRingTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-8)]
    [InlineData(3)]
    [InlineData(1_000)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void A_capacity_that_is_no_power_of_two_is_refused(int capacity) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpscRing<byte>(capacity));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(64)]
    public void It_holds_exactly_its_capacity(int capacity)
    {
        var ring = new SpscRing<int>(capacity);
        Assert.Equal(capacity, ring.Capacity);
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < capacity; i++)
                Assert.True(ring.TryWrite(i));
            Assert.False(ring.TryWrite(-1));
            Assert.Equal(capacity, ring.Count);

            for (int i = 0; i < capacity; i++)
            {
                Assert.True(ring.TryRead(out int item));
                Assert.Equal(i, item);
            }

            Assert.False(ring.TryRead(out int none));
            Assert.Equal(0, none);
            Assert.Equal(0, ring.Count);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_single_and_batch_operations_agree_with_a_queue(int seed)
    {
        var random = new Random(seed);
        var ring = new SpscRing<long>(1 << random.Next(7));
        var queue = new Queue<long>();
        long[] batch = new long[100];
        for (long step = 0; step < 200_000; step++)
        {
            string context = $"seed {seed}, step {step}";
            switch (random.Next(7))
            {
                case <= 2:
                    // Slots that are read go back up to a quarter of the ring late.
                    bool isWritten = ring.TryWrite(step);
                    Assert.True(isWritten ? queue.Count < ring.Capacity : queue.Count > ring.Capacity - Math.Max(1, ring.Capacity / 4), context);
                    if (isWritten)
                        queue.Enqueue(step);
                    break;
                case 3:
                    CheckBatchWrite(ring, queue, batch.AsSpan(0, random.Next(batch.Length + 1)), step, context);
                    break;
                case 4:
                    CheckInPlace(ring, queue, random.Next(batch.Length + 1), random, step, context);
                    break;
                case 5:
                    Assert.True(ring.TryRead(out long item) == queue.TryDequeue(out long expected), context);
                    Assert.True(item == expected, context);
                    break;
                default:
                    int wanted = random.Next(batch.Length + 1);
                    int count = ring.TryRead(batch.AsSpan(0, wanted));
                    Assert.True(count == Math.Min(wanted, queue.Count), context);
                    for (int i = 0; i < count; i++)
                        Assert.True(batch[i] == queue.Dequeue(), context);
                    break;
            }

            Assert.True(ring.Count == queue.Count, context);
        }
    }

    private static void CheckBatchWrite(SpscRing<long> ring, Queue<long> queue, Span<long> items, long step, string context)
    {
        items.Fill(step);
        int count = ring.TryWrite(items);
        int late = Math.Max(1, ring.Capacity / 4) - 1;
        int room = ring.Capacity - queue.Count;
        Assert.True(count <= room && count >= Math.Min(items.Length, room - late), context);
        foreach (long item in items[..count])
            queue.Enqueue(item);
    }

    private static void CheckInPlace(SpscRing<long> ring, Queue<long> queue, int wanted, Random random, long step, string context)
    {
        Span<long> free = ring.Reserve(wanted);
        Assert.True(free.Length <= Math.Min(wanted, ring.Capacity - queue.Count), context);
        int used = random.Next(free.Length + 1);
        for (int i = 0; i < used; i++)
        {
            free[i] = step + i;
            queue.Enqueue(step + i);
        }

        ring.Publish(used);
        ReadOnlySpan<long> items = ring.Peek(wanted);
        Assert.True(items.IsEmpty == (wanted == 0 || queue.Count == 0), context);
        int taken = random.Next(items.Length + 1);
        for (int i = 0; i < taken; i++)
            Assert.True(items[i] == queue.Dequeue(), context);
        ring.Advance(taken);
    }

    [Fact]
    public void More_than_was_reserved_or_seen_can_be_neither_published_nor_removed()
    {
        var ring = new SpscRing<int>(4);
        Assert.Equal(2, ring.Reserve(2).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Publish(5));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Publish(-1));
        ring.Publish(2);
        Assert.Equal(1, ring.Peek(1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Advance(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.Advance(-1));
        ring.Advance(2);
        Assert.Equal(0, ring.Count);
    }

    [Fact]
    public void A_span_over_slots_keeps_their_memory()
    {
        Span<long> slots = SlotsOfForgottenRing();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        for (int i = 0; i < 1_000; i++)
            GC.AllocateArray<byte>(4_096, pinned: true).AsSpan().Fill(0xff);
        Assert.All(slots.ToArray(), item => Assert.Equal(7, item));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Span<long> SlotsOfForgottenRing()
    {
        Span<long> slots = new SpscRing<long>(256).Reserve(256);
        slots.Fill(7);
        return slots;
    }

    [Theory]
    [InlineData(1, 1, 1_000_000)]
    [InlineData(64, 1, 10_000_000)]
    [InlineData(1024, 1, 10_000_000)]
    [InlineData(1024, 100, 10_000_000)]
    public void Between_two_threads_nothing_is_lost_doubled_or_reordered(int capacity, int batchSize, long mostItems)
    {
        var ring = new SpscRing<Wide>(capacity);
        long items = long.MaxValue; // until the producer knows how many
        var producer = new Thread(() =>
        {
            var rounds = new Rounds(mostItems);
            long written = 0;
            for (; rounds.IsAnotherAfter(written); written++)
            {
                while (!ring.TryWrite(new Wide(written)))
                    Thread.Yield();
            }

            Volatile.Write(ref items, written);
        });
        producer.Start();

        var batch = new Wide[batchSize];
        long next = 0;
        bool inOrder = true;
        while (next < Volatile.Read(ref items))
        {
            int count = batchSize == 1 ? (ring.TryRead(out batch[0]) ? 1 : 0) : ring.TryRead(batch);
            if (count == 0)
                Thread.Yield();
            for (int i = 0; i < count; i++)
                inOrder &= batch[i].IsWhole(next++);
        }

        producer.Join();
        Assert.True(inOrder);
        Assert.False(ring.TryRead(out _));
    }

    [Fact]
    public void Its_count_stays_within_bounds_while_both_sides_move()
    {
        var ring = new SpscRing<int>(8);
        bool stop = false;
        bool isWritten = false;
        bool withinBounds = true;
        var observer = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
                withinBounds &= ring.Count is >= 0 and <= 8;
        });
        var consumer = new Thread(() =>
        {
            while (true)
            {
                // Read before the ring: if all was written then, nothing comes after what the ring gives now.
                bool isLast = Volatile.Read(ref isWritten);
                if (ring.TryRead(out _))
                    continue;
                if (isLast)
                    return;
                Thread.Yield();
            }
        });
        observer.Start();
        consumer.Start();
        var rounds = new Rounds(300_000);
        for (int i = 0; rounds.IsAnotherAfter(i); i++)
        {
            while (!ring.TryWrite(i))
                Thread.Yield();
        }

        Volatile.Write(ref isWritten, true);
        consumer.Join();
        Volatile.Write(ref stop, true);
        observer.Join();
        Assert.True(withinBounds);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_reference_is_released_once_it_is_read(bool inBatch)
    {
        var ring = new SpscRing<(int Number, object Item)>(4);
        WeakReference reference = WriteAndRead(ring, inBatch);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.False(reference.IsAlive);
        GC.KeepAlive(ring);
    }

    [Fact]
    public void Writing_and_reading_allocates_nothing()
    {
        var ring = new SpscRing<Wide>(64);
        Move(ring, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Move(ring, 10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        static void Move(SpscRing<Wide> ring, int count)
        {
            for (int i = 0; i < count; i++)
            {
                ring.TryWrite(new Wide(i));
                ring.TryRead(out _);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference WriteAndRead(SpscRing<(int Number, object Item)> ring, bool inBatch)
    {
        object item = new();
        ring.TryWrite((1, item));
        if (inBatch)
            Assert.Equal(1, ring.TryRead(new (int, object)[1]));
        else
            Assert.True(ring.TryRead(out _));
        return new WeakReference(item);
    }

    // Several words: a slot that is read while it is being written shows words of two items.
    private readonly struct Wide(long number)
    {
        private readonly long _first = number;
        private readonly long _second = ~number;
        private readonly long _third = number * 3;

        internal bool IsWhole(long number) => _first == number && _second == ~number && _third == number * 3;
    }
}
