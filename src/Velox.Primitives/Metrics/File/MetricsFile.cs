using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Velox.Primitives;

/// <summary>A file that this process's metrics live in, mapped into memory, for other processes to read meanwhile.</summary>
/// <remarks>
/// What counts writes its cells in place, without locks and without a system call; <see cref="MetricsFileReader"/> reads
/// them, also after this process has died. The space is taken from the disk at once, so that a full disk cannot end the
/// process later. Give the file's folder to nobody else: who cuts the file short ends the process that has it mapped.
/// A folder in memory (<c>/dev/shm</c>) spares the disk what the kernel writes back every half minute.
/// <example><code>
/// using var file = MetricsFile.Create("/dev/shm/velox.metrics");
/// using var metrics = new MetricsRegistry("velox", file);
/// metrics.AddCounter("orders", "{order}", "Orders taken").Increment();
/// </code></example>
/// </remarks>
public sealed class MetricsFile : IDisposable
{
    /// <summary>Room for 25 histograms and 200 counters.</summary>
    public const int DefaultBytes = 8 * 1024 * 1024;

    /// <summary>The smallest file: the directory, and room for a few counters.</summary>
    public const int MinBytes = 128 * 1024;

    /// <summary>The largest file.</summary>
    public const int MaxBytes = 1024 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Mapping _mapping;
    private int _entryCount;
    private long _nextOffset = MetricsFileLayout.CellsOffset;
    private bool _isDisposed;

    private MetricsFile(string path, Mapping mapping)
    {
        Path = path;
        _mapping = mapping;
    }

    /// <summary>Its full path.</summary>
    public string Path { get; }

    /// <summary>Makes the file. What a process that is gone has left there is replaced.</summary>
    /// <param name="path">Where; in a folder that exists.</param>
    /// <param name="bytes">Its size for good, <see cref="MinBytes"/> to <see cref="MaxBytes"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not such a number.</exception>
    /// <exception cref="MetricsFileException">There is another file, or one of a process that runs.</exception>
    /// <exception cref="IOException">The file cannot be made, or the disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be made.</exception>
    public static MetricsFile Create(string path, int bytes = DefaultBytes)
    {
        if (bytes is < MinBytes or > MaxBytes)
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, $"A metrics file has {MinBytes} to {MaxBytes} bytes.");

        path = System.IO.Path.GetFullPath(path);
        RemoveAbandoned(path);
        var mapping = new Mapping(path, bytes);
        WriteHeader(mapping, bytes);
        return new MetricsFile(path, mapping);
    }

    /// <summary>Gives a metric its cells, all zero, and shows it to readers.</summary>
    /// <exception cref="InvalidOperationException">The directory or the file is full.</exception>
    internal MetricCells Add(MetricDefinition definition, int cellCount)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            long offset = _nextOffset;
            long end = offset + ((long)cellCount * sizeof(long));
            if (_entryCount == MetricsFileLayout.MaxEntries)
                throw new InvalidOperationException($"A metrics file holds at most {MetricsFileLayout.MaxEntries} metrics.");
            if (end > _mapping.Bytes)
            {
                throw new InvalidOperationException(
                    $"'{definition.Name}' needs {end - offset} bytes of the metrics file, which has {_mapping.Bytes - offset} left of {_mapping.Bytes}.");
            }

            WriteEntry(definition, offset, cellCount);

            // Release: a reader that counts the entry sees all of it.
            _entryCount++;
            _mapping.Write(MetricsFileLayout.EntryCountOffset, _entryCount);
            _nextOffset = (end + MetricsFileLayout.Alignment - 1) & -MetricsFileLayout.Alignment;
            return _mapping.Cells(offset, cellCount);
        }
    }

    /// <summary>Tells readers that the owner has ended in order. The file stays, and metrics in it can still be written.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_isDisposed)
                _mapping.Write(MetricsFileLayout.EndedOffset, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
            _isDisposed = true;
        }
    }

    // Only what was a metrics file, and nobody's any more: a mistyped path must not cost anybody a file.
    private static void RemoveAbandoned(string path)
    {
        if (!File.Exists(path))
            return;
        using (var reader = MetricsFileReader.Open(path))
        {
            if (reader.ReadOwner().State == MetricsOwnerState.Running)
                throw new MetricsFileException(path, $"belongs to process {reader.ProcessId}, which runs");
        }

        File.Delete(path);
    }

    private static void WriteHeader(Mapping mapping, int bytes)
    {
        Span<byte> header = mapping.Span(0, MetricsFileLayout.HeaderFieldBytes);
        int processId = Environment.ProcessId;
        BinaryPrimitives.WriteInt32LittleEndian(header[MetricsFileLayout.VersionOffset..], MetricsFileLayout.Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[MetricsFileLayout.ProcessIdOffset..], processId);
        BinaryPrimitives.WriteInt64LittleEndian(header[MetricsFileLayout.ProcessStartOffset..], ProcessMark.StartOf(processId) ?? 0);
        BinaryPrimitives.WriteInt64LittleEndian(
            header[MetricsFileLayout.CreatedOffset..], DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64LittleEndian(header[MetricsFileLayout.FileBytesOffset..], bytes);

        // Release: who sees the magic sees a whole header.
        mapping.Write(MetricsFileLayout.MagicOffset, MetricsFileLayout.Magic);
    }

    private void WriteEntry(MetricDefinition definition, long offset, int cellCount)
    {
        Span<byte> entry = _mapping.Span(
            MetricsFileLayout.DirectoryOffset + (_entryCount * MetricsFileLayout.EntryBytes), MetricsFileLayout.EntryBytes);
        BinaryPrimitives.WriteInt32LittleEndian(entry[MetricsFileLayout.KindOffset..], (int)definition.Kind);
        BinaryPrimitives.WriteInt64LittleEndian(entry[MetricsFileLayout.CellsOffsetOffset..], offset);
        BinaryPrimitives.WriteInt64LittleEndian(entry[MetricsFileLayout.CellCountOffset..], cellCount);
        WriteText(entry, 0, MetricsFileLayout.NameOffset, definition.Name);
        WriteText(entry, 1, MetricsFileLayout.UnitOffset, definition.Unit);
        WriteText(entry, 2, MetricsFileLayout.DescriptionOffset, definition.Description);
    }

    private static void WriteText(Span<byte> entry, int field, int offset, string text)
    {
        int length = Encoding.UTF8.GetBytes(text, entry[offset..]);
        BinaryPrimitives.WriteUInt16LittleEndian(
            entry[(MetricsFileLayout.TextLengthsOffset + (field * sizeof(ushort)))..], (ushort)length);
    }

    /// <summary>The mapped bytes. The collector unmaps them, once nothing that lives in them is reachable.</summary>
    /// <remarks>
    /// Unsafe: never unmapped by a call, because a thread may be about to count. Offsets are this file's own; the size was
    /// set when the file was made, which nobody else may change.
    /// </remarks>
    private sealed unsafe class Mapping
    {
        private readonly SafeMemoryMappedViewHandle _view;
        private readonly byte* _first;

        internal Mapping(string path, int bytes)
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.ReadWrite | FileShare.Delete,
                PreallocationSize = bytes,
            };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

            using var stream = new FileStream(path, options);
            stream.SetLength(bytes);
            using var file = MemoryMappedFile.CreateFromFile(
                stream, mapName: null, bytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
            using MemoryMappedViewAccessor accessor = file.CreateViewAccessor(0, bytes);
            Bytes = bytes;

            // The view outlives the accessor: its handle is counted, and this count is given back by the finalizer alone.
            _view = accessor.SafeMemoryMappedViewHandle;
            _view.AcquirePointer(ref _first);
        }

        ~Mapping()
        {
            // Nothing to give back where the constructor failed.
            if (_first is not null)
                _view.ReleasePointer();
        }

        internal int Bytes { get; }

        internal Span<byte> Span(int offset, int length) => new(_first + offset, length);

        internal MetricCells Cells(long offset, int count) => new(this, (long*)(_first + offset), count);

        internal void Write(int offset, long value) => Cells(offset, 1).Write(0, value);
    }
}
