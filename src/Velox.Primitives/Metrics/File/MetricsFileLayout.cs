namespace Velox.Primitives;

/// <summary>Where things are in a metrics file of version 1. All numbers are little-endian, as .NET's machines are.</summary>
/// <remarks>
/// <code>
/// header, 4,096 bytes       directory, 256 entries of 256 bytes     cells, from byte 69,632
///    0  magic "VELOXMET"       0  kind (u32)                         64-bit cells of each metric, beginning
///    8  version (u32)          4  0                                  at a multiple of 128 bytes
///   12  process id (i32)       8  offset of the cells (i64)
///   16  process start (i64)   16  cells (i64)
///   24  created, Unix ms      24  bytes of name, unit,
///   32  file bytes (i64)          description (u16 each)
///   40  entries (i64)         32  name, 96 unit, 128 description
///   48  ended, Unix ms or 0
/// </code>
/// The magic is written last of the header, and the number of entries last of an entry.
/// </remarks>
internal static class MetricsFileLayout
{
    /// <summary>"VELOXMET", as a little-endian number.</summary>
    internal const long Magic = 0x54454D584F4C4556;
    internal const int Version = 1;

    internal const int MagicOffset = 0;
    internal const int VersionOffset = 8;
    internal const int ProcessIdOffset = 12;
    internal const int ProcessStartOffset = 16;
    internal const int CreatedOffset = 24;
    internal const int FileBytesOffset = 32;
    internal const int EntryCountOffset = 40;
    internal const int EndedOffset = 48;
    internal const int HeaderFieldBytes = 56;

    internal const int DirectoryOffset = 4_096;
    internal const int MaxEntries = MetricsRegistry.MaxMetrics;
    internal const int EntryBytes = 256;
    internal const int CellsOffset = DirectoryOffset + (MaxEntries * EntryBytes);

    internal const int KindOffset = 0;
    internal const int CellsOffsetOffset = 8;
    internal const int CellCountOffset = 16;
    internal const int TextLengthsOffset = 24;
    internal const int NameOffset = 32;
    internal const int UnitOffset = NameOffset + MetricDefinition.MaxNameBytes;
    internal const int DescriptionOffset = UnitOffset + MetricDefinition.MaxUnitBytes;

    /// <summary>A metric's cells begin at a multiple of this.</summary>
    internal const int Alignment = 128;

    /// <summary>Whether a metric of this kind can have so many cells.</summary>
    internal static bool IsCellCountOf(MetricKind kind, long cellCount) => kind switch
    {
        MetricKind.Counter => cellCount == ShardedCounter.CellCount,
        MetricKind.Gauge => cellCount == Gauge.CellCount,
        MetricKind.Histogram => cellCount == HistogramLayout.CellCount,
        _ => cellCount >= TimeSeries.CellCountOf(1) && cellCount <= TimeSeries.CellCountOf(TimeSeries.MaxCapacity)
            && cellCount == TimeSeries.CellCountOf(TimeSeries.CapacityOf((int)cellCount)),
    };
}
