using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Svm;

/// <summary>Where one worker writes outcomes of transactions, one behind the other: nothing is allocated for each.</summary>
/// <remarks>
/// Memory comes in chunks, each twice as large as the one before, so that a small block keeps little. A chunk lasts as long as
/// somebody holds a record in it. Used by one thread at a time.
/// </remarks>
internal sealed class RecordArena
{
    private const int FirstChunkBytes = 4 * 1024;

    /// <summary>Bytes of the largest chunks: some tens of records. A record that is larger gets one of its own.</summary>
    /// <remarks>
    /// Less than 85,000: .NET collects larger arrays only with all other memory, and so often that a block's records would have every
    /// account of the state looked at every few blocks.
    /// </remarks>
    private const int LargestChunkBytes = 64 * 1024;

    private byte[] _chunk = [];
    private int _end;
    private ulong _slot;

    /// <summary>Room for a record of so many bytes.</summary>
    /// <param name="bytes">Of the whole record.</param>
    /// <param name="slot">Of its block: blocks share no chunk.</param>
    internal RecordPlace Take(int bytes, ulong slot)
    {
        if (slot != _slot)
        {
            _slot = slot;
            _chunk = [];
            _end = 0;
        }

        if (bytes > _chunk.Length - _end)
        {
            // Not cleared: a record is written whole before anybody reads it.
            int chunkBytes = Math.Clamp(2 * _chunk.Length, FirstChunkBytes, LargestChunkBytes);
            if (bytes > chunkBytes)
                return new RecordPlace(GC.AllocateUninitializedArray<byte>(bytes), 0);
            _chunk = GC.AllocateUninitializedArray<byte>(chunkBytes);
            _end = 0;
        }

        var place = new RecordPlace(_chunk, _end);
        _end += bytes;
        return place;
    }
}

/// <summary>Writes the parts of one record into its place, in the order of <see cref="RecordHeader"/>.</summary>
internal ref struct RecordWriter(RecordPlace place, int length)
{
    private Span<byte> _rest = place.Memory.AsSpan(place.Offset, length);

    /// <summary>The next part, to be written in place.</summary>
    internal ref T Take<T>()
        where T : unmanaged
    {
        ref T part = ref MemoryMarshal.AsRef<T>(_rest);
        _rest = _rest[Unsafe.SizeOf<T>()..];
        return ref part;
    }

    internal void Write<T>(ReadOnlySpan<T> values)
        where T : unmanaged => Write(MemoryMarshal.AsBytes(values));

    internal void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_rest);
        _rest = _rest[bytes.Length..];
    }
}
