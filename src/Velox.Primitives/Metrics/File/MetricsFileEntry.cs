using System.Runtime.InteropServices;

namespace Velox.Primitives;

/// <summary>A metric in a file that is being read. Every call reads anew.</summary>
public sealed class MetricsFileEntry
{
    /// <summary>Most looks at a series whose writer overtakes each.</summary>
    private const int MaxSeriesReads = 100;

    private readonly Region _cells;

    /// <remarks>The cells were found to lie within the file, and to be as many as the kind has.</remarks>
    internal MetricsFileEntry(MetricsFileReader reader, MetricDefinition definition, long offset, int cellCount)
    {
        Definition = definition;
        _cells = new Region(reader, definition, offset, cellCount);
    }

    public MetricDefinition Definition { get; }

    /// <summary>What a counter has counted, a gauge stands at, or the last point of a series says (0 when it is empty).</summary>
    /// <exception cref="InvalidOperationException">It is a histogram.</exception>
    /// <exception cref="MetricsFileException">The file was cut short.</exception>
    public long ReadValue()
    {
        switch (Definition.Kind)
        {
            case MetricKind.Counter:
                return ShardedCounter.Sum(_cells, _cells.Count);
            case MetricKind.Gauge:
                Span<long> cell = stackalloc long[1];
                _cells.Read(0, cell);
                return cell[0];
            case MetricKind.Series:
                return ReadLastPoint();
            default:
                throw new InvalidOperationException($"'{Definition.Name}' is a histogram: it has no single value.");
        }
    }

    /// <summary>Adds what the histogram holds to another.</summary>
    /// <exception cref="InvalidOperationException">It is no histogram.</exception>
    /// <exception cref="MetricsFileException">A count or the longest duration is out of bounds, or the file was cut short.</exception>
    public void ReadHistogram(LatencyHistogram target)
    {
        Require(MetricKind.Histogram);
        target.Merge(new CheckedHistogram(_cells));
    }

    /// <summary>Copies the latest points of the series, oldest first; returns how many.</summary>
    /// <exception cref="InvalidOperationException">It is no series.</exception>
    /// <exception cref="MetricsFileException">The file was cut short.</exception>
    public int ReadSeries(Span<TimePoint> points)
    {
        Require(MetricKind.Series);
        return TimeSeries.Copy(_cells, TimeSeries.CapacityOf(_cells.Count), points);
    }

    /// <summary>
    /// The newest value of the series. A writer that goes once around its points while one is read is met again; 0 when it is
    /// so fast every time, and in an empty series.
    /// </summary>
    private long ReadLastPoint()
    {
        Span<TimePoint> last = stackalloc TimePoint[1];
        for (int attempt = 0; attempt < MaxSeriesReads; attempt++)
        {
            if (ReadSeries(last) > 0)
                return last[0].Value;
        }

        return 0;
    }

    private void Require(MetricKind kind)
    {
        if (Definition.Kind != kind)
            throw new InvalidOperationException($"'{Definition.Name}' is a {Definition.Kind} and no {kind}.");
    }

    private readonly struct Region(MetricsFileReader reader, MetricDefinition definition, long offset, int count)
        : IMetricCellSource
    {
        internal int Count => count;

        public void Read(int first, Span<long> cells)
        {
            // In bounds by construction of every caller; this is what keeps a mistake there from reading a neighbour.
            ArgumentOutOfRangeException.ThrowIfNegative(first);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(first, count - cells.Length);
            reader.ReadExactly(offset + ((long)first * sizeof(long)), MemoryMarshal.AsBytes(cells), $"cells of '{definition.Name}'");
        }

        internal void Check(int cell, long value, long most) =>
            reader.Checked($"cell {cell} of '{definition.Name}'", value, 0, most);
    }

    /// <summary>Lets nothing through that a histogram cannot hold.</summary>
    private readonly struct CheckedHistogram(Region cells) : IMetricCellSource
    {
        // Far below 2^63: a sum over all buckets must not overflow.
        private const long MaxCount = long.MaxValue >> 16;

        public void Read(int first, Span<long> into)
        {
            cells.Read(first, into);
            for (int i = 0; i < into.Length; i++)
                cells.Check(first + i, into[i], first + i == HistogramLayout.MaxCell ? HistogramLayout.MaxNanos : MaxCount);
        }
    }
}
