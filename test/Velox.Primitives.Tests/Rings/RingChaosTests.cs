using Velox.Testing;
using Xunit;

namespace Velox.Primitives.Tests;

/// <summary>Rings between threads that stall at random: they spin, yield and park, and mix all ways of writing and reading.</summary>
public class RingChaosTests
{
    private const int MostAtOnce = 100;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 8)]
    [InlineData(3, 64)]
    [InlineData(4, 1_024)]
    public void Spsc_loses_doubles_and_reorders_nothing(int seed, int capacity)
    {
        var ring = new SpscRing<long>(capacity);
        long end = long.MaxValue; // until the producer knows how many
        var producer = new Thread(() =>
        {
            var side = new Side(seed);
            var rounds = new Rounds(300_000);
            long next = 0;
            for (long step = 0; rounds.IsAnotherAfter(step); step++)
            {
                next += side.Write(ring, next);
                side.Stall();
            }

            Volatile.Write(ref end, next);
        });
        producer.Start();
        var side = new Side(~seed);
        long next = 0;
        bool inOrder = true;
        while (inOrder && next < Volatile.Read(ref end))
        {
            int count = side.Read(ring);
            foreach (long item in side.Items[..count])
                inOrder &= item == next++;
            side.Stall();
            if (count == 0)
                Thread.Yield();
        }

        producer.Join();
        Assert.True(inOrder, $"seed {seed}: an item before {next} is lost, doubled or out of order");
        Assert.False(ring.TryRead(out _), $"seed {seed}: an item is left after {next}");
    }

    [Theory]
    [InlineData(5, 2)]
    [InlineData(6, 64)]
    public void Mpmc_loses_and_doubles_nothing_and_keeps_each_producers_order(int seed, int capacity)
    {
        const int Producers = 2;
        const int Consumers = 2;
        const long ProducerUnit = 1L << 40; // an item is its producer and its number
        var ring = new MpmcRing<long>(capacity);
        int producing = Producers;
        long writtenSum = 0;
        long readSum = 0;
        long written = 0;
        long read = 0;
        bool inOrder = true;
        var threads = new List<Thread>();
        for (int i = 0; i < Producers; i++)
        {
            int me = i;
            threads.Add(new Thread(() => Produce(me)));
        }

        for (int i = 0; i < Consumers; i++)
        {
            int me = i;
            threads.Add(new Thread(() => Consume(me)));
        }

        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.True(inOrder, $"seed {seed}: items of one producer came out of order");
        Assert.True(written == read && writtenSum == readSum, $"seed {seed}: {written} written, {read} read, sums {writtenSum} and {readSum}");

        void Produce(int me)
        {
            var side = new Side(seed * 10 + me);
            var rounds = new Rounds(100_000);
            long number = 0;
            for (; rounds.IsAnotherAfter(number); number++)
            {
                long item = me * ProducerUnit + number;
                while (!ring.TryWrite(item))
                    Thread.Yield();
                Interlocked.Add(ref writtenSum, item);
                side.Stall();
            }

            Interlocked.Add(ref written, number);
            Interlocked.Decrement(ref producing);
        }

        void Consume(int me)
        {
            var side = new Side(~(seed * 10 + me));
            long[] last = [-1, -1];
            while (true)
            {
                // Read before the ring: if all was written then, nothing comes after what the ring gives now.
                bool isLast = Volatile.Read(ref producing) == 0;
                if (ring.TryRead(out long item))
                {
                    ref long before = ref last[item / ProducerUnit];
                    if (item % ProducerUnit <= before)
                        Volatile.Write(ref inOrder, false);
                    before = item % ProducerUnit;
                    Interlocked.Add(ref readSum, item);
                    Interlocked.Increment(ref read);
                    side.Stall();
                }
                else if (isLast)
                {
                    return;
                }
                else
                {
                    Thread.Yield();
                }
            }
        }
    }

    /// <summary>One thread: its dice, and the ways it uses a ring.</summary>
    private sealed class Side(int seed)
    {
        private const long LongestParkNanos = 200_000;
        private readonly Random _random = new(seed);
        private readonly ParkingSpot _spot = new();

        internal long[] Items { get; } = new long[MostAtOnce];

        /// <summary>Mostly nothing; seldom a spin, more seldom a yield, most seldom a park.</summary>
        internal void Stall()
        {
            switch (_random.Next(2_000))
            {
                case < 100:
                    Thread.SpinWait(_random.Next(1_000));
                    break;
                case < 120:
                    Thread.Yield();
                    break;
                case < 122:
                    _spot.Announce();
                    _spot.Park(_random.NextInt64(LongestParkNanos));
                    break;
            }
        }

        internal int Write(SpscRing<long> ring, long next)
        {
            int most = _random.Next(MostAtOnce + 1);
            switch (_random.Next(3))
            {
                case 0:
                    return ring.TryWrite(next) ? 1 : 0;
                case 1:
                    for (int i = 0; i < most; i++)
                        Items[i] = next + i;
                    return ring.TryWrite(Items.AsSpan(0, most));
                default:
                    Span<long> free = ring.Reserve(most);
                    int used = _random.Next(free.Length + 1);
                    for (int i = 0; i < used; i++)
                        free[i] = next + i;
                    ring.Publish(used);
                    return used;
            }
        }

        /// <summary>Puts what it read into <see cref="Items"/>; returns how many.</summary>
        internal int Read(SpscRing<long> ring)
        {
            int most = _random.Next(MostAtOnce + 1);
            switch (_random.Next(3))
            {
                case 0:
                    return ring.TryRead(out Items[0]) ? 1 : 0;
                case 1:
                    return ring.TryRead(Items.AsSpan(0, most));
                default:
                    ReadOnlySpan<long> items = ring.Peek(most);
                    int used = _random.Next(items.Length + 1);
                    items[..used].CopyTo(Items);
                    ring.Advance(used);
                    return used;
            }
        }
    }
}
