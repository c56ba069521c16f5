using Velox.Testing;
using Xunit;

namespace Velox.Primitives.Tests;

public class SingleWriterHistogramTests
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void It_holds_what_the_histogram_of_many_threads_holds(int seed)
    {
        var random = new Random(seed);
        var single = new SingleWriterHistogram();
        var expected = new LatencyHistogram();
        for (int i = 0; i < 20_000; i++)
        {
            long nanos = (long)Math.Exp(random.NextDouble() * Math.Log(8e12)) - 2;
            single.Record(nanos);
            expected.Record(nanos);
        }

        var copy = new LatencyHistogram();
        copy.Merge(single);
        Assert.True(expected.OutOfRangeCount > 0, $"seed {seed}");
        Assert.Equal(
            (expected.Count, expected.Max, expected.OutOfRangeCount), (copy.Count, copy.Max, copy.OutOfRangeCount));
        for (double percentile = 0; percentile <= 100; percentile += 0.5)
            Assert.Equal(expected.ValueAtPercentile(percentile), copy.ValueAtPercentile(percentile));
    }

    [Fact]
    public void The_difference_of_two_readings_is_what_was_recorded_in_between()
    {
        var single = new SingleWriterHistogram();
        single.Record(5_000_000);
        single.Record(-1);
        var before = new LatencyHistogram();
        before.Merge(single);

        single.Record(10);
        single.Record(3_000);
        var interval = new LatencyHistogram();
        interval.Merge(single);
        interval.Subtract(before);
        Assert.Equal((2, 0), (interval.Count, interval.OutOfRangeCount));
        Assert.Equal(10, interval.ValueAtPercentile(50));

        // The bucket of 3,000 ns is 2 ns wide.
        Assert.Equal(3_001, interval.Max);

        var nothing = new LatencyHistogram();
        nothing.Merge(interval);
        nothing.Subtract(interval);
        Assert.Equal((0, 0), (nothing.Count, nothing.Max));
    }

    [Fact]
    public void A_reader_meanwhile_finds_counts_that_only_grow_and_in_the_end_all()
    {
        const int Records = 2_000_000;
        var single = new SingleWriterHistogram();
        var writer = new Thread(() =>
        {
            for (int i = 1; i <= Records; i++)
                single.Record(i % 1_000);
        });
        writer.Start();
        long last = 0;
        do
        {
            var copy = new LatencyHistogram();
            copy.Merge(single);
            Assert.InRange(copy.Count, last, Records);
            last = copy.Count;
        }
        while (writer.IsAlive);

        writer.Join();
        var total = new LatencyHistogram();
        total.Merge(single);
        Assert.Equal((Records, 999), (total.Count, total.Max));
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        var single = new SingleWriterHistogram();
        single.Record(1);
        Assert.Equal(0, Allocation.LeastOf(() =>
        {
            for (int i = 0; i < 10_000; i++)
                single.Record(i * 1_000L);
        }));
    }
}
