namespace Velox.Primitives;

/// <summary>The counter and the system's clock, read at nearly the same time.</summary>
/// <param name="Ticks">The counter, half-way between a reading before and one after the clock's.</param>
/// <param name="SystemNanos">The system's monotonic clock.</param>
/// <param name="UncertainTicks">How far <paramref name="Ticks"/> may be from the clock's reading.</param>
internal readonly record struct ClockSample(ulong Ticks, long SystemNanos, ulong UncertainTicks)
{
    // One of them runs without an interruption, even on a machine that shares its cores.
    private const int Tries = 32;

    internal static ClockSample Take(CycleCounter counter)
    {
        var best = new ClockSample(0, 0, ulong.MaxValue);
        for (int i = 0; i < Tries; i++)
        {
            ulong before = counter.Read();
            long nanos = MonotonicClock.NowNanos;
            ulong after = counter.Read();
            ulong half = (after - before) / 2;
            if (half < best.UncertainTicks)
                best = new ClockSample(before + half, nanos, half);
        }

        return best;
    }
}
