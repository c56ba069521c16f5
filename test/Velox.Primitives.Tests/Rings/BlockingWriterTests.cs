using Velox.Testing;
using Xunit;

namespace Velox.Primitives.Tests;

/// <summary>Back-pressure by blocking, where both sides sleep: the full ring's writer and the empty ring's reader.</summary>
public class BlockingWriterTests
{
    private const int Capacity = 8;

    // Long enough that a park which lasts so long has lost its wake-up; the watchdog of a failing test, not a pause.
    private const long ForeverNanos = 60_000_000_000;

    [Fact]
    public void Sides_that_park_lose_nothing_and_wake_each_other()
    {
        var writerSpot = new ParkingSpot();
        var readerSpot = new ParkingSpot();
        var writerWait = new Parks(writerSpot);
        var readerWait = new Parks(readerSpot);
        Run(writerSpot, readerSpot, writerWait, readerWait);
        Assert.True(writerWait.Count + readerWait.Count > 0, "Nobody ever slept.");
        Assert.False(writerWait.HasOverslept, "A writer's wake-up was lost.");
        Assert.False(readerWait.HasOverslept, "A reader's wake-up was lost.");
    }

    [Fact]
    public void Sides_that_wait_adaptively_lose_nothing()
    {
        var writerSpot = new ParkingSpot();
        var readerSpot = new ParkingSpot();
        Run(writerSpot, readerSpot, new AdaptiveWait(writerSpot, 2), new AdaptiveWait(readerSpot, 2));
    }

    private static void Run<TWait>(ParkingSpot writerSpot, ParkingSpot readerSpot, TWait writerWait, TWait readerWait)
        where TWait : IWaitStrategy
    {
        var ring = new SpscRing<long>(Capacity);
        var writer = new RingWriter<long, SpscRing<long>, BlockWhenFull<long, TWait>>(ring, new(writerWait, int.MaxValue));
        long end = long.MaxValue; // until the writer knows how many
        var thread = new Thread(() =>
        {
            var rounds = new Rounds(500_000);
            long next = 0;
            for (; rounds.IsAnotherAfter(next); next++)
            {
                writer.Write(next);
                readerSpot.Signal();
            }

            Volatile.Write(ref end, next);
            readerSpot.Signal(); // the reader may sleep for an item that does not come
        });
        thread.Start();
        long read = 0;
        bool inOrder = true;
        while (read < Volatile.Read(ref end))
        {
            if (ring.TryRead(out long item))
            {
                inOrder &= item == read++;
                writerSpot.Signal();
                readerWait.Reset();
            }
            else
            {
                readerWait.WaitOnce();
            }
        }

        thread.Join();
        Assert.True(inOrder);
        Assert.False(ring.TryRead(out _));
        Assert.Equal(new WriteCounts(end, 0, 0, 0, 0, 0), writer.Counts);
    }

    /// <summary>Parks at once and, without a signal, for ever: what <see cref="AdaptiveWait"/> would only be late for shows here.</summary>
    private sealed class Parks(ParkingSpot spot) : IWaitStrategy
    {
        private bool _isAnnounced;

        internal long Count { get; private set; }

        internal bool HasOverslept { get; private set; }

        public void WaitOnce()
        {
            if (!_isAnnounced)
            {
                // The caller looks once more before it parks.
                _isAnnounced = true;
                spot.Announce();
                return;
            }

            long start = MonotonicClock.NowNanos;
            spot.Park(ForeverNanos);
            HasOverslept |= MonotonicClock.NowNanos - start >= ForeverNanos;
            Count++;
            _isAnnounced = false;
        }

        public void Reset()
        {
            if (_isAnnounced)
                spot.Withdraw();
            _isAnnounced = false;
        }
    }
}
