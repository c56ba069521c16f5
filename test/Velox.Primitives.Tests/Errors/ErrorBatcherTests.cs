using Xunit;

namespace Velox.Primitives.Tests;

public class ErrorBatcherTests
{
    private const long WindowNanos = 1_000;

    private readonly ManualClock _clock = new();
    private readonly List<ErrorBatch> _batches = [];

    [Fact]
    public void Equal_codes_within_a_window_become_one_with_their_count()
    {
        ErrorBatcher batcher = Create(maxCount: 100);
        Add(batcher, 1, at: 0);
        Add(batcher, 2, at: 10);
        Add(batcher, 1, at: 999);
        Assert.Empty(_batches);

        _clock.NowNanos = 1_000;
        batcher.FlushDue();
        Assert.Equal([new ErrorBatch(1, 2, 0, new ErrorEntry(1, 999, 999, 1))], _batches);

        // The next of the code begins a window of its own; adding looks at the clock as well.
        Add(batcher, 1, at: 1_010);
        Assert.Equal(new ErrorBatch(2, 1, 10, new ErrorEntry(2, 10, 10, 2)), _batches[1]);
        batcher.Flush();
        Assert.Equal(new ErrorBatch(1, 1, 1_010, new ErrorEntry(1, 1_010, 1_010, 1)), _batches[2]);
        Assert.Equal((3, 0), (_batches.Count, batcher.Evicted));
    }

    [Fact]
    public void Who_takes_a_batch_may_add_errors_and_may_throw_and_none_is_lost()
    {
        long taken = 0;
        bool throws = false;
        ErrorBatcher batcher = null!;
        batcher = new ErrorBatcher(_clock, WindowNanos, 100, batch =>
        {
            taken += batch.Count;
            if (throws)
                throw new FormatException();
            if (batch.Code < 10)
                batcher.Add(new ErrorEntry(batch.Code + 1_000, 0, 0, 0));
        });
        for (int code = 0; code < 2 * ErrorBatcher.Capacity; code++)
            batcher.Add(new ErrorEntry(code, 0, 0, 0));
        throws = true;
        Assert.Throws<FormatException>(() => batcher.Add(new ErrorEntry(5_000, 0, 0, 0)));
        throws = false;
        batcher.Flush();
        Assert.Equal((2 * ErrorBatcher.Capacity) + 10 + 1, taken);
    }

    [Fact]
    public void A_full_batch_goes_at_once()
    {
        ErrorBatcher batcher = Create(maxCount: 3);
        for (int i = 0; i < 7; i++)
            Add(batcher, 5, at: i);
        Assert.Equal([3, 3], _batches.Select(batch => batch.Count));
        batcher.Flush();
        Assert.Equal([3, 3, 1], _batches.Select(batch => batch.Count));
    }

    [Fact]
    public void With_too_many_codes_the_oldest_batch_goes_early_and_is_counted()
    {
        ErrorBatcher batcher = Create(maxCount: 100);
        for (int code = 0; code <= ErrorBatcher.Capacity; code++)
            Add(batcher, code, at: code);
        Assert.Equal(0, _batches.Single().Code);
        Assert.Equal(1, batcher.Evicted);
    }

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    public void No_error_is_lost_and_no_batch_waits_longer_than_its_window(int seed)
    {
        var random = new Random(seed);
        int maxCount = random.Next(3, 20);
        ErrorBatcher batcher = Create(maxCount);
        long[] added = new long[200];
        for (int i = 0; i < 20_000; i++)
        {
            int code = random.Next(added.Length);
            int before = _batches.Count;
            Add(batcher, code, _clock.NowNanos + random.Next(20));
            added[code]++;
            Assert.All(_batches[before..], batch => Assert.True(
                batch.Count <= maxCount && batch.Last.TimeNanos - batch.FirstTimeNanos < WindowNanos, $"seed {seed}: {batch}"));
        }

        Assert.True(batcher.Evicted > 0, $"seed {seed}");
        batcher.Flush();
        for (int code = 0; code < added.Length; code++)
            Assert.Equal(added[code], _batches.Where(batch => batch.Code == code).Sum(batch => batch.Count));
    }

    [Fact]
    public void Adding_allocates_nothing()
    {
        long handedOver = 0;
        var batcher = new ErrorBatcher(_clock, WindowNanos, 10, batch => handedOver += batch.Count);
        batcher.Add(new ErrorEntry(0, 0, 0, 0));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            _clock.NowNanos = i;
            batcher.Add(new ErrorEntry(i % 70, i, 0, 0));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(handedOver > 0);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void A_number_below_one_is_refused(long windowNanos, long maxCount) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ErrorBatcher(_clock, windowNanos, maxCount, _batches.Add));

    private ErrorBatcher Create(int maxCount) => new(_clock, WindowNanos, maxCount, _batches.Add);

    private void Add(ErrorBatcher batcher, int code, long at)
    {
        _clock.NowNanos = at;
        batcher.Add(new ErrorEntry(code, at, at, code));
    }
}
