using System.Runtime.InteropServices;

namespace Velox.Gateway;

/// <summary>Equal buffers that the kernel takes one by one for what it receives, and that are given back when they are read.</summary>
/// <remarks>
/// A ring of its own in memory that the kernel reads: this side fills entries and releases the tail, the kernel keeps its
/// position to itself. There are as many entries as buffers, so there is room for each that comes back. One thread.
/// <para>Unsafe: a number from the kernel is checked before it becomes an address. To be disposed of after the ring it is registered
/// with: a closed ring writes into no buffer any more.</para>
/// </remarks>
internal sealed unsafe class ProvidedBuffers : IDisposable
{
    private readonly int _count;
    private readonly int _roomBytes;
    private readonly int _strideBytes;
    private ProvidedBuffer* _ring;
    private byte* _memory;
    private ushort _tail;

    /// <param name="ring">Where they are registered.</param>
    /// <param name="group">The number that requests name them by.</param>
    /// <param name="count">How many: a power of two, up to 32,768.</param>
    /// <param name="roomBytes">How much the kernel may write into one.</param>
    /// <param name="strideBytes">From one buffer to the next, at least as much.</param>
    /// <exception cref="IOException">The kernel does not have such rings.</exception>
    internal ProvidedBuffers(IoUring ring, ushort group, int count, int roomBytes, int strideBytes)
    {
        (_count, _roomBytes, _strideBytes) = (count, roomBytes, strideBytes);
        _memory = (byte*)NativeMemory.AllocZeroed((nuint)count, (nuint)strideBytes);
        // Of whole pages, as the kernel maps it too.
        nuint ringBytes = (nuint)(count * sizeof(ProvidedBuffer));
        _ring = (ProvidedBuffer*)NativeMemory.AlignedAlloc(ringBytes, (nuint)Environment.SystemPageSize);
        NativeMemory.Clear(_ring, ringBytes);
        var registration = new BufferRingRegistration { Address = (ulong)_ring, Entries = (uint)count, Group = group };
        try
        {
            ring.Register(UringAbi.RegisterBufferRing, &registration, 1);
        }
        catch
        {
            Dispose();
            throw;
        }

        for (int i = 0; i < count; i++)
            Add((ushort)i);
        Publish();
    }

    /// <summary>What the kernel has put into a buffer.</summary>
    /// <exception cref="IOException">There is no such buffer, or it is shorter: the kernel's word is not taken.</exception>
    internal ReadOnlySpan<byte> this[int number, int bytes] => (uint)number < (uint)_count && (uint)bytes <= (uint)_roomBytes
        ? new ReadOnlySpan<byte>(_memory + (number * _strideBytes), bytes)
        : throw new IOException($"io_uring: {bytes} bytes in buffer {number} of {_count}");

    /// <summary>Puts a buffer back; the kernel sees it after <see cref="Publish"/>.</summary>
    internal void Add(ushort number)
    {
        ref ProvidedBuffer entry = ref _ring[_tail++ & (_count - 1)];
        // Field by field: the last two bytes of the first entry are the tail that the kernel goes by.
        entry.Address = (ulong)(_memory + (number * _strideBytes));
        entry.Length = (uint)_roomBytes;
        entry.Number = number;
    }

    /// <summary>Release: the kernel sees entries, and that their buffers are read, when it sees the tail.</summary>
    internal void Publish() => Volatile.Write(ref _ring->Tail, _tail);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_ring);
        NativeMemory.Free(_memory);
        _ring = null;
        _memory = null;
    }
}
