using System.Diagnostics.CodeAnalysis;

namespace Velox.Primitives;

/// <summary>What <see cref="MpscRing{T}"/> and <see cref="MpmcRing{T}"/> have in common: all but the reading.</summary>
/// <remarks>
/// <para>Nothing blocks and nothing allocates after construction. A full ring refuses the item, an empty one gives none:
/// the caller decides what to do. "Full" and "empty" are what the calling thread saw; another may have changed it since.</para>
/// <para>Items of one producer come out in its order; those of several in the order in which they took their positions. An
/// item is seen with everything that its producer did before it wrote it. A producer that the system stops in the middle of a
/// write holds up the items after its own.</para>
/// </remarks>
/// <typeparam name="T">An item; a slot that holds references is cleared as soon as it is read.</typeparam>
public abstract unsafe class SequencedRing<T>
{
    /// <summary>The largest capacity, in items.</summary>
    public const int MaxCapacity = RingMemory.MaxCapacity;

    // The core holds addresses into these. Every method keeps this object alive to its end, and so them.
    [SuppressMessage("CodeQuality", "IDE0052", Justification = "Keeps memory alive.")]
    private readonly object _endsOwner;

    [SuppressMessage("CodeQuality", "IDE0052", Justification = "Keeps memory alive.")]
    private readonly object _slotsOwner;

    private protected SequencedRing(int capacity)
    {
        RingMemory.CheckCapacity(capacity, least: 2);
        _endsOwner = RingMemory.Allocate(sizeof(RingEnds), out byte* ends);
        RingSlots<SequencedSlot<T>> slots = RingSlots<SequencedSlot<T>>.Allocate(capacity, out _slotsOwner);
        Core = new SequencedRingCore<T, HardwareModel>((RingEnds*)ends, slots);
    }

    public int Capacity => Core.Capacity;

    /// <summary>Items in the ring; exact when nobody moves, otherwise a value it had about now.</summary>
    public int Count
    {
        get
        {
            int count = Core.Count;
            GC.KeepAlive(this);
            return count;
        }
    }

    private protected SequencedRingCore<T, HardwareModel> Core { get; }

    /// <summary>Appends an item, or returns false when the ring is full. Any thread.</summary>
    public bool TryWrite(in T item)
    {
        bool isWritten = Core.TryWrite(in item);
        GC.KeepAlive(this);
        return isWritten;
    }
}
