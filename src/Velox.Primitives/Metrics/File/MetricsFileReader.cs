using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Velox.Primitives;

/// <summary>How the process that writes a metrics file is.</summary>
public enum MetricsOwnerState
{
    /// <summary>It runs.</summary>
    Running,

    /// <summary>It has ended in order; the values are final.</summary>
    Ended,

    /// <summary>It is gone without having said so; the values are the last it wrote.</summary>
    Dead,
}

/// <summary>The writing process.</summary>
/// <param name="State">How it is now, as far as this machine's process table tells.</param>
/// <param name="EndedAt">When it ended in order; null while it runs or when it died.</param>
public readonly record struct MetricsOwner(MetricsOwnerState State, DateTimeOffset? EndedAt);

/// <summary>Reads the <see cref="MetricsFile"/> of another process while that writes it, or of one that is gone.</summary>
/// <remarks>
/// Nothing in the file is trusted: every number is checked against its bound before it is used, and what is wrong ends
/// in a <see cref="MetricsFileException"/>. The file is read and not mapped: a file that gets cut short meanwhile is an
/// error too, where a mapping would end this process. It needs no right to write.
/// <para>
/// The system's cache that a read copies from is the very memory that the owner has mapped. It copies aligned 64-bit cells
/// in units that are no smaller, on x86-64 and ARM64, so that a cell is never half old; a test watches that.
/// </para>
/// <para>A process in another container is not seen, and counts as dead. One thread at a time.</para>
/// <example><code>
/// using var reader = MetricsFileReader.Open("/dev/shm/velox.metrics");
/// foreach (MetricsFileEntry entry in reader.ReadEntries().Where(entry => entry.Definition.Kind == MetricKind.Counter))
///     Console.WriteLine($"{entry.Definition.Name} {entry.ReadValue()}");
/// </code></example>
/// </remarks>
public sealed class MetricsFileReader : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly string _path;
    private readonly long _processStart;
    private readonly long _fileBytes;

    private MetricsFileReader(string path, SafeFileHandle handle)
    {
        _path = path;
        _handle = handle;

        Span<byte> header = stackalloc byte[MetricsFileLayout.HeaderFieldBytes];
        ReadExactly(0, header, "header");
        CheckKind(header);
        ProcessId = Checked("process id", BinaryPrimitives.ReadInt32LittleEndian(header[MetricsFileLayout.ProcessIdOffset..]), 1, int.MaxValue);
        CreatedAt = TimeOf("creation time", Number(header, MetricsFileLayout.CreatedOffset));
        _processStart = Number(header, MetricsFileLayout.ProcessStartOffset);
        _fileBytes = Checked("size", Number(header, MetricsFileLayout.FileBytesOffset), MetricsFile.MinBytes, MetricsFile.MaxBytes);
        if (RandomAccess.GetLength(handle) is long length && length != _fileBytes)
            throw Broken($"is {length} bytes long, where its header says {_fileBytes}");
    }

    /// <summary>Id of the process that writes it.</summary>
    public int ProcessId { get; }

    /// <summary>When the file was made.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="MetricsFileException">It is no metrics file, of another version, or damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a directory.</exception>
    public static MetricsFileReader Open(string path)
    {
        SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            return new MetricsFileReader(path, handle);
        }
        catch (NotSupportedException)
        {
            // What a pipe or device says to a position.
            handle.Dispose();
            throw new MetricsFileException($"'{path}' is no regular file.");
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Looks whether the writer is still there.</summary>
    /// <exception cref="MetricsFileException">The file is damaged.</exception>
    public MetricsOwner ReadOwner()
    {
        long endedMillis = ReadNumber(MetricsFileLayout.EndedOffset, "end time");
        if (endedMillis != 0)
            return new MetricsOwner(MetricsOwnerState.Ended, TimeOf("end time", endedMillis));
        bool runs = ProcessMark.StartOf(ProcessId) == _processStart;
        return new MetricsOwner(runs ? MetricsOwnerState.Running : MetricsOwnerState.Dead, null);
    }

    /// <summary>Reads the whole directory; a writer may add to it at any time.</summary>
    /// <exception cref="MetricsFileException">An entry is damaged.</exception>
    public IReadOnlyList<MetricsFileEntry> ReadEntries()
    {
        int count = (int)Checked(
            "number of entries", ReadNumber(MetricsFileLayout.EntryCountOffset, "number of entries"), 0, MetricsFileLayout.MaxEntries);
        var entries = new MetricsFileEntry[count];
        for (int i = 0; i < count; i++)
            entries[i] = ReadEntry(i);
        return entries;
    }

    public void Dispose() => _handle.Dispose();

    private MetricsFileEntry ReadEntry(int index)
    {
        Span<byte> entry = stackalloc byte[MetricsFileLayout.EntryBytes];
        ReadExactly(MetricsFileLayout.DirectoryOffset + (index * MetricsFileLayout.EntryBytes), entry, $"entry {index}");
        var kind = (MetricKind)BinaryPrimitives.ReadInt32LittleEndian(entry[MetricsFileLayout.KindOffset..]);
        var definition = new MetricDefinition(
            kind,
            TextOf(entry, index, 0, "name", MetricsFileLayout.NameOffset, MetricDefinition.MaxNameBytes),
            TextOf(entry, index, 1, "unit", MetricsFileLayout.UnitOffset, MetricDefinition.MaxUnitBytes),
            TextOf(entry, index, 2, "description", MetricsFileLayout.DescriptionOffset, MetricDefinition.MaxDescriptionBytes));
        if (definition.FindError() is { } error)
            throw Broken($"is damaged: entry {index}: {error}");

        long cellCount = Number(entry, MetricsFileLayout.CellCountOffset);
        if (!MetricsFileLayout.IsCellCountOf(kind, cellCount))
            throw Broken($"is damaged: entry {index}: a {kind} cannot have {cellCount} cells");
        long offset = Checked(
            $"offset of entry {index}", Number(entry, MetricsFileLayout.CellsOffsetOffset),
            MetricsFileLayout.CellsOffset, _fileBytes - (cellCount * sizeof(long)));
        if (offset % MetricsFileLayout.Alignment != 0)
            throw Broken($"is damaged: offset of entry {index} is {offset}: it must be a multiple of {MetricsFileLayout.Alignment}");
        return new MetricsFileEntry(this, definition, offset, (int)cellCount);
    }

    private string TextOf(ReadOnlySpan<byte> entry, int index, int field, string name, int offset, int maxBytes)
    {
        int length = BinaryPrimitives.ReadUInt16LittleEndian(entry[(MetricsFileLayout.TextLengthsOffset + (field * sizeof(ushort)))..]);
        Checked($"length of the {name} of entry {index}", length, 0, maxBytes);
        return Encoding.UTF8.GetString(entry.Slice(offset, length));
    }

    private void CheckKind(ReadOnlySpan<byte> header)
    {
        if (Number(header, MetricsFileLayout.MagicOffset) != MetricsFileLayout.Magic)
            throw Broken("is no metrics file: it does not begin with VELOXMET");
        int version = BinaryPrimitives.ReadInt32LittleEndian(header[MetricsFileLayout.VersionOffset..]);
        if (version != MetricsFileLayout.Version)
            throw Broken($"has version {version}: this program reads version {MetricsFileLayout.Version}");
    }

    private DateTimeOffset TimeOf(string field, long unixMillis) => DateTimeOffset.FromUnixTimeMilliseconds(
        Checked(field, unixMillis, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    private int Checked(string field, int value, int least, int most) => (int)Checked(field, (long)value, least, most);

    internal long Checked(string field, long value, long least, long most) => value >= least && value <= most
        ? value
        : throw Broken($"is damaged: {field} is {value}: it must be {least} to {most}");

    private long ReadNumber(long offset, string what)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        ReadExactly(offset, number, what);
        return Number(number, 0);
    }

    private static long Number(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadInt64LittleEndian(bytes[offset..]);

    internal void ReadExactly(long offset, Span<byte> bytes, string what)
    {
        int read = 0;
        while (read < bytes.Length)
        {
            int now = RandomAccess.Read(_handle, bytes[read..], offset + read);
            if (now == 0)
                throw Broken($"ends at byte {RandomAccess.GetLength(_handle)}, before or within the {what}");
            read += now;
        }
    }

    private MetricsFileException Broken(string problem) => new(_path, problem);
}
