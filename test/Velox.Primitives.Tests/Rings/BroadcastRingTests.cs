using Velox.Testing;
using Xunit;

namespace Velox.Primitives.Tests;

public class BroadcastRingTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(-4)]
    public void A_capacity_that_is_no_power_of_two_from_2_is_refused(int capacity) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new BroadcastRing<byte>(capacity));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_operations_agree_with_a_list(int seed)
    {
        var random = new Random(seed);
        var ring = new BroadcastRing<Odd>(2 << random.Next(5));
        BroadcastReader<Odd>[] readers = [ring.ReadFromStart(), ring.ReadFromNow()];
        for (int step = 0; step < 50_000; step++)
        {
            string context = $"seed {seed}, step {step}";
            if (random.Next(3) == 0)
            {
                ring.Write(Odd.Of(ring.WrittenCount));
                continue;
            }

            BroadcastReader<Odd> reader = readers[random.Next(2)];
            long due = reader.ReadCount + reader.MissedCount;
            BroadcastRead result = reader.TryRead(out Odd item);
            long behind = ring.WrittenCount - due;
            Assert.True((result == BroadcastRead.Empty) == (behind == 0), context);
            Assert.True((result == BroadcastRead.Gap) == (behind > ring.Capacity), context);
            if (result == BroadcastRead.Item)
                Assert.True(item == Odd.Of(due), context);
            Assert.True(reader.ReadCount + reader.MissedCount <= ring.WrittenCount, context);
        }
    }

    [Fact]
    public void A_late_reader_misses_what_is_gone_and_a_new_one_starts_now()
    {
        var ring = new BroadcastRing<long>(4);
        for (long i = 0; i < 10; i++)
            ring.Write(i);
        BroadcastReader<long> late = ring.ReadFromStart();
        Assert.Equal(BroadcastRead.Gap, late.TryRead(out _));
        Assert.Equal(8, late.MissedCount);
        Assert.Equal(BroadcastRead.Item, late.TryRead(out long item));
        Assert.Equal(8, item);
        Assert.Equal(BroadcastRead.Empty, ring.ReadFromNow().TryRead(out _));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1024)]
    public void Readers_on_other_threads_get_whole_items_and_count_exactly_what_they_miss(int capacity)
    {
        var ring = new BroadcastRing<Odd>(capacity);
        bool isWritten = false;
        BroadcastReader<Odd>[] readers = [ring.ReadFromStart(), ring.ReadFromStart()];
        bool[] isRight = [true, true];
        Thread[] threads = [.. readers.Select((reader, index) => new Thread(() =>
        {
            while (true)
            {
                bool isLast = Volatile.Read(ref isWritten);
                long due = reader.ReadCount + reader.MissedCount;
                BroadcastRead result = reader.TryRead(out Odd item);
                isRight[index] &= result != BroadcastRead.Item || item == Odd.Of(due);
                if (result == BroadcastRead.Empty && isLast)
                    return;
                if (result == BroadcastRead.Empty)
                    Thread.Yield();
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        var rounds = new Rounds(3_000_000);
        long count = 0;
        for (; rounds.IsAnotherAfter(count); count++)
            ring.Write(Odd.Of(count));
        Volatile.Write(ref isWritten, true);
        foreach (Thread thread in threads)
            thread.Join();

        Assert.Equal([true, true], isRight);
        Assert.All(readers, reader => Assert.Equal(count, reader.ReadCount + reader.MissedCount));
    }

    [Fact]
    public void Writing_and_reading_allocates_nothing()
    {
        var ring = new BroadcastRing<Odd>(64);
        BroadcastReader<Odd> reader = ring.ReadFromNow();
        Move(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Move(10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Move(int count)
        {
            for (int i = 0; i < count; i++)
            {
                ring.Write(Odd.Of(i));
                reader.TryRead(out _);
            }
        }
    }

    // 20 bytes: the last word is not full.
    private readonly record struct Odd(int First, int Second, int Third, int Fourth, int Fifth)
    {
        internal static Odd Of(long number) =>
            new((int)number, ~(int)number, 3 * (int)number, (int)(number >> 32), (int)number ^ 0x5555);
    }
}
