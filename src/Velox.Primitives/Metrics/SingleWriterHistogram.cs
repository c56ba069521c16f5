using System.Runtime.CompilerServices;

namespace Velox.Primitives;

/// <summary>A <see cref="LatencyHistogram"/> that one thread records into, without a lock prefix.</summary>
/// <remarks>
/// Same buckets, precision (1/1,024) and memory (262 KiB). It only grows, since a reader that emptied it would be a second
/// writer: for the figures of an interval <see cref="LatencyHistogram.Merge(SingleWriterHistogram)"/> it into an empty
/// histogram now and then, and <see cref="LatencyHistogram.Subtract"/> the reading before. Any thread may do that.
/// A second thread that records loses counts, and nothing says so.
/// <example><code>
/// var hop = new SingleWriterHistogram();   // of a stage
/// hop.Record(nanos);                       // the stage's thread
/// var now = new LatencyHistogram();        // another thread
/// now.Merge(hop);
/// </code></example>
/// </remarks>
public sealed class SingleWriterHistogram
{
    private readonly MetricCells _cells;

    // The recording thread's own copies: known without reading what others may look at.
    private long _maxNanos;

    public SingleWriterHistogram()
        : this(MetricCells.Allocate(HistogramLayout.CellCount))
    {
    }

    internal SingleWriterHistogram(MetricCells cells) => _cells = cells;

    internal MetricCells Cells => _cells;

    /// <summary>Counts a duration; one out of 0 to <see cref="LatencyHistogram.MaxNanos"/> at the nearer bound.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Record(long nanos)
    {
        if ((ulong)nanos > HistogramLayout.MaxNanos)
            nanos = CountOutOfRange(nanos);

        _cells.AddAsOnlyWriter(HistogramLayout.FirstBucketCell + HistogramLayout.BucketOf(nanos), 1);
        if (nanos > _maxNanos)
            RaiseMax(nanos);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long CountOutOfRange(long nanos)
    {
        _cells.AddAsOnlyWriter(HistogramLayout.OutOfRangeCell, 1);
        return nanos < 0 ? 0 : HistogramLayout.MaxNanos;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void RaiseMax(long nanos)
    {
        _maxNanos = nanos;
        _cells.Write(HistogramLayout.MaxCell, nanos);
    }
}
