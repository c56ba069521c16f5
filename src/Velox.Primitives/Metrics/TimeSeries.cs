namespace Velox.Primitives;

/// <summary>A value at a time.</summary>
/// <param name="TimeNanos">On whatever clock the writer reads.</param>
/// <param name="Value">In the series' unit.</param>
public readonly record struct TimePoint(long TimeNanos, long Value);

/// <summary>The last points of a value over time: a ring of fixed size, which one thread appends to.</summary>
/// <remarks>
/// Any thread copies it at any time, without making the writer wait. A copy is consistent: consecutive points, none torn,
/// the oldest left out that were overwritten while it was made. Appending allocates nothing and never fails: at
/// <see cref="Capacity"/> the oldest point goes, as <see cref="Appended"/> tells.
/// <example><code>
/// var depth = new TimeSeries(600);
/// depth.Append(clock.NowNanos, queue.Count);      // its writer
/// TimePoint[] points = new TimePoint[600];
/// int count = depth.CopyTo(points);               // anyone
/// </code></example>
/// <para>
/// Ordering: the writer announces a point (<c>begun</c>), writes it, then counts it (<c>ended</c>), each with release. A
/// reader reads <c>ended</c>, the points, then <c>begun</c>, each with acquire: a point that may have changed meanwhile is
/// a whole ring older than one announced by then, and is dropped.
/// </para>
/// </remarks>
public sealed class TimeSeries
{
    /// <summary>The most points: 1 MiB of them.</summary>
    public const int MaxCapacity = 65_536;

    internal const int CellsPerPoint = 2;
    internal const int FirstPointCell = MetricCells.Stride;

    private const int EndedCell = 0;
    private const int BegunCell = 1;

    private readonly MetricCells _cells;

    /// <param name="capacity">Points kept, 1 to <see cref="MaxCapacity"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not such a number.</exception>
    public TimeSeries(int capacity)
        : this(MetricCells.Allocate(CellCountOf(capacity)))
    {
    }

    internal TimeSeries(MetricCells cells) => _cells = cells;

    public int Capacity => CapacityOf(_cells.Length);

    /// <summary>Points appended so far; all but the last <see cref="Capacity"/> are overwritten.</summary>
    public long Appended => _cells.Read(EndedCell);

    /// <summary>Appends a point. One thread only.</summary>
    public void Append(long timeNanos, long value)
    {
        long position = _cells.Read(EndedCell);
        _cells.Write(BegunCell, position + 1);

        // Release stores, both: a reader that sees a part of the new point sees the announcement above as well.
        int cell = CellOf(position, Capacity);
        _cells.Write(cell, timeNanos);
        _cells.Write(cell + 1, value);
        _cells.Write(EndedCell, position + 1);
    }

    /// <summary>Copies the latest points, oldest first; returns how many.</summary>
    public int CopyTo(Span<TimePoint> points) => Copy(_cells, Capacity, points);

    internal static int CellCountOf(int capacity)
    {
        if (capacity is < 1 or > MaxCapacity)
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, $"A series has 1 to {MaxCapacity} points.");
        return FirstPointCell + (capacity * CellsPerPoint);
    }

    internal static int CapacityOf(int cellCount) => (cellCount - FirstPointCell) / CellsPerPoint;

    /// <summary>The copy as <see cref="CopyTo"/> makes it, wherever the cells are.</summary>
    internal static int Copy<TCells>(TCells cells, int capacity, Span<TimePoint> points)
        where TCells : IMetricCellSource
    {
        Span<long> pair = stackalloc long[CellsPerPoint];
        cells.Read(EndedCell, pair[..1]);
        long ended = pair[0];
        int count = (int)Math.Clamp(ended, 0, Math.Min(capacity, points.Length));
        long first = ended - count;
        for (int i = 0; i < count; i++)
        {
            cells.Read(CellOf(first + i, capacity), pair);
            points[i] = new TimePoint(pair[0], pair[1]);
        }

        // Position p is overwritten by position p + capacity, from its announcement on.
        cells.Read(BegunCell, pair[..1]);
        int overwritten = (int)Math.Clamp(pair[0] - capacity - first, 0, count);
        points[overwritten..count].CopyTo(points);
        return count - overwritten;
    }

    private static int CellOf(long position, int capacity) =>
        FirstPointCell + ((int)(position % capacity) * CellsPerPoint);
}
