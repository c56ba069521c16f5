using System.Runtime.InteropServices;

namespace Velox.Primitives;

/// <summary>What came of giving a slab back.</summary>
public enum SlabRelease
{
    /// <summary>It is free.</summary>
    Released,

    /// <summary>No slab has that number: nothing was done.</summary>
    ForeignIndex,

    /// <summary>It was free already: nothing was done. Found in checked mode only.</summary>
    DoubleFree,
}

/// <summary>A fixed number of slabs of one size in native memory, handed out by number.</summary>
/// <remarks>
/// <para>
/// Any thread allocates and releases, lock-free (<see cref="IndexFreeList"/>). At the capacity an allocation fails and is
/// counted. A slab's bytes are zero the first time and afterwards what its last owner left, or in checked mode
/// <see cref="PoisonByte"/>, which shows who uses what was released. Pages are touched when their first slab is handed out.
/// </para>
/// <para>
/// Ordering: what was written into a slab before its release is visible to the thread that allocates it next. Who uses a
/// number after releasing it, or an address after <see cref="Dispose"/>, uses somebody else's memory.
/// </para>
/// <code>
/// using var slabs = new SlabAllocator(slabBytes: 64, capacity: 1_000_000);
/// if (!slabs.TryAllocate(out int order)) return Reject.NoMemory;
/// slabs.Get&lt;Order&gt;(order).Price = 5;
/// slabs.Release(order);
/// </code>
/// </remarks>
public sealed unsafe class SlabAllocator : IDisposable
{
    /// <summary>Most slabs of one allocator.</summary>
    public const int MaxCapacity = IndexFreeList.MaxCapacity;

    /// <summary>Most bytes of one slab.</summary>
    public const int MaxSlabBytes = 1 << 20;

    /// <summary>What a released slab is filled with in checked mode.</summary>
    public const byte PoisonByte = 0xdd;

    private const int SlabAlignmentBytes = 16;

    private readonly NativeRegion _region;
    private readonly byte* _slabs;
    private readonly IndexFreeList _free;
    private readonly int[]? _isAllocated;
    private PaddedCounters _counters;

    /// <param name="slabBytes">1 to <see cref="MaxSlabBytes"/>; rounded up to a multiple of 16, or of 64 from 64 on.</param>
    /// <param name="capacity">Slabs, 1 to <see cref="MaxCapacity"/>.</param>
    /// <param name="isChecked">Whether a slab that is released twice is found, and released slabs are poisoned: for tests, and
    /// where one more exchange and a fill do not matter.</param>
    /// <param name="placement">Huge pages, node, touching; its size does not count.</param>
    /// <exception cref="InsufficientMemoryException"/>
    public SlabAllocator(int slabBytes, int capacity, bool isChecked = false, NativeRegionOptions? placement = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(slabBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slabBytes, MaxSlabBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, MaxCapacity);
        int alignment = slabBytes >= 64 ? 64 : SlabAlignmentBytes;
        SlabBytes = (slabBytes + alignment - 1) & -alignment;
        Capacity = capacity;
        long bytes = (long)SlabBytes * capacity;
        _region = new NativeRegion((placement ?? new NativeRegionOptions(bytes)) with { Bytes = bytes });
        _slabs = _region.Address;
        _free = new IndexFreeList(capacity);
        _isAllocated = isChecked ? new int[capacity] : null;
    }

    /// <summary>Bytes from one slab to the next.</summary>
    public int SlabBytes { get; }

    public int Capacity { get; }

    /// <summary>Slabs that were handed out so far.</summary>
    public long Allocations => Volatile.Read(ref _counters.Allocations);

    /// <summary>Allocations that found no free slab.</summary>
    public long Failures => Volatile.Read(ref _counters.Failures);

    /// <summary>Slabs that are handed out now; while others work, as of some moment of the call.</summary>
    public int InUse
    {
        get
        {
            // The releases first: each has its allocation before it, so the difference is not below zero.
            long releases = Volatile.Read(ref _counters.Releases);
            return (int)Math.Min(Capacity, Volatile.Read(ref _counters.Allocations) - releases);
        }
    }

    /// <summary>What the system granted of the placement.</summary>
    public IReadOnlyList<HostGrant> Grants => _region.Grants;

    /// <summary>Takes a free slab.</summary>
    /// <returns>False at the capacity.</returns>
    public bool TryAllocate(out int index)
    {
        if (!_free.TryPop(out index) && !TryTakeFresh(out index))
        {
            Interlocked.Increment(ref _counters.Failures);
            return false;
        }

        Interlocked.Increment(ref _counters.Allocations);
        if (_isAllocated is { } isAllocated)
            Volatile.Write(ref isAllocated[index], 1); // ours alone: the free list orders it
        return true;
    }

    /// <summary>Gives a slab back.</summary>
    public SlabRelease Release(int index)
    {
        if ((uint)index >= (uint)Volatile.Read(ref _counters.Fresh))
            return SlabRelease.ForeignIndex; // also one that was never handed out
        if (_isAllocated is { } isAllocated)
        {
            // Of two threads that release one slab the exchange lets one through; the slab is its own until the push.
            if (Interlocked.Exchange(ref isAllocated[index], 0) == 0)
                return SlabRelease.DoubleFree;
            new Span<byte>(Address(index), SlabBytes).Fill(PoisonByte);
        }

        // Counted before it is free: its next allocation is counted after.
        Interlocked.Increment(ref _counters.Releases);
        _free.Push(index);
        return SlabRelease.Released;
    }

    /// <summary>A slab as a value; valid as <see cref="Address"/> is.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No slab has that number, or the value is larger than one.</exception>
    public ref T Get<T>(int index)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sizeof(T), SlabBytes, nameof(T));
        return ref *(T*)Address(index);
    }

    /// <summary>The first byte of a slab; valid as long as somebody holds the allocator and has not disposed of it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No slab has that number.</exception>
    public byte* Address(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Capacity, nameof(index));
        return _slabs + ((long)index * SlabBytes);
    }

    /// <summary>Frees all memory. Nobody may use the allocator or a slab during and after it.</summary>
    public void Dispose() => _region.Dispose();

    /// <summary>A slab that was never handed out: so the start writes no links, and touches no page.</summary>
    private bool TryTakeFresh(out int index)
    {
        index = Volatile.Read(ref _counters.Fresh);
        while (index < Capacity)
        {
            // Full barrier; nothing is published by it: a fresh slab is all zeros.
            int found = Interlocked.CompareExchange(ref _counters.Fresh, index + 1, index);
            if (found == index)
                return true;
            index = found;
        }

        // One may have been released since the free list was found empty.
        return _free.TryPop(out index);
    }

    // Each on its own 128 bytes, away from what stands next to the allocator.
    [StructLayout(LayoutKind.Explicit, Size = 5 * 128)]
    private struct PaddedCounters
    {
        [FieldOffset(128)]
        internal long Allocations;

        [FieldOffset(128 + 8)]
        internal long Failures;

        [FieldOffset(256)]
        internal long Releases;

        [FieldOffset(384)]
        internal int Fresh;
    }
}
