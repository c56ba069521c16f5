using System.Runtime.CompilerServices;

namespace Velox.Primitives;

/// <summary>
/// Counts durations in nanoseconds in buckets whose width grows with the value: any percentile from 1 ns to 1 h is
/// known to three significant digits (within 1/1,024), in fixed memory (262 KiB).
/// </summary>
/// <remarks>
/// Any thread may record at any time, without locks; where one thread alone records, <see cref="SingleWriterHistogram"/>
/// is cheaper. Values up to 2,047 ns have a bucket each; above, every power of two is cut into 1,024 buckets.
/// <para>
/// For figures per second, let threads record into one histogram, <see cref="DrainTo"/> it every second into another,
/// read that, and <see cref="Merge(LatencyHistogram)"/> it into a third that holds the total.
/// </para>
/// <example><code>
/// var latency = new LatencyHistogram();
/// latency.Record(clock.NowNanos - startNanos);
/// long p99Nanos = latency.ValueAtPercentile(99);
/// </code></example>
/// </remarks>
public sealed class LatencyHistogram
{
    /// <summary>The longest duration told apart: one hour. Longer ones count as this long.</summary>
    public const long MaxNanos = HistogramLayout.MaxNanos;

    private readonly MetricCells _cells;

    public LatencyHistogram()
        : this(MetricCells.Allocate(HistogramLayout.CellCount))
    {
    }

    internal LatencyHistogram(MetricCells cells) => _cells = cells;

    /// <summary>Durations recorded.</summary>
    public long Count
    {
        get
        {
            long count = 0;
            for (int cell = HistogramLayout.FirstBucketCell; cell < HistogramLayout.CellCount; cell++)
                count += _cells.Read(cell);
            return count;
        }
    }

    /// <summary>The longest duration recorded, exact up to <see cref="MaxNanos"/>; 0 when there is none.</summary>
    public long Max => _cells.Read(HistogramLayout.MaxCell);

    /// <summary>Durations that were negative (counted as 0) or over <see cref="MaxNanos"/> (counted as that).</summary>
    public long OutOfRangeCount => _cells.Read(HistogramLayout.OutOfRangeCell);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Record(long nanos)
    {
        if ((ulong)nanos > MaxNanos)
            nanos = CountOutOfRange(nanos);

        _cells.Add(HistogramLayout.FirstBucketCell + HistogramLayout.BucketOf(nanos), 1);
        _cells.Raise(HistogramLayout.MaxCell, nanos);
    }

    /// <summary>
    /// The smallest value that at least <paramref name="percentile"/> percent of the durations do not exceed, rounded
    /// up to the end of its bucket: never too low, at most 1/1,024 too high. 0 when nothing was recorded.
    /// </summary>
    /// <param name="percentile">0 to 100.</param>
    /// <exception cref="ArgumentOutOfRangeException">The percentile is not such a number.</exception>
    public long ValueAtPercentile(double percentile)
    {
        if (!(percentile is >= 0 and <= 100))
            throw new ArgumentOutOfRangeException(nameof(percentile), percentile, "A percentile is 0 to 100.");

        // Decimal: 99.9 % of 1,000 are 999, where binary fractions make it a little more.
        long rank = Math.Max(1, (long)Math.Ceiling((decimal)percentile * Count / 100));
        long seen = 0;
        for (int bucket = 0; bucket < HistogramLayout.BucketCount; bucket++)
        {
            seen += _cells.Read(HistogramLayout.FirstBucketCell + bucket);
            if (seen >= rank)
                return bucket == HistogramLayout.BucketOf(Max) ? Max : HistogramLayout.LastValueOf(bucket);
        }

        return Max;
    }

    /// <summary>Adds what <paramref name="other"/> holds; it keeps its content.</summary>
    public void Merge(LatencyHistogram other) => Merge(other._cells);

    /// <summary>Adds what <paramref name="other"/> holds; it keeps its content, and its thread goes on recording.</summary>
    public void Merge(SingleWriterHistogram other) => Merge(other.Cells);

    /// <summary>Moves what this histogram holds into <paramref name="target"/>.</summary>
    /// <remarks>
    /// Every duration that another thread records meanwhile is counted exactly once, here or there. Only its part in
    /// <see cref="Max"/> may land in the next interval.
    /// </remarks>
    public void DrainTo(LatencyHistogram target)
    {
        if (ReferenceEquals(this, target))
            throw new ArgumentException("A histogram cannot drain into itself.", nameof(target));

        for (int cell = HistogramLayout.FirstBucketCell; cell < HistogramLayout.CellCount; cell++)
            target.AddTo(cell, _cells.Take(cell));
        target.AddTo(HistogramLayout.OutOfRangeCell, _cells.Take(HistogramLayout.OutOfRangeCell));
        target._cells.Raise(HistogramLayout.MaxCell, _cells.Take(HistogramLayout.MaxCell));
    }

    /// <summary>Forgets everything recorded.</summary>
    public void Reset()
    {
        for (int cell = 0; cell < HistogramLayout.CellCount; cell++)
            _cells.Take(cell);
    }

    /// <summary>Takes away what was there earlier: what remains was recorded since.</summary>
    /// <remarks>
    /// The longest duration since is known by its bucket alone, unless it is the longest of all. Not while others record.
    /// </remarks>
    public void Subtract(LatencyHistogram earlier)
    {
        long total = Max;
        int last = -1;
        for (int bucket = 0; bucket < HistogramLayout.BucketCount; bucket++)
        {
            int cell = HistogramLayout.FirstBucketCell + bucket;
            AddTo(cell, -earlier._cells.Read(cell));
            if (_cells.Read(cell) > 0)
                last = bucket;
        }

        AddTo(HistogramLayout.OutOfRangeCell, -earlier.OutOfRangeCount);
        _cells.Write(HistogramLayout.MaxCell, last < 0 ? 0 : Math.Min(total, HistogramLayout.LastValueOf(last)));
    }

    /// <summary>Adds what a reader of another process's histogram copied and checked.</summary>
    internal void Merge<TCells>(TCells other)
        where TCells : IMetricCellSource
    {
        Span<long> some = stackalloc long[256];
        for (int first = HistogramLayout.FirstBucketCell; first < HistogramLayout.CellCount; first += some.Length)
        {
            Span<long> now = some[..Math.Min(some.Length, HistogramLayout.CellCount - first)];
            other.Read(first, now);
            for (int i = 0; i < now.Length; i++)
                AddTo(first + i, now[i]);
        }

        other.Read(0, some[..2]);
        AddTo(HistogramLayout.OutOfRangeCell, some[HistogramLayout.OutOfRangeCell]);
        _cells.Raise(HistogramLayout.MaxCell, some[HistogramLayout.MaxCell]);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long CountOutOfRange(long nanos)
    {
        _cells.Add(HistogramLayout.OutOfRangeCell, 1);
        return nanos < 0 ? 0 : MaxNanos;
    }

    // Most buckets are empty: a look spares an interlocked operation on each.
    private void AddTo(int cell, long amount)
    {
        if (amount != 0)
            _cells.Add(cell, amount);
    }
}
