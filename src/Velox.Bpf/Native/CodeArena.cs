using System.Runtime.InteropServices;

namespace Velox.Bpf;

/// <summary>Memory for native code, mapped twice: written through one address, executed at the other, never both at one.</summary>
/// <remarks>
/// One anonymous file for the whole process; a program's code is a range of it. Mapping twice costs nothing per program, where
/// changing a page's rights costs microseconds. First fit over a sorted list of free ranges; all members are thread-safe.
/// </remarks>
internal sealed unsafe partial class CodeArena
{
    /// <summary>Most bytes of code at one time.</summary>
    internal const int CapacityBytes = 256 * 1024 * 1024;

    private const int AlignmentBytes = 64;
    private const int ProtRead = 1;
    private const int ProtWrite = 2;
    private const int ProtExecute = 4;
    private const int MapShared = 1;
    private const uint CloseOnExec = 1;

    private readonly Lock _lock = new();
    private readonly SortedList<int, int> _free = [];
    private readonly byte* _writable;
    private readonly byte* _executable;

    /// <summary>Makes code visible at its executable address, where the processor does not by itself; takes both and the bytes.</summary>
    private readonly delegate* unmanaged<byte*, byte*, nuint, void> _publish;

    /// <summary>From here on no code was ever written.</summary>
    private int _usedEnd;

    private CodeArena(byte* writable, byte* executable)
    {
        _writable = writable;
        _executable = executable;
        int used = 0;
        if (RuntimeInformation.ProcessArchitecture == Architecture.Arm64)
        {
            Arm64InstructionCache.EmitRoutine(_writable);
            _publish = (delegate* unmanaged<byte*, byte*, nuint, void>)_executable;
            used = Arm64InstructionCache.MaxBytes;
        }

        _free.Add(used, CapacityBytes - used);
    }

    /// <summary>The process's arena; null where the system does not allow executable memory.</summary>
    internal static CodeArena? Shared { get; } = TryCreate();

    /// <summary>Bytes in use.</summary>
    internal long UsedBytes
    {
        get
        {
            lock (_lock)
                return CapacityBytes - _free.Values.Sum(length => (long)length);
        }
    }

    /// <summary>Copies code into the arena.</summary>
    /// <returns>Its range, or null when there is no room.</returns>
    internal CodeRange? TryAdd(ReadOnlySpan<byte> code)
    {
        int bytes = (code.Length + AlignmentBytes - 1) & -AlignmentBytes;
        lock (_lock)
        {
            foreach ((int offset, int length) in _free)
            {
                if (length < bytes)
                    continue;
                _free.Remove(offset);
                if (length > bytes)
                    _free.Add(offset + bytes, length - bytes);
                code.CopyTo(new Span<byte>(_writable + offset, bytes));
                Publish(offset, bytes);
                return new CodeRange(_executable + offset, offset, bytes);
            }
        }

        return null;
    }

    private void Publish(int offset, int bytes)
    {
        if (_publish != null)
            _publish(_writable + offset, _executable + offset, (nuint)bytes);
        // Other cores may have fetched what was there: older code on x86-64, on ARM64 even what nobody ever ran. The interrupt
        // that this sends them ends it.
        if (_publish != null || offset < _usedEnd)
            Interlocked.MemoryBarrierProcessWide();
        _usedEnd = Math.Max(_usedEnd, offset + bytes);
    }

    /// <summary>Gives a range back. Nobody may run its code any more.</summary>
    internal void Free(CodeRange range)
    {
        lock (_lock)
        {
            // Whatever would run it nevertheless stops at once: int3 on x86-64, udf on ARM64.
            byte trap = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? (byte)0 : (byte)0xcc;
            new Span<byte>(_writable + range.Offset, range.Bytes).Fill(trap);
            (int offset, int bytes) = (range.Offset, range.Bytes);
            if (_free.Remove(offset + bytes, out int following))
                bytes += following;
            foreach ((int start, int length) in _free)
            {
                if (start + length != offset)
                    continue;
                _free.Remove(start);
                (offset, bytes) = (start, length + bytes);
                break;
            }

            _free.Add(offset, bytes);
        }
    }

    private static CodeArena? TryCreate()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        int file = CreateMemoryFile("velox-bpf-code", CloseOnExec);
        if (file < 0)
            return null;
        try
        {
            if (SetLength(file, CapacityBytes) != 0)
                return null;
            void* writable = Map(null, CapacityBytes, ProtRead | ProtWrite, MapShared, file, 0);
            void* executable = Map(null, CapacityBytes, ProtRead | ProtExecute, MapShared, file, 0);
            return (nint)writable == -1 || (nint)executable == -1 ? null : new CodeArena((byte*)writable, (byte*)executable);
        }
        finally
        {
            _ = Close(file); // the mappings keep the file
        }
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateMemoryFile(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "ftruncate")]
    private static partial int SetLength(int file, long length);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}

/// <summary>A program's code in the arena.</summary>
internal readonly unsafe record struct CodeRange(nint ExecutableAddress, int Offset, int Bytes)
{
    internal CodeRange(byte* executable, int offset, int bytes)
        : this((nint)executable, offset, bytes)
    {
    }
}
