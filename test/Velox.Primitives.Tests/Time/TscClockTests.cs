using System.Runtime.InteropServices;
using Velox.Testing;
using Xunit;

namespace Velox.Primitives.Tests;

public class TscClockTests
{
    private const long Billion = 1_000_000_000;

    [Fact]
    public void It_reads_the_counter_here_or_says_why_not()
    {
        var clock = TscClock.Start();
        if (clock.FallbackReason is { } reason)
        {
            Assert.NotEmpty(reason);
            Assert.Equal(CycleCounter.Shared.IsAvailable, reason.StartsWith("the counter does not tick", StringComparison.Ordinal));
            Assert.Equal(0, clock.TicksPerSecond);
        }
        else
        {
            Assert.True(CycleCounter.Shared.IsAvailable);
            Assert.InRange(clock.TicksPerSecond, 100_000, 20 * Billion);
        }
    }

    [Fact]
    public void It_never_steps_back_and_moves_on()
    {
        var clock = TscClock.Start();
        long first = clock.NowNanos;
        long previous = first;
        for (int i = 0; i < 1_000_000 || previous == first; i++)
        {
            long now = clock.NowNanos;
            Assert.True(now >= previous, $"read {i}: {now} after {previous}");
            previous = now;
        }
    }

    [Fact]
    public void It_goes_with_the_system_clock()
    {
        TscClock clock = StartOrSkip();
        ClockDrift drift = AwaitDrift(clock, 100_000_000);

        // A thousandth, and what the readings leave open: the system's clock itself may be bent by half of that.
        Assert.InRange(Math.Abs(drift.PartsPerBillion), 0, 1_000_000 + (2 * drift.UncertaintyPartsPerBillion));
        Assert.True(drift.ElapsedNanos >= 100_000_000);
    }

    [Theory]
    [InlineData(8)] // a quarter fast
    [InlineData(12)] // a sixth slow
    public void A_wrong_rate_shows_as_drift_and_recalibration_takes_it_away(ulong tenthsOfTicks)
    {
        TscClock right = StartOrSkip();
        ulong wrongTicks = (ulong)right.TicksPerSecond / 10 * tenthsOfTicks;
        ClockSample reference = ClockSample.Take(CycleCounter.Shared);
        var clock = new TscClock(
            CycleCounter.Shared, reference, new TickScale(reference.Ticks, reference.SystemNanos, Billion, wrongTicks));

        ClockDrift wrong = AwaitDrift(clock, TscClock.CalibrationNanos);
        long expected = (Billion * 10 / (long)tenthsOfTicks) - Billion;
        long tolerance = 2_000_000 + wrong.UncertaintyPartsPerBillion;
        Assert.InRange(wrong.PartsPerBillion, expected - tolerance, expected + tolerance);

        long before = clock.NowNanos;
        Assert.True(clock.TryRecalibrate());
        Assert.True(clock.NowNanos >= before);
        ClockDrift corrected = AwaitDrift(clock, TscClock.CalibrationNanos);
        Assert.InRange(Math.Abs(corrected.PartsPerBillion), 0, 2_000_000 + (2 * corrected.UncertaintyPartsPerBillion));
    }

    [Fact]
    public void Recalibration_waits_for_enough_time_to_measure()
    {
        TscClock right = StartOrSkip();
        ClockSample now = ClockSample.Take(CycleCounter.Shared);

        // The reference lies a second ahead: not enough time has passed, however slow this test runs.
        var ahead = new ClockSample(now.Ticks, now.SystemNanos + (60 * Billion), now.UncertainTicks);
        var clock = new TscClock(CycleCounter.Shared, ahead, new TickScale(now.Ticks, 0, Billion, (ulong)right.TicksPerSecond));
        Assert.False(clock.TryRecalibrate());
        Assert.Equal(default, clock.Check());
    }

    [Fact]
    public void No_reader_sees_time_step_back_while_another_thread_recalibrates_from_fast_to_slow()
    {
        TscClock right = StartOrSkip();
        bool stop = false;
        TscClock clock = Fast();
        long stepsBack = 0;
        long reads = 0;
        var reader = new Thread(() =>
        {
            TscClock? current = null;
            long previous = 0;
            while (!Volatile.Read(ref stop))
            {
                TscClock now = Volatile.Read(ref clock);
                if (now != current)
                    (current, previous) = (now, 0);
                for (int i = 0; i < 100; i++)
                {
                    long nanos = now.NowNanos;
                    if (nanos < previous)
                        stepsBack++;
                    previous = nanos;
                }

                Interlocked.Add(ref reads, 100);
            }
        });
        reader.Start();
        var rounds = new Rounds(20_000);
        for (long round = 0; rounds.IsAnotherAfter(round); round++)
        {
            // The reader is in the middle of this clock when its rate falls to a half.
            long readsBefore = Volatile.Read(ref reads);
            while (Volatile.Read(ref reads) == readsBefore)
                Thread.Yield();
            Assert.True(clock.TryRecalibrate());
            Volatile.Write(ref clock, Fast());
        }

        Volatile.Write(ref stop, true);
        reader.Join();
        Assert.Equal(0, stepsBack);

        // Twice too fast, and old enough to be recalibrated at once.
        TscClock Fast()
        {
            ClockSample now = ClockSample.Take(CycleCounter.Shared);
            ulong second = (ulong)right.TicksPerSecond;
            var reference = new ClockSample(now.Ticks - second, now.SystemNanos - Billion, now.UncertainTicks);
            return new TscClock(CycleCounter.Shared, reference, new TickScale(reference.Ticks, 0, Billion, second / 2));
        }
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        TscClock[] clocks = [TscClock.Start(), TscClock.Start(CycleCounter.Unavailable("test"))];
        long sum = 0;
        foreach (TscClock clock in clocks)
            sum += clock.NowNanos;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
            sum += clocks[i % 2].NowNanos;
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.NotEqual(0, sum);
    }

    [Fact]
    public void Without_a_counter_it_is_the_system_clock_and_says_why()
    {
        var clock = TscClock.Start(CycleCounter.Unavailable("not on this processor"));
        AssertIsSystemClock(clock, "not on this processor");
    }

    [Fact]
    public void A_counter_that_stands_still_is_not_taken()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Emitted code is not available on this system: run it on Linux.");

        // Returns 5: mov eax, 5; ret and mov x0, 5; ret.
        byte[] code = RuntimeInformation.ProcessArchitecture == Architecture.X64
            ? [0xb8, 0x05, 0x00, 0x00, 0x00, 0xc3]
            : [0xa0, 0x00, 0x80, 0xd2, 0xc0, 0x03, 0x5f, 0xd6];
        CycleCounter stuck = CycleCounter.FromCode(code);
        Assert.True(stuck.IsAvailable);
        Assert.Equal(5UL, stuck.Read());
        AssertIsSystemClock(TscClock.Start(stuck), "the counter does not tick");
    }

    [Fact]
    public void A_counter_that_is_not_invariant_or_that_the_kernel_dropped_is_refused()
    {
        Assert.Contains("not invariant", CycleCounter.RefuseTimeStampCounter(false, "tsc\n")!, StringComparison.Ordinal);
        Assert.Contains("unstable", CycleCounter.RefuseTimeStampCounter(true, "hpet acpi_pm \n")!, StringComparison.Ordinal);
        Assert.Contains("unstable", CycleCounter.RefuseTimeStampCounter(true, "tsc-early\n")!, StringComparison.Ordinal);
        Assert.Null(CycleCounter.RefuseTimeStampCounter(true, "tsc kvm-clock \n"));
        Assert.Null(CycleCounter.RefuseTimeStampCounter(true, null));
    }

    [Fact]
    public void Code_of_no_length_or_of_more_than_a_page_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ExecutablePage.TryCreate([], out _));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => ExecutablePage.TryCreate(new byte[ExecutablePage.MaxBytes + 1], out _));
    }

    private static void AssertIsSystemClock(TscClock clock, string reason)
    {
        Assert.StartsWith(reason, clock.FallbackReason, StringComparison.Ordinal);
        Assert.Equal(0, clock.TicksPerSecond);
        Assert.Equal(default, clock.Check());
        Assert.False(clock.TryRecalibrate());
        long before = MonotonicClock.NowNanos;
        Assert.InRange(clock.NowNanos, before, MonotonicClock.NowNanos);
    }

    private static TscClock StartOrSkip()
    {
        var clock = TscClock.Start();
        Assert.SkipWhen(clock.FallbackReason is not null, $"This machine's clock is the system's: {clock.FallbackReason}");
        return clock;
    }

    /// <summary>The drift once so much time has passed; looks at the clock, and gives the core away meanwhile.</summary>
    private static ClockDrift AwaitDrift(TscClock clock, long nanos)
    {
        ClockDrift drift = clock.Check();
        while (drift.ElapsedNanos < nanos)
        {
            Thread.Yield();
            drift = clock.Check();
        }

        return drift;
    }
}
