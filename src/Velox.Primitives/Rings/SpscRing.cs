using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Primitives;

/// <summary>A bounded first-in first-out queue without locks, for one producing and one consuming thread.</summary>
/// <typeparam name="T">An item; a slot that holds references is cleared as soon as it is read.</typeparam>
/// <remarks>
/// Nothing blocks and nothing allocates after construction. A full ring refuses the item: the producer decides what to
/// do with it. <see cref="TryWrite"/> belongs to the producer, the reads belong to the consumer;
/// <see cref="Count"/> and <see cref="Capacity"/> belong to anyone.
/// </remarks>
public sealed class SpscRing<T>
{
    /// <summary>The largest capacity, in items.</summary>
    public const int MaxCapacity = 1 << 30;

    private readonly T[] _slots;
    private readonly int _mask;

    // Positions count items since the beginning and never wrap (a 63-bit count outlives the machine);
    // the slot of a position is its low bits.
    private RingPositions _positions;

    /// <param name="capacity">Items the ring holds: a power of two, 1 to <see cref="MaxCapacity"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not such a number.</exception>
    public SpscRing(int capacity)
    {
        if (capacity is < 1 or > MaxCapacity || !BitOperations.IsPow2(capacity))
        {
            throw new ArgumentOutOfRangeException(
                nameof(capacity), capacity, $"Capacity must be a power of two from 1 to {MaxCapacity}.");
        }

        _slots = new T[capacity];
        _mask = capacity - 1;
    }

    public int Capacity => _slots.Length;

    /// <summary>Items in the ring; exact when neither side moves, otherwise a value it had about now.</summary>
    public int Count
    {
        get
        {
            // Read first, written second: the difference cannot be negative, as the read position never passes the
            // written one. It may exceed the capacity when both moved in between, hence the bound.
            long read = Volatile.Read(ref _positions.Read);
            long written = Volatile.Read(ref _positions.Written);
            return (int)Math.Min(written - read, _slots.Length);
        }
    }

    /// <summary>Appends an item, or returns false when the ring is full. Producer only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWrite(in T item)
    {
        long written = _positions.Written;
        if (written - _positions.ReadAsSeenByProducer == _slots.Length && !HasRoomAfterRefresh(written))
            return false;

        Slot(written) = item;

        // Release: the slot is written before the position that makes it visible. It pairs with the acquire
        // in AvailableAfterRefresh.
        Volatile.Write(ref _positions.Written, written + 1);
        return true;
    }

    /// <summary>Takes the oldest item, or returns false when the ring is empty. Consumer only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRead(out T item)
    {
        long read = _positions.Read;
        if (read == _positions.WrittenAsSeenByConsumer && AvailableAfterRefresh(read) == 0)
        {
            item = default!;
            return false;
        }

        item = Take(read);

        // Release: the slot is read (and cleared) before the position that lets the producer overwrite it. It pairs
        // with the acquire in HasRoomAfterRefresh.
        Volatile.Write(ref _positions.Read, read + 1);
        return true;
    }

    /// <summary>Takes as many of the oldest items as fit, in order; returns how many. Consumer only.</summary>
    /// <remarks>The producer learns of the freed slots once per batch, which spares both sides cache misses.</remarks>
    public int TryRead(Span<T> items)
    {
        long read = _positions.Read;
        long available = _positions.WrittenAsSeenByConsumer - read;
        if (available < items.Length)
            available = AvailableAfterRefresh(read);

        int count = (int)Math.Min(available, items.Length);
        for (int i = 0; i < count; i++)
            items[i] = Take(read + i);

        // Release, as in the single read: all slots are read before any of them is given back.
        if (count > 0)
            Volatile.Write(ref _positions.Read, read + count);
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T Take(long position)
    {
        ref T slot = ref Slot(position);
        T item = slot;
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            slot = default!;
        return item;
    }

    // Unsafe: the mask is Length - 1 of an array whose length is a power of two, so the index is in bounds.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref T Slot(long position) =>
        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), (nint)(position & _mask));

    private bool HasRoomAfterRefresh(long written)
    {
        // Acquire: what follows (overwriting the slot) happens after the consumer's last use of it.
        long read = Volatile.Read(ref _positions.Read);
        _positions.ReadAsSeenByProducer = read;
        return written - read < _slots.Length;
    }

    private long AvailableAfterRefresh(long read)
    {
        // Acquire: what follows (reading slots) happens after the producer wrote them.
        long written = Volatile.Read(ref _positions.Written);
        _positions.WrittenAsSeenByConsumer = written;
        return written - read;
    }
}

/// <summary>The positions of both sides of a ring, each side on 128 bytes of its own.</summary>
/// <remarks>
/// 128 and not 64 bytes: processors fetch lines in neighbouring pairs. Each side keeps its copy of the other's position
/// beside its own, so that it touches the other's line only when that copy says full or empty.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 3 * 128)]
internal struct RingPositions
{
    [FieldOffset(128)]
    internal long Written;

    [FieldOffset(136)]
    internal long ReadAsSeenByProducer;

    [FieldOffset(256)]
    internal long Read;

    [FieldOffset(264)]
    internal long WrittenAsSeenByConsumer;
}
