using System.Numerics;
using Xunit;

namespace Velox.Primitives.Tests;

public class MonotonicClockTests
{
    [Fact]
    public void It_never_steps_back_and_moves_on()
    {
        long first = MonotonicClock.NowNanos;
        long previous = first;
        for (int i = 0; i < 1_000_000 || previous == first; i++)
        {
            long now = SystemNanoClock.Instance.NowNanos;
            Assert.True(now >= previous);
            previous = now;
        }
    }

    [Fact]
    public void Conversion_of_ticks_is_exact_for_any_frequency()
    {
        const int Seed = 11;
        var random = new Random(Seed);
        long[] frequencies = [1, 1_000, 10_000_000, 999_999_937, 1_000_000_000, 2_494_140_000, 9_200_000_000];
        foreach (long frequency in frequencies)
        {
            for (int i = 0; i < 2_000; i++)
            {
                // Up to 9e9 seconds, near the end of what 64 bits of nanoseconds hold.
                long ticks = (long)(random.NextDouble() * Math.Min(long.MaxValue, 9e9 * frequency));
                var exact = (BigInteger)ticks * 1_000_000_000 / frequency;
                Assert.True(exact == MonotonicClock.ToNanos(ticks, frequency), $"seed {Seed}: {ticks} at {frequency}");
            }
        }
    }
}
