using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Velox.Primitives;

/// <summary>A bounded first-in first-out queue without locks, for one producing and one consuming thread.</summary>
/// <typeparam name="T">An item; a slot that holds references is cleared as soon as it is read.</typeparam>
/// <remarks>
/// <para>Nothing blocks and nothing allocates after construction. A full ring refuses the item: the producer decides what
/// to do with it. The writes belong to the producer, the reads to the consumer; <see cref="Count"/> and
/// <see cref="Capacity"/> to anyone.</para>
/// <para>An item is seen by the consumer with everything that the producer did before it wrote it, and a slot is filled
/// again only after the consumer is done with it (release and acquire on both sides' positions).</para>
/// <para>The consumer gives slots back a quarter of the ring at a time, and whenever it has read all that it knew of: so
/// the two sides seldom wait for each other's cache line. While it is in between, the producer may find the ring full up to
/// a quarter of its capacity early (never with less than 8 slots).</para>
/// <para>An item can be read as soon as its write has returned. A read that follows a flow of items closely, having just read
/// the last of several, pauses for about 0.3 us before it looks again, so that the next ones come together: many times the
/// throughput. It does not after a single item, nor in a ring of less than 32 slots.</para>
/// <example>
/// <code>
/// var ring = new SpscRing&lt;long&gt;(1024);
/// // producer
/// while (!ring.TryWrite(42)) Thread.Yield();
/// // consumer
/// if (ring.TryRead(out long item)) Handle(item);
/// // in place, many at once
/// Span&lt;long&gt; free = ring.Reserve(16);
/// for (int i = 0; i &lt; free.Length; i++) free[i] = i;
/// ring.Publish(free.Length);
/// </code>
/// </example>
/// </remarks>
public sealed unsafe class SpscRing<T> : IRing<T>
{
    /// <summary>The largest capacity, in items.</summary>
    public const int MaxCapacity = RingMemory.MaxCapacity;

    private readonly SpscRingCore<T, HardwareModel> _core;

    // The core holds addresses into these. Every method keeps this object alive to its end, and so them.
    [SuppressMessage("CodeQuality", "IDE0052", Justification = "Keeps memory alive.")]
    private readonly object _positionsOwner;

    [SuppressMessage("CodeQuality", "IDE0052", Justification = "Keeps memory alive.")]
    private readonly object _slotsOwner;

    /// <param name="capacity">Items the ring holds: a power of two, 1 to <see cref="MaxCapacity"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not such a number, or the items take more than 2 GiB.</exception>
    public SpscRing(int capacity)
    {
        RingMemory.CheckCapacity(capacity, least: 1);
        _positionsOwner = RingMemory.Allocate(RingPositions.Bytes, out byte* positions);
        RingSlots<T> slots = RingSlots<T>.Allocate(capacity, out _slotsOwner);
        _core = new SpscRingCore<T, HardwareModel>(new RingPositions(positions), slots);
    }

    public int Capacity => _core.Capacity;

    /// <summary>Items in the ring; exact when neither side moves, otherwise a value it had about now.</summary>
    public int Count
    {
        get
        {
            int count = _core.Count;
            GC.KeepAlive(this);
            return count;
        }
    }

    static bool IRing<T>.ProducerMayRead => false;

    /// <summary>Appends an item, or returns false when the ring is full. Producer only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWrite(in T item)
    {
        bool isWritten = _core.TryWrite(in item);
        GC.KeepAlive(this);
        return isWritten;
    }

    /// <summary>Appends as many of the items as there is room for, in order; returns how many. Producer only.</summary>
    public int TryWrite(ReadOnlySpan<T> items)
    {
        int count = _core.TryWrite(items);
        GC.KeepAlive(this);
        return count;
    }

    /// <summary>Free slots to fill in place, at most so many, fewer at the ring's end; empty when it is full. Producer only.</summary>
    /// <remarks>Without references they hold what they held before. The consumer sees them after <see cref="Publish"/>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public Span<T> Reserve(int maxCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxCount);
        Span<T> slots = _core.Reserve(maxCount);
        GC.KeepAlive(this);
        return slots;
    }

    /// <summary>Appends the first so many of the slots that <see cref="Reserve"/> gave. Producer only.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many free slots, or the count is negative.</exception>
    public void Publish(int count)
    {
        _core.Publish(count);
        GC.KeepAlive(this);
    }

    /// <summary>Takes the oldest item, or returns false when the ring is empty. Consumer only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRead(out T item)
    {
        bool isRead = _core.TryRead(out item);
        GC.KeepAlive(this);
        return isRead;
    }

    /// <summary>Takes as many of the oldest items as fit, in order; returns how many. Consumer only.</summary>
    public int TryRead(Span<T> items)
    {
        int count = _core.TryRead(items);
        GC.KeepAlive(this);
        return count;
    }

    /// <summary>The oldest items in place, at most so many, fewer at the ring's end; empty when there are none. Consumer only.</summary>
    /// <remarks>They stay until <see cref="Advance"/>, and must not be touched after it.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public ReadOnlySpan<T> Peek(int maxCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxCount);
        ReadOnlySpan<T> items = _core.Peek(maxCount);
        GC.KeepAlive(this);
        return items;
    }

    /// <summary>Removes the first so many of the items that <see cref="Peek"/> gave. Consumer only.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many items, or the count is negative.</exception>
    public void Advance(int count)
    {
        _core.Advance(count);
        GC.KeepAlive(this);
    }
}
