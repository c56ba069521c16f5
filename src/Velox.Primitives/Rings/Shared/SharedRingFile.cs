using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

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
/// another name and then gets its own, so that nobody ever sees half a header.
/// <para>Unsafe: addresses into the mapping are good until it is disposed, and within the length that was checked.</para>
/// </remarks>
internal sealed unsafe partial class SharedRingFile : IDisposable
{
    private const long Magic = 0x474E_4952_584F_4C45; // "ELOXRING"
    private const int Version = 1;
    private const int OwnersOffset = 64;
    private const int PositionsOffset = 128;
    private const int SlotsOffset = 4_096;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _first;
    private readonly int _itemBytes;
    private SharedRingEnd? _claimed;

    private SharedRingFile(string path, int itemBytes, int capacity)
    {
        _itemBytes = itemBytes;
        long length = new FileInfo(path).Length;
        Require("length", length, LengthOf(itemBytes, capacity), path);
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.ReadWrite);
        try
        {
            _view = _file.CreateViewAccessor(0, length);
        }
        catch
        {
            _file.Dispose();
            throw;
        }

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
            file.Claim(end, path);
            file.CheckPositions(path);
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
        // Only if it is still ours: whoever took this process for dead has it now.
        if (_claimed is { } end)
            Interlocked.CompareExchange(ref Owner(end), 0, ProcessStamp.OfThisProcess);
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private void Claim(SharedRingEnd end, string path)
    {
        ref long owner = ref Owner(end);
        long found = Volatile.Read(ref owner);
        if (ProcessStamp.IsAlive(found))
            throw new SharedRingException("owner", $"'{path}': the {NameOf(end)}'s end belongs to process {ProcessStamp.IdOf(found)}.");

        // Of several that find it free, one gets it.
        if (Interlocked.CompareExchange(ref owner, ProcessStamp.OfThisProcess, found) != found)
            throw new SharedRingException("owner", $"'{path}': the {NameOf(end)}'s end was taken by another process just now.");
        _claimed = end;
    }

    /// <summary>
    /// The other end may be moving: what moves last is read first, so that positions which agree always seem to.
    /// </summary>
    private void CheckPositions(string path)
    {
        long givenBack = Volatile.Read(ref Positions.GivenBack);
        long read = Volatile.Read(ref Positions.Read);
        long written = Volatile.Read(ref Positions.Written);
        long slots = (_view.Capacity - SlotsOffset) / _itemBytes;
        if (givenBack < 0 || read < givenBack || written < read || written - givenBack > slots)
        {
            throw new SharedRingException(
                "positions", $"'{path}': given back {givenBack}, read {read}, written {written} contradict each other in {slots} slots.");
        }
    }

    private ref long Owner(SharedRingEnd end) => ref ((long*)(_first + OwnersOffset))[(int)end];

    private static long LengthOf(int itemBytes, int capacity) => SlotsOffset + (long)itemBytes * capacity;

    private static string NameOf(SharedRingEnd end) => end.ToString().ToLowerInvariant();

    /// <exception cref="IOException">There is no room for it, or the folder does not take it.</exception>
    private static void Create(string path, int itemBytes, int capacity)
    {
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
            throw new DirectoryNotFoundException($"'{path}': its folder does not exist.");
        string made = $"{path}.{Environment.ProcessId}.{Guid.NewGuid():n}";
        try
        {
            // Its whole room is taken now: a store into a page that the system cannot give would kill the process.
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                PreallocationSize = LengthOf(itemBytes, capacity),
            };
            using (var writer = new BinaryWriter(new FileStream(made, options)))
            {
                writer.Write(Magic);
                writer.Write(Version);
                writer.Write(itemBytes);
                writer.Write(capacity);
                writer.BaseStream.SetLength(LengthOf(itemBytes, capacity));
            }

            Publish(made, path, useLinks: !OperatingSystem.IsWindows());
        }
        finally
        {
            File.Delete(made);
        }
    }

    /// <summary>Gives the file its name, unless another process was first: its file is as good.</summary>
    /// <param name="made">The file.</param>
    /// <param name="path">Its name.</param>
    /// <param name="useLinks">False for the way of Windows, whose moves never replace.</param>
    internal static void Publish(string made, string path, bool useLinks)
    {
        if (!useLinks)
        {
            try
            {
                File.Move(made, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
            }

            return;
        }

        // A move looks first and then replaces: two could do so at once. Of links with one name the second fails.
        const int AlreadyExists = 17;
        if (Link(made, path) != 0 && Marshal.GetLastPInvokeError() is var error and not AlreadyExists)
            throw new IOException($"'{path}' cannot be made: error {error} of link.");
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

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);
}
