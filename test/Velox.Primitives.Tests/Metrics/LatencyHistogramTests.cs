using Velox.Testing;
using Xunit;

namespace Velox.Primitives.Tests;

public class LatencyHistogramTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Percentiles_are_never_too_low_and_at_most_one_in_1024_too_high(int seed)
    {
        var random = new Random(seed);
        var histogram = new LatencyHistogram();
        long[] values = new long[20_000];
        for (int i = 0; i < values.Length; i++)
        {
            // Even over the orders of magnitude: 1 ns to 1 h.
            values[i] = Math.Min(LatencyHistogram.MaxNanos, (long)Math.Exp(random.NextDouble() * Math.Log(3.6e12)));
            histogram.Record(values[i]);
        }

        Array.Sort(values);
        for (double percentile = 0; percentile <= 100; percentile += 0.125)
        {
            // Exact: the percentiles are eighths.
            long rank = Math.Max(1, (long)Math.Ceiling(percentile * values.Length / 100));
            long exact = values[rank - 1];
            long found = histogram.ValueAtPercentile(percentile);
            Assert.True(
                found >= exact && found - exact <= exact / 1_024,
                $"seed {seed}, p{percentile}: {found} instead of {exact}");
        }

        Assert.Equal(values.Length, histogram.Count);
        Assert.Equal(values[^1], histogram.Max);
        Assert.Equal(values[^1], histogram.ValueAtPercentile(100));
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(10_000)]
    [InlineData(100_000)]
    [InlineData(7_000)]
    public void One_in_a_thousand_above_is_above_the_999th(int count)
    {
        var histogram = new LatencyHistogram();
        for (int i = 0; i < count; i++)
            histogram.Record(i < count / 1_000 ? 1_000_000_000 : 100);
        Assert.Equal(100, histogram.ValueAtPercentile(99.9));
        Assert.Equal(1_000_000_000, histogram.ValueAtPercentile(99.91));
    }

    [Fact]
    public void Every_value_alone_and_every_edge_of_a_bucket_reads_back_within_the_bound()
    {
        for (int power = 0; power < 42; power++)
        {
            for (long offset = -2; offset <= 2; offset++)
            {
                long value = Math.Clamp((1L << power) + offset, 0, LatencyHistogram.MaxNanos);
                var histogram = new LatencyHistogram();
                histogram.Record(value);
                histogram.Record(LatencyHistogram.MaxNanos);
                long found = histogram.ValueAtPercentile(50);
                Assert.True(found >= value && found - value <= value / 1_024, $"{found} instead of {value}");
            }
        }
    }

    [Fact]
    public void An_empty_histogram_reads_zero()
    {
        var histogram = new LatencyHistogram();
        Assert.Equal(0, histogram.Count);
        Assert.Equal(0, histogram.Max);
        Assert.Equal(0, histogram.ValueAtPercentile(99));
    }

    [Fact]
    public void Values_out_of_range_count_at_the_bound_and_are_told()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(-5);
        histogram.Record(long.MinValue);
        histogram.Record(long.MaxValue);
        histogram.Record(LatencyHistogram.MaxNanos);

        Assert.Equal(4, histogram.Count);
        Assert.Equal(3, histogram.OutOfRangeCount);
        Assert.Equal(0, histogram.ValueAtPercentile(50));
        Assert.Equal(LatencyHistogram.MaxNanos, histogram.ValueAtPercentile(75));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(100.1)]
    [InlineData(double.NaN)]
    public void A_percentile_outside_0_to_100_is_refused(double percentile) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new LatencyHistogram().ValueAtPercentile(percentile));

    [Fact]
    public void Merge_adds_drain_moves_and_reset_forgets()
    {
        var live = new LatencyHistogram();
        var second = new LatencyHistogram();
        var total = new LatencyHistogram();
        live.Record(10);
        live.Record(-1);
        live.DrainTo(second);
        total.Merge(second);
        Assert.Equal((0, 0, 0), (live.Count, live.Max, live.OutOfRangeCount));
        Assert.Equal((2, 10, 1), (second.Count, second.Max, second.OutOfRangeCount));

        second.Reset();
        live.Record(30);
        live.DrainTo(second);
        total.Merge(second);
        Assert.Equal((1, 30, 0), (second.Count, second.Max, second.OutOfRangeCount));
        Assert.Equal((3, 30, 1), (total.Count, total.Max, total.OutOfRangeCount));
        Assert.Throws<ArgumentException>(() => live.DrainTo(live));
    }

    [Fact]
    public void Records_of_several_threads_meanwhile_drained_are_each_in_one_interval()
    {
        const int PerThread = 300_000;
        var live = new LatencyHistogram();
        var interval = new LatencyHistogram();
        var total = new LatencyHistogram();
        var threads = Enumerable.Range(0, 3).Select(n => new Thread(() =>
        {
            for (int i = 1; i <= PerThread; i++)
                live.Record(i % 1_000);
        })).ToList();
        threads.ForEach(thread => thread.Start());
        while (threads.Exists(thread => thread.IsAlive))
            DrainOnce();
        DrainOnce();

        Assert.Equal(3 * PerThread, total.Count);
        Assert.Equal(999, total.Max);
        Assert.Equal(0, live.Count);

        void DrainOnce()
        {
            interval.Reset();
            live.DrainTo(interval);
            total.Merge(interval);
        }
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(1);
        Assert.Equal(0, Allocation.LeastOf(() =>
        {
            for (int i = 0; i < 10_000; i++)
                histogram.Record(i * 1_000L);
        }));
    }
}
