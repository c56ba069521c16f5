using System.Diagnostics;

namespace Velox.Primitives;

/// <summary>Monotonic time of this machine in nanoseconds since an arbitrary origin.</summary>
/// <remarks>
/// This property is the one place where the engine reads time: a clock that reads the processor's cycle counter
/// replaces the body and nothing else.
/// </remarks>
public static class MonotonicClock
{
    private const long NanosPerSecond = 1_000_000_000;

    public static long NowNanos => ToNanos(Stopwatch.GetTimestamp(), Stopwatch.Frequency);

    // Whole seconds and the rest apart: ticks * 1e9 alone overflows after 9.2e9 ticks. The rest is below the frequency,
    // so its product fits for any frequency up to 9.2 GHz, and the result for 292 years.
    internal static long ToNanos(long ticks, long ticksPerSecond)
    {
        if (ticksPerSecond == NanosPerSecond)
            return ticks;
        (long seconds, long rest) = Math.DivRem(ticks, ticksPerSecond);
        return (seconds * NanosPerSecond) + (rest * NanosPerSecond / ticksPerSecond);
    }
}
