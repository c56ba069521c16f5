namespace Velox.Primitives;

/// <summary>A 64-bit value that goes up and down, such as a depth, alone on its 128 bytes; for any thread.</summary>
/// <remarks>No limit but 64 bits, where it wraps; no errors; nothing allocates.
/// <example><code>
/// var depth = new Gauge();
/// depth.Set(17);
/// depth.Add(-1);
/// </code></example>
/// </remarks>
public sealed class Gauge
{
    internal const int CellCount = MetricCells.Stride;

    private readonly MetricCells _cells;

    public Gauge()
        : this(MetricCells.Allocate(CellCount))
    {
    }

    internal Gauge(MetricCells cells) => _cells = cells;

    public long Value => _cells.Read(0);

    /// <summary>Replaces the value; of several threads that do, the last one wins.</summary>
    public void Set(long value) => _cells.Write(0, value);

    /// <summary>Adds, and loses no other thread's addition.</summary>
    public void Add(long amount) => _cells.Add(0, amount);
}
