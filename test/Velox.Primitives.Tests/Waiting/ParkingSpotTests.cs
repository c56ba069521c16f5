using Velox.Testing;
using Xunit;

namespace Velox.Primitives.Tests;

public class ParkingSpotTests
{
    // Long enough that a test which gets that far has lost a wake-up; the watchdog of a failing test, not a pause.
    private const long ForeverNanos = 60_000_000_000;

    public static TheoryData<bool> Kinds => Futex.IsSupported ? [true, false] : [false];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_signal_after_the_announcement_ends_the_park_at_once(bool useFutex)
    {
        var spot = new ParkingSpot(useFutex);
        long start = MonotonicClock.NowNanos;
        for (int i = 0; i < 100; i++)
        {
            spot.Announce();
            spot.Signal();
            spot.Park(ForeverNanos);
        }

        Assert.True(MonotonicClock.NowNanos - start < ForeverNanos);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Without_a_signal_the_park_ends_by_itself_and_not_before_its_time(bool useFutex)
    {
        var spot = new ParkingSpot(useFutex);
        spot.Signal(); // before the announcement: not for this park
        spot.Announce();
        long start = MonotonicClock.NowNanos;
        spot.Park(3_000_000);

        // The event's milliseconds are counted by a coarser clock, which may be one tick ahead.
        Assert.InRange(MonotonicClock.NowNanos - start, useFutex ? 3_000_000 : 1_000_000, ForeverNanos);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void No_wake_up_is_lost_between_two_threads_that_wait_for_each_other(bool useFutex)
    {
        const long End = long.MaxValue;
        var spots = new[] { new ParkingSpot(useFutex), new ParkingSpot(useFutex) };
        long[] turns = new long[64]; // the two counters on lines of their own
        long longestWaitNanos = 0;

        var other = new Thread(() => Play(1));
        other.Start();
        Play(0);
        other.Join();

        Assert.Equal(End, turns[0]);
        Assert.Equal(End, turns[32]);
        Assert.True(longestWaitNanos < ForeverNanos, $"a wait lasted {longestWaitNanos} ns: its wake-up was lost");

        void Play(int me)
        {
            ref long mine = ref turns[me * 32];
            ref long theirs = ref turns[(1 - me) * 32];
            var rounds = new Rounds(20_000);
            for (long round = 1; Volatile.Read(ref mine) < End; round++)
            {
                if (me == 0)
                {
                    Publish(ref mine, rounds.IsAnotherAfter(round) ? round : End, spots[1]);
                    AwaitParked(ref theirs, round, spots[0]);
                }
                else
                {
                    AwaitParked(ref theirs, round, spots[1]);
                    Publish(ref mine, Volatile.Read(ref theirs) == End ? End : round, spots[0]);
                }
            }
        }

        static void Publish(ref long turn, long round, ParkingSpot waiter)
        {
            Volatile.Write(ref turn, round);
            waiter.Signal();
        }

        void AwaitParked(ref long turn, long round, ParkingSpot spot)
        {
            while (Volatile.Read(ref turn) < round)
            {
                spot.Announce();
                if (Volatile.Read(ref turn) >= round)
                {
                    spot.Withdraw();
                    return;
                }

                long start = MonotonicClock.NowNanos;
                spot.Park(ForeverNanos);
                long lasted = MonotonicClock.NowNanos - start;
                if (lasted > Volatile.Read(ref longestWaitNanos))
                    Volatile.Write(ref longestWaitNanos, lasted);
            }
        }
    }

    [Fact]
    public void Announcing_and_signalling_at_once_never_miss_each_other()
    {
        const long End = long.MaxValue;
        var spot = new ParkingSpot();
        long[] words = new long[96]; // three words on lines of their own: work, round, done
        int missed = 0;
        var signaller = new Thread(() =>
        {
            for (long round = 1; ; round++)
            {
                Await(ref words[32], round);
                if (Volatile.Read(ref words[32]) == End)
                    return;
                Volatile.Write(ref words[0], round);
                spot.Signal();
                Volatile.Write(ref words[64], round);
            }
        });
        signaller.Start();
        var rounds = new Rounds(600_000);
        for (long round = 1; rounds.IsAnotherAfter(round - 1); round++)
        {
            Volatile.Write(ref words[32], round);
            Thread.SpinWait((int)(round % 24)); // lets the two meet at different points
            spot.Announce();
            bool sawWork = Volatile.Read(ref words[0]) == round;
            Await(ref words[64], round);
            if (!sawWork && spot.IsAnnounced)
                missed++;
            spot.Withdraw();
        }

        Volatile.Write(ref words[32], End);
        signaller.Join();
        Assert.Equal(0, missed);

        static void Await(ref long word, long value)
        {
            for (int spins = 1; Volatile.Read(ref word) < value; spins++)
            {
                if (spins % 1_000 == 0)
                    Thread.Yield();
            }
        }
    }

    [Fact]
    public void A_negative_time_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ParkingSpot().Park(-1));
}
