using System.Diagnostics.CodeAnalysis;

namespace Velox.Primitives;

/// <summary>What a read of a <see cref="BroadcastRing{T}"/> came to.</summary>
public enum BroadcastRead
{
    /// <summary>Nothing new.</summary>
    Empty,

    /// <summary>The next item.</summary>
    Item,

    /// <summary>The writer overran the reader: items are lost to it and counted. Read again to go on after the gap.</summary>
    Gap,
}

/// <summary>A ring that one thread writes without ever waiting, and many read, each at its own pace and seeing all items.</summary>
/// <typeparam name="T">An item, copied in words of 8 bytes.</typeparam>
/// <remarks>
/// <para>Readers do not touch what the writer touches: any number of them costs it nothing but cache traffic. A reader that
/// falls back by more than the capacity loses items, and learns how many; what it does get is whole and in order. It sees
/// an item with everything that the writer did before it wrote it.</para>
/// <para>Nothing allocates but the making of ring and readers.</para>
/// <example>
/// <code>
/// var ring = new BroadcastRing&lt;Fill&gt;(4096);
/// BroadcastReader&lt;Fill&gt; reader = ring.ReadFromNow();
/// ring.Write(fill);                             // the writer
/// while (reader.TryRead(out Fill fill) is BroadcastRead.Item) Show(fill);
/// </code>
/// </example>
/// </remarks>
public sealed unsafe class BroadcastRing<T>
    where T : unmanaged
{
    /// <summary>The largest capacity, in items.</summary>
    public const int MaxCapacity = RingMemory.MaxCapacity;

    private readonly BroadcastRingCore<T, HardwareModel> _core;

    [SuppressMessage("CodeQuality", "IDE0052", Justification = "Keeps memory alive.")]
    private readonly byte[] _owner;

    /// <param name="capacity">Items that a reader may be behind: a power of two, 2 to <see cref="MaxCapacity"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not such a number, or the items take more than 2 GiB.</exception>
    public BroadcastRing(int capacity)
    {
        RingMemory.CheckCapacity(capacity, least: 2);
        long slotBytes = BroadcastRingCore<T, HardwareModel>.SlotWords * sizeof(long);
        _owner = RingMemory.Allocate(RingMemory.AlignmentBytes + capacity * slotBytes, out byte* first);
        _core = new BroadcastRingCore<T, HardwareModel>((long*)first, (long*)(first + RingMemory.AlignmentBytes), capacity);
    }

    public int Capacity => _core.Capacity;

    /// <summary>Items written since the beginning.</summary>
    public long WrittenCount
    {
        get
        {
            long written = _core.Written;
            GC.KeepAlive(this);
            return written;
        }
    }

    /// <summary>Appends an item, over the oldest one when the ring is full. The writer only; it never waits.</summary>
    public void Write(in T item)
    {
        _core.Write(in item);
        GC.KeepAlive(this);
    }

    /// <summary>A reader of all items written from now on.</summary>
    public BroadcastReader<T> ReadFromNow() => new(this, WrittenCount);

    /// <summary>A reader of all items since the beginning; what is overwritten already counts as missed.</summary>
    public BroadcastReader<T> ReadFromStart() => new(this, 0);

    internal BroadcastRead TryRead(ref long cursor, out T item)
    {
        BroadcastRead result = _core.TryRead(ref cursor, out item);
        GC.KeepAlive(this);
        return result;
    }
}

/// <summary>One reader's place in a <see cref="BroadcastRing{T}"/>. Of one thread at a time.</summary>
public sealed class BroadcastReader<T>
    where T : unmanaged
{
    private readonly BroadcastRing<T> _ring;
    private long _cursor;

    internal BroadcastReader(BroadcastRing<T> ring, long cursor)
    {
        _ring = ring;
        _cursor = cursor;
    }

    /// <summary>Items read.</summary>
    public long ReadCount { get; private set; }

    /// <summary>Items lost because the writer overran this reader; exact.</summary>
    public long MissedCount { get; private set; }

    /// <summary>The next item; or nothing, as there is none or as there is a gap. Never waits.</summary>
    /// <param name="item">The item when the result is <see cref="BroadcastRead.Item"/>, otherwise meaningless.</param>
    public BroadcastRead TryRead(out T item)
    {
        long before = _cursor;
        BroadcastRead result = _ring.TryRead(ref _cursor, out item);
        if (result == BroadcastRead.Item)
            ReadCount++;
        else
            MissedCount += _cursor - before;
        return result;
    }
}
