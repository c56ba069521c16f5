using Velox.Testing;
using Xunit;

namespace Velox.Primitives.Tests;

public class RingWriterTests
{
    private const int Capacity = 8;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_policy_accounts_for_every_item(int seed)
    {
        Account<SpscRing<long>, RejectWhenFull<long>>(new(Capacity), default, seed);
        Account<SpscRing<long>, DropNewest<long>>(new(Capacity), default, seed);
        Account<MpscRing<long>, DropNewest<long>>(new(Capacity), default, seed);
        Account<MpmcRing<long>, DropOldest<long>>(new(Capacity), default, seed);
        Account<SpscRing<long>, SpillWhenFull<long>>(new(Capacity), new(5), seed);
        Account<SpscRing<long>, BlockWhenFull<long, NoWait>>(new(Capacity), new(default, 3), seed);
    }

    [Fact]
    public void Each_policy_does_what_its_name_says()
    {
        Assert.Equal(
            (WriteResult.Rejected, 1), Overfill<SpscRing<long>, RejectWhenFull<long>>(new(2), default));
        Assert.Equal((WriteResult.Dropped, 1), Overfill<SpscRing<long>, DropNewest<long>>(new(2), default));
        Assert.Equal((WriteResult.Written, 2), Overfill<MpmcRing<long>, DropOldest<long>>(new(2), default));
        Assert.Equal((WriteResult.Spilled, 1), Overfill<SpscRing<long>, SpillWhenFull<long>>(new(2), new(1)));
        Assert.Equal(
            (WriteResult.TimedOut, 1),
            Overfill<SpscRing<long>, BlockWhenFull<long, SpinThenYieldWait>>(new(2), new(default, 3)));
    }

    [Fact]
    public void What_was_spilled_follows_in_order_and_a_full_overflow_drops()
    {
        var ring = new SpscRing<long>(2);
        var writer = new RingWriter<long, SpscRing<long>, SpillWhenFull<long>>(ring, new(2));
        for (long i = 1; i <= 5; i++)
            writer.Write(i);
        Assert.Equal(new WriteCounts(5, 0, 0, DroppedNewest: 1, 0, Spilled: 2), writer.Counts);
        Assert.Equal(2, writer.HeldCount);
        var read = new List<long>();
        for (int round = 0; round < 2; round++)
        {
            while (ring.TryRead(out long item))
                read.Add(item);
            Assert.True(writer.Flush());
        }

        Assert.Equal([1, 2, 3, 4], read);
    }

    [Fact]
    public void Dropping_the_oldest_needs_a_ring_that_producers_may_read() => Assert.Throws<ArgumentException>(() =>
        new RingWriter<long, SpscRing<long>, DropOldest<long>>(new SpscRing<long>(2), default));

    [Fact]
    public void A_blocked_writer_goes_on_when_the_reader_makes_room()
    {
        var ring = new SpscRing<long>(2);
        var writer = new RingWriter<long, SpscRing<long>, BlockWhenFull<long, SpinThenYieldWait>>(
            ring, new(default, int.MaxValue));
        var rounds = new Rounds(100_000);
        bool isWritten = false;
        long count = 0;
        var producer = new Thread(() =>
        {
            for (; rounds.IsAnotherAfter(count); count++)
                writer.Write(count);
            Volatile.Write(ref isWritten, true);
        });
        producer.Start();
        long read = 0;
        bool inOrder = true;
        while (true)
        {
            bool isLast = Volatile.Read(ref isWritten);
            if (ring.TryRead(out long item))
                inOrder &= item == read++;
            else if (isLast)
                break;
            else
                Thread.Yield();
        }

        producer.Join();
        Assert.True(inOrder);
        Assert.Equal(count, read);
        Assert.Equal(new WriteCounts(count, 0, 0, 0, 0, 0), writer.Counts);
    }

    [Fact]
    public void Writing_allocates_nothing()
    {
        var writer = new RingWriter<long, MpmcRing<long>, DropOldest<long>>(new(Capacity), default);
        var spilling = new RingWriter<long, SpscRing<long>, SpillWhenFull<long>>(new(Capacity), new(4));
        Move(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Move(10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Move(int count)
        {
            for (int i = 0; i < count; i++)
            {
                writer.Write(i);
                spilling.Write(i);
            }
        }
    }

    private static void Account<TRing, TPolicy>(TRing ring, TPolicy policy, int seed)
        where TRing : class, IRing<long>
        where TPolicy : struct, IBackPressure<long>
    {
        var random = new Random(seed);
        var writer = new RingWriter<long, TRing, TPolicy>(ring, policy);
        long offered = 0;
        long refused = 0;
        long read = 0;
        long last = -1;
        for (int step = 0; step < 50_000; step++)
        {
            string context = $"{typeof(TPolicy).Name} on {typeof(TRing).Name}, seed {seed}, step {step}";

            // Now the writer is faster, now the reader.
            if (random.Next(100) < (step / 1_000 % 2 == 0 ? 60 : 40))
            {
                if (writer.Write(offered++) is WriteResult.Rejected or WriteResult.TimedOut)
                    refused++;
            }
            else if (ring.TryRead(out long item))
            {
                Assert.True(item > last, context);
                last = item;
                read++;
            }

            WriteCounts counts = writer.Counts;
            Assert.True(counts.Offered == offered && counts.Rejected + counts.TimedOut == refused, context);
            long remaining = ring.Count + writer.HeldCount;
            Assert.True(counts.Accepted == read + counts.DroppedNewest + counts.DroppedOldest + remaining, context);
        }

        Assert.True(read < offered, "The policy was never asked.");
    }

    private static (WriteResult Last, long FirstRead) Overfill<TRing, TPolicy>(TRing ring, TPolicy policy)
        where TRing : class, IRing<long>
        where TPolicy : struct, IBackPressure<long>
    {
        var writer = new RingWriter<long, TRing, TPolicy>(ring, policy);
        writer.Write(1);
        writer.Write(2);
        WriteResult last = writer.Write(3);
        Assert.True(ring.TryRead(out long first));
        return (last, first);
    }

    private readonly struct NoWait : IWaitStrategy
    {
        public void WaitOnce()
        {
        }

        public void Reset()
        {
        }
    }
}
