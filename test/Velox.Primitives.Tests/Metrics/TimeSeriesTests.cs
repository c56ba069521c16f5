using Velox.Testing;
using Xunit;

namespace Velox.Primitives.Tests;

public class TimeSeriesTests
{
    [Fact]
    public void It_keeps_the_last_points_oldest_first()
    {
        var series = new TimeSeries(3);
        var points = new TimePoint[5];
        Assert.Equal(0, series.CopyTo(points));

        for (long i = 1; i <= 2; i++)
            series.Append(i, 10 * i);
        Assert.Equal([new(1, 10), new(2, 20)], points[..series.CopyTo(points)]);

        for (long i = 3; i <= 7; i++)
            series.Append(i, 10 * i);
        Assert.Equal([new(5, 50), new(6, 60), new(7, 70)], points[..series.CopyTo(points)]);
        Assert.Equal([new(7, 70)], points[..series.CopyTo(points.AsSpan(0, 1))]);
        Assert.Equal((3, 7), (series.Capacity, series.Appended));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(64)]
    public void A_copy_made_while_points_are_appended_holds_consecutive_whole_points(int capacity)
    {
        var series = new TimeSeries(capacity);
        bool isDone = false;
        var writer = new Thread(() =>
        {
            // At least once around, also when the reader was done before this thread had its first turn.
            for (long i = 1; i <= capacity || !Volatile.Read(ref isDone); i++)
                series.Append(i, -i);
        });
        writer.Start();
        var points = new TimePoint[capacity];
        var rounds = new Rounds(20_000);
        try
        {
            for (long round = 0; rounds.IsAnotherAfter(round); round++)
            {
                int count = series.CopyTo(points);
                for (int i = 0; i < count; i++)
                {
                    Assert.Equal(-points[i].TimeNanos, points[i].Value);
                    Assert.Equal(points[0].TimeNanos + i, points[i].TimeNanos);
                }
            }
        }
        finally
        {
            Volatile.Write(ref isDone, true);
            writer.Join();
        }

        Assert.Equal(capacity, series.CopyTo(points));
        Assert.Equal(series.Appended, points[^1].TimeNanos);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(TimeSeries.MaxCapacity + 1)]
    public void A_capacity_out_of_bounds_is_refused(int capacity) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TimeSeries(capacity));

    [Fact]
    public void Appending_allocates_nothing()
    {
        var series = new TimeSeries(8);
        var points = new TimePoint[8];
        series.Append(0, 0);
        series.CopyTo(points);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
        {
            series.Append(i, i);
            series.CopyTo(points);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
