using System.Numerics;
using Xunit;

namespace Velox.Primitives.Tests;

public class TickScaleTests
{
    private const long NanosPerSecond = 1_000_000_000;

    [Theory]
    [InlineData(1UL << 63, 5_000_000_000)]
    [InlineData((1UL << 63) - 1, 5_000_000_000)]
    [InlineData(ulong.MaxValue, 5_000_000_000)]
    [InlineData(100UL * 366 * 86_400 * 5_000_000_000, 5_000_000_000)] // a century
    [InlineData(100UL * 366 * 86_400 * 1_000_000_000, 1_000_000_000)]
    [InlineData(100UL * 366 * 86_400 * 24_000_000, 24_000_000)]
    [InlineData(9_000_000_000UL, 1)]
    [InlineData(1UL, 5_000_000_000)]
    [InlineData(0UL, 5_000_000_000)]
    public void It_is_exact_to_the_nanosecond_at_the_extremes(ulong ticks, long ticksPerSecond) =>
        AssertExact(new TickScale(0, 0, NanosPerSecond, (ulong)ticksPerSecond), ticks, NanosPerSecond, (ulong)ticksPerSecond, "");

    [Fact]
    public void It_agrees_with_exact_arithmetic_for_any_rate_and_never_decreases()
    {
        const int Seed = 21;
        var random = new Random(Seed);
        for (int rate = 0; rate < 2_000; rate++)
        {
            // From 10 kHz to 20 GHz, in calibrations of 1 us to 3 years.
            long nanos = 1_000 + (random.NextInt64() >> random.Next(8, 50));
            double ticksPerNano = Math.Pow(10, (random.NextDouble() * 6.3) - 5);
            ulong ticksPerSpan = 1 + (ulong)(nanos * ticksPerNano);
            var scale = new TickScale(0, 0, nanos, ticksPerSpan);
            var most = BigInteger.Min(ulong.MaxValue, (BigInteger)long.MaxValue * ticksPerSpan / nanos);
            for (int i = 0; i < 50; i++)
            {
                ulong ticks = (ulong)(most * random.NextInt64() / long.MaxValue) >> random.Next(63);
                string context = $"seed {Seed}: {ticks} ticks at {ticksPerSpan} in {nanos} ns";
                AssertExact(scale, ticks, nanos, ticksPerSpan, context);
                Assert.True(scale.ToNanos(ticks) <= scale.ToNanos(ticks + 1), context);
            }
        }
    }

    [Fact]
    public void It_begins_at_its_start_and_a_reading_before_counts_as_the_start()
    {
        var scale = new TickScale(1_000, 77, nanos: 1, ticks: 2);
        Assert.Equal(77, scale.ToNanos(0));
        Assert.Equal(77, scale.ToNanos(999));
        Assert.Equal(77, scale.ToNanos(1_000));
        Assert.Equal(78, scale.ToNanos(1_002));
    }

    [Theory]
    [InlineData(-1, 1, 1)]
    [InlineData(0, 0, 1)]
    [InlineData(0, -5, 1)]
    [InlineData(0, 1, 0)]
    public void A_scale_without_a_rate_is_refused(long startNanos, long nanos, ulong ticks) =>
        Assert.ThrowsAny<ArgumentOutOfRangeException>(() => new TickScale(0, startNanos, nanos, ticks));

    private static void AssertExact(TickScale scale, ulong ticks, long nanosPerSpan, ulong ticksPerSpan, string context)
    {
        var exact = (BigInteger)ticks * nanosPerSpan / ticksPerSpan;
        BigInteger error = exact - scale.ToNanos(ticks);
        Assert.True(error.IsZero || error.IsOne, $"{context}: off by {error}");
    }
}
