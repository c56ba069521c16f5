using System.IO.MemoryMappedFiles;

namespace Velox.Primitives;

/// <summary>The two ends of a shared ring: which of the owners' fields is whose.</summary>
internal enum SharedRingEnd
{
    Producer = 0,
    Consumer = 1,
}

/// <summary>The file of a ring between processes: its header, and its mapping into this process.</summary>
/// <remarks>
/// Layout, in the byte order of the machine: magic (8 bytes), version, item bytes, capacity (4 bytes each); at 64 and 72 the
/// owners of the two ends; at 128 the positions (<see cref="RingPositions"/>); at 4,096 the slots. A file is made under
/// another name and moved to its own, so that nobody ever sees half a header.
/// <para>Unsafe: addresses into the mapping are good until it is disposed, and within the length that was checked.</para>
/// </remarks>
internal sealed unsafe class SharedRingFile : IDisposable
{
    private const long Magic = 0x474E_4952_584F_4C45; // "ELOXRING"
    private const int Version = 1;
    private const int OwnersOffset = 64;
    private const int PositionsOffset = 128;
    private const int SlotsOffset = 4_096;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _first;
    private SharedRingEnd? _claimed;

    private SharedRingFile(string path, int itemBytes, int capacity)
    {
        long length = new FileInfo(path).Length;
        Require("length", length, LengthOf(itemBytes, capacity), path);
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.ReadWrite);
        _view = _file.CreateViewAccessor(0, length);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _first);
    }

    internal bool IsDisposed { get; private set; }

    internal RingPositions Positions => new(_first + PositionsOffset);

    internal byte* Slots => _first + SlotsOffset;

    /// <summary>Opens the file, or makes it if there is none, and takes one end of the ring.</summary>
    /// <exception cref="SharedRingException">It is the file of something else, or a living process has that end.</exception>
    internal static SharedRingFile Open(string path, int itemBytes, int capacity, SharedRingEnd end)
    {
        if (!File.Exists(path))
            Create(path, itemBytes, capacity);
        CheckHeader(path, itemBytes, capacity);
        var file = new SharedRingFile(path, itemBytes, capacity);
        try
        {
            file.Claim(end);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    internal PeerState StateOf(SharedRingEnd end) => Volatile.Read(ref Owner(end)) switch
    {
        0 => PeerState.Absent,
        long stamp => ProcessStamp.IsAlive(stamp) ? PeerState.Alive : PeerState.Dead,
    };

    public void Dispose()
    {
        if (IsDisposed)
            return;
        IsDisposed = true;
        if (_claimed is { } end)
            Volatile.Write(ref Owner(end), 0);
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private void Claim(SharedRingEnd end)
    {
        ref long owner = ref Owner(end);
        long found = Volatile.Read(ref owner);
        if (ProcessStamp.IsAlive(found))
            throw new SharedRingException("owner", $"That end of the ring belongs to process {ProcessStamp.IdOf(found)}.");

        // Of several that find it free, one gets it.
        if (Interlocked.CompareExchange(ref owner, ProcessStamp.OfThisProcess, found) != found)
            throw new SharedRingException("owner", "That end of the ring was taken by another process just now.");
        _claimed = end;
    }

    private ref long Owner(SharedRingEnd end) => ref ((long*)(_first + OwnersOffset))[(int)end];

    private static long LengthOf(int itemBytes, int capacity) => SlotsOffset + (long)itemBytes * capacity;

    private static void Create(string path, int itemBytes, int capacity)
    {
        string made = $"{path}.{Environment.ProcessId}.{Guid.NewGuid():n}";
        using (var writer = new BinaryWriter(File.Create(made)))
        {
            writer.Write(Magic);
            writer.Write(Version);
            writer.Write(itemBytes);
            writer.Write(capacity);
            writer.BaseStream.SetLength(LengthOf(itemBytes, capacity));
        }

        try
        {
            File.Move(made, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // The other process was first: its file is as good.
            File.Delete(made);
        }
    }

    private static void CheckHeader(string path, int itemBytes, int capacity)
    {
        using var reader = new BinaryReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        if (reader.BaseStream.Length < SlotsOffset)
            throw new SharedRingException("length", $"'{path}' has {reader.BaseStream.Length} bytes: too few for a ring.");
        if (reader.ReadInt64() != Magic)
            throw new SharedRingException("magic", $"'{path}' is not a shared ring.");
        Require("version", reader.ReadInt32(), Version, path);
        Require("item bytes", reader.ReadInt32(), itemBytes, path);
        Require("capacity", reader.ReadInt32(), capacity, path);
    }

    private static void Require(string field, long found, long expected, string path)
    {
        if (found != expected)
            throw new SharedRingException(field, $"'{path}': {field} is {found}, expected {expected}.");
    }
}
