using System.Diagnostics.CodeAnalysis;

namespace Velox.Primitives;

/// <summary>A bounded first-in first-out queue without locks, for many producing threads and many consuming threads.</summary>
/// <typeparam name="T">An item; a slot that holds references is cleared as soon as it is read.</typeparam>
/// <remarks>
/// <para>Nothing blocks and nothing allocates after construction. A full ring refuses the item, an empty one gives none:
/// the caller decides what to do. "Full" and "empty" are what the calling thread saw; another may have changed it since.</para>
/// <para>Items of one producer come out in its order; those of several in the order in which they took their positions. An
/// item is seen with everything that its producer did before it wrote it. A producer that the system stops in the middle of a
/// write holds up the items after its own.</para>
/// <example>
/// <code>
/// var ring = new MpmcRing&lt;long&gt;(1024);
/// bool isWritten = ring.TryWrite(42); // any thread
/// if (ring.TryRead(out long item)) Handle(item); // any thread
/// </code>
/// </example>
/// </remarks>
public sealed unsafe class MpmcRing<T> : IRing<T>
{
    /// <summary>The largest capacity, in items.</summary>
    public const int MaxCapacity = RingMemory.MaxCapacity;

    private readonly SequencedRingCore<T, HardwareModel> _core;

    // The core holds addresses into these. Every method keeps this object alive to its end, and so them.
    [SuppressMessage("CodeQuality", "IDE0052", Justification = "Keeps memory alive.")]
    private readonly object _endsOwner;

    [SuppressMessage("CodeQuality", "IDE0052", Justification = "Keeps memory alive.")]
    private readonly object _slotsOwner;

    /// <param name="capacity">Items the ring holds: a power of two, 2 to <see cref="MaxCapacity"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not such a number, or the items take more than 2 GiB.</exception>
    public MpmcRing(int capacity)
    {
        RingMemory.CheckCapacity(capacity, least: 2);
        _endsOwner = RingMemory.Allocate(sizeof(RingEnds), out byte* ends);
        RingSlots<SequencedSlot<T>> slots = RingSlots<SequencedSlot<T>>.Allocate(capacity, out _slotsOwner);
        _core = new SequencedRingCore<T, HardwareModel>((RingEnds*)ends, slots);
    }

    public int Capacity => _core.Capacity;

    /// <summary>Items in the ring; exact when nobody moves, otherwise a value it had about now.</summary>
    public int Count
    {
        get
        {
            int count = _core.Count;
            GC.KeepAlive(this);
            return count;
        }
    }

    static bool IRing<T>.ProducerMayRead => true;

    /// <summary>Appends an item, or returns false when the ring is full. Any thread.</summary>
    public bool TryWrite(in T item)
    {
        bool isWritten = _core.TryWrite(in item);
        GC.KeepAlive(this);
        return isWritten;
    }

    /// <summary>Takes the oldest item, or returns false when the ring is empty. Any thread.</summary>
    public bool TryRead(out T item)
    {
        bool isRead = _core.TryRead(out item);
        GC.KeepAlive(this);
        return isRead;
    }
}
