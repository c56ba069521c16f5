using System.Runtime.CompilerServices;
using Velox.Testing;
using Xunit;

namespace Velox.Primitives.Tests;

/// <summary><see cref="MpscRing{T}"/> and <see cref="MpmcRing{T}"/> as queues, alone and between threads.</summary>
public class ManyThreadRingTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-2)]
    [InlineData(12)]
    [InlineData(int.MaxValue)]
    public void A_capacity_that_is_no_power_of_two_from_2_is_refused(int capacity)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new MpscRing<byte>(capacity));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MpmcRing<byte>(capacity));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_operations_agree_with_a_queue(int seed)
    {
        AgreesWithQueue(new MpscRing<long>(2 << (seed % 5)), seed);
        AgreesWithQueue(new MpmcRing<long>(2 << (seed % 5)), seed);
    }

    [Theory]
    [InlineData(2, 1, 300_000)]
    [InlineData(1024, 1, 2_000_000)]
    [InlineData(1024, 2, 2_000_000)]
    public void Between_four_threads_nothing_is_lost_doubled_or_reordered(int capacity, int consumers, long mostItems)
    {
        if (consumers == 1)
            Stress(new MpscRing<Wide>(capacity), consumers, mostItems);
        else
            Stress(new MpmcRing<Wide>(capacity), consumers, mostItems);
    }

    [Fact]
    public void A_reference_is_released_once_it_is_read()
    {
        var ring = new MpmcRing<object>(4);
        WeakReference reference = WriteAndRead(ring);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.False(reference.IsAlive);
        GC.KeepAlive(ring);
    }

    [Fact]
    public void Writing_and_reading_allocates_nothing()
    {
        var many = new MpmcRing<Wide>(64);
        var single = new MpscRing<Wide>(64);
        Move(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Move(10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Move(int count)
        {
            for (int i = 0; i < count; i++)
            {
                many.TryWrite(new Wide(0, i));
                many.TryRead(out Wide item);
                single.TryWrite(item);
                single.TryRead(out _);
            }
        }
    }

    private static void AgreesWithQueue<TRing>(TRing ring, int seed)
        where TRing : class, IRing<long>
    {
        var random = new Random(seed);
        var queue = new Queue<long>();
        for (long step = 0; step < 100_000; step++)
        {
            string context = $"{typeof(TRing).Name}, seed {seed}, step {step}";
            if (random.Next(2) == 0)
            {
                bool hasRoom = queue.Count < ring.Capacity;
                Assert.True(ring.TryWrite(step) == hasRoom, context);
                if (hasRoom)
                    queue.Enqueue(step);
            }
            else
            {
                Assert.True(ring.TryRead(out long item) == queue.TryDequeue(out long expected), context);
                Assert.True(item == expected, context);
            }

            Assert.True(ring.Count == queue.Count, context);
        }
    }

    /// <summary>Two producers number their items; each consumer sees each producer's in order, and all together see all.</summary>
    private static void Stress<TRing>(TRing ring, int consumers, long mostItems)
        where TRing : class, IRing<Wide>
    {
        const int Producers = 2;
        long[] written = new long[Producers];
        int producing = Producers;
        long read = 0;
        bool isRight = true;
        Thread[] threads = new Thread[Producers + consumers];
        for (int producer = 0; producer < Producers; producer++)
        {
            int mine = producer;
            threads[producer] = new Thread(() =>
            {
                var rounds = new Rounds(mostItems / Producers);
                long number = 0;
                for (; rounds.IsAnotherAfter(number); number++)
                {
                    while (!ring.TryWrite(new Wide(mine, number)))
                        Thread.Yield();
                }

                written[mine] = number;
                Interlocked.Decrement(ref producing);
            });
        }

        for (int consumer = 0; consumer < consumers; consumer++)
        {
            threads[Producers + consumer] = new Thread(() =>
            {
                long[] next = new long[Producers];
                long mine = 0;
                while (true)
                {
                    // Read before the ring: if all was written then, nothing comes after what the ring gives now.
                    bool isLast = Volatile.Read(ref producing) == 0;
                    if (ring.TryRead(out Wide item))
                    {
                        bool inOrder = item.IsWhole && item.Number >= next[item.Producer];
                        bool isNext = consumers > 1 || item.Number == next[item.Producer];
                        if (!inOrder || !isNext)
                            Volatile.Write(ref isRight, false);
                        next[item.Producer] = item.Number + 1;
                        mine++;
                    }
                    else if (isLast)
                    {
                        break;
                    }
                    else
                    {
                        Thread.Yield();
                    }
                }

                Interlocked.Add(ref read, mine);
            });
        }

        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.True(isRight);
        Assert.Equal(written.Sum(), read);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference WriteAndRead(MpmcRing<object> ring)
    {
        object item = new();
        ring.TryWrite(item);
        Assert.True(ring.TryRead(out _));
        return new WeakReference(item);
    }

    private readonly struct Wide(long producer, long number)
    {
        private readonly long _producer = producer;
        private readonly long _number = number;
        private readonly long _check = producer ^ ~number;

        internal long Producer => _producer;

        internal long Number => _number;

        internal bool IsWhole => _check == (_producer ^ ~_number);
    }
}
