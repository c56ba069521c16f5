using Xunit;

namespace Velox.Primitives.Tests;

public class ErrorRingTests
{
    [Fact]
    public void Errors_are_read_in_order_with_everything_they_hold()
    {
        var ring = new ErrorRing();
        Assert.False(ring.TryRead(out _));
        for (int i = 0; i < ErrorRing.Capacity; i++)
            ring.Write(Entry(i));
        for (int i = 0; i < ErrorRing.Capacity; i++)
        {
            Assert.True(ring.TryRead(out ErrorEntry entry));
            Assert.Equal(Entry(i), entry);
        }

        Assert.False(ring.TryRead(out _));
        Assert.Equal((ErrorRing.Capacity, 0), (ring.Written, ring.Lost));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(ErrorRing.Capacity)]
    [InlineData((5 * ErrorRing.Capacity) + 17)]
    public void Overwritten_errors_are_counted_to_the_unit(int tooMany)
    {
        var ring = new ErrorRing();
        for (int i = 0; i < ErrorRing.Capacity + tooMany; i++)
            ring.Write(Entry(i));
        Assert.True(ring.TryRead(out ErrorEntry oldest));
        Assert.Equal(Entry(tooMany), oldest);
        Assert.Equal(tooMany, ring.Lost);
        int read = 1;
        while (ring.TryRead(out _))
            read++;
        Assert.Equal((ErrorRing.Capacity, tooMany), (read, ring.Lost));
    }

    [Fact]
    public void An_error_that_is_being_written_holds_back_later_ones_until_it_is_done()
    {
        var ring = new ErrorRing();
        long ticket = ring.DrawTicket();
        ring.Write(Entry(1));
        Assert.False(ring.TryRead(out _));
        Assert.True(ring.TryClaim(ticket));
        Assert.False(ring.TryRead(out _));
        ring.Release(ticket);
        Assert.True(ring.TryRead(out _));
        Assert.True(ring.TryRead(out ErrorEntry second));
        Assert.Equal(Entry(1), second);
        Assert.Equal(0, ring.Lost);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_writer_that_sleeps_for_a_lap_or_more_loses_its_error_and_those_that_meet_it(bool isClaimed)
    {
        var ring = new ErrorRing();
        long sleeper = ring.DrawTicket();
        if (isClaimed)
            Assert.True(ring.TryClaim(sleeper));
        const int Laps = 3;
        int others = (Laps * ErrorRing.Capacity) - 1;
        for (int i = 0; i < others; i++)
            ring.Write(Entry(i));
        if (isClaimed)
            ring.Release(sleeper);
        else
            Assert.False(ring.TryClaim(sleeper));

        int read = ReadAll(ring);

        // The reader begins a lap before the end, where no slot is the sleeper's any more, unless it claimed it: then
        // the newest error that came to it is lost as well.
        Assert.Equal(ErrorRing.Capacity - (isClaimed ? 1 : 0), read);
        Assert.Equal(ring.Written, read + ring.Lost);

        // The slot is good again.
        for (int i = 0; i < ErrorRing.Capacity; i++)
            ring.Write(Entry(i));
        Assert.Equal(ErrorRing.Capacity, ReadAll(ring));
    }

    [Theory]
    [InlineData(3, 400_000)]
    [InlineData(16, 20_000)]
    public void With_many_writers_every_error_is_read_whole_and_in_its_writers_order_or_counted_as_lost(int writers, int each)
    {
        var ring = new ErrorRing();
        using var together = new Barrier(writers);
        var threads = Enumerable.Range(0, writers).Select(code => new Thread(() =>
        {
            together.SignalAndWait();
            for (int i = 1; i <= each; i++)
                ring.Write(new ErrorEntry(code, i, i * 3L, ~i));
        })).ToList();
        threads.ForEach(thread => thread.Start());

        long[] last = new long[writers];
        long read = 0;
        bool isLastLook;
        do
        {
            isLastLook = !threads.Exists(thread => thread.IsAlive);
            while (ring.TryRead(out ErrorEntry entry))
            {
                read++;
                Assert.Equal((entry.TimeNanos * 3, ~entry.TimeNanos), (entry.First, entry.Second));
                Assert.True(entry.TimeNanos > last[entry.Code], $"{entry} after {last[entry.Code]}");
                last[entry.Code] = entry.TimeNanos;
            }
        }
        while (!isLastLook);

        Assert.Equal((long)writers * each, ring.Written);
        Assert.Equal(ring.Written, read + ring.Lost);
    }

    [Fact]
    public void An_entry_that_is_overwritten_while_it_is_read_is_lost_and_never_half_new()
    {
        // The reader stays a whole lap behind, where the next write goes to the very entry that it copies.
        const int Errors = 3_000_000;
        var ring = new ErrorRing();
        var writer = new Thread(() =>
        {
            for (long i = 1; i <= Errors; i++)
                ring.Write(new ErrorEntry((int)i, i, i * 3, ~i));
        });
        writer.Start();
        long read = 0;
        while (writer.IsAlive)
        {
            if (ring.Written - (read + ring.Lost) < ErrorRing.Capacity || !ring.TryRead(out ErrorEntry entry))
                continue;
            read++;
            long i = entry.TimeNanos;
            Assert.Equal(new ErrorEntry((int)i, i, i * 3, ~i), entry);
        }

        Assert.Equal(Errors, read + ReadAll(ring) + ring.Lost);
    }

    [Fact]
    public void Noting_and_reading_allocate_nothing()
    {
        var ring = new ErrorRing();
        ring.Write(Entry(0));
        ring.TryRead(out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 3_000; i++)
            ring.Write(Entry(i));
        while (ring.TryRead(out _))
        {
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static ErrorEntry Entry(int i) => new(i % 7, i, i * 5L, -i);

    private static int ReadAll(ErrorRing ring)
    {
        int read = 0;
        while (ring.TryRead(out _))
            read++;
        return read;
    }
}
