using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>
/// The bytes of a market as header and nodes: every index is checked, and in tracked memory every write is noted.
/// </summary>
/// <remarks>
/// Unsafe: the base address is that of a pinned array or of native memory, which the slab keeps alive, and the capacities
/// were validated against the length of that memory before. So an index below its capacity cannot leave it, whatever the
/// bytes say.
/// </remarks>
internal readonly unsafe struct Slab
{
    private readonly byte* _base;

    // Null for memory that nobody undoes or hashes.
    private readonly TrackedMemory? _tracked;

    // Keeps the memory behind the address from being collected. Never looked at otherwise.
    private readonly object _owner;
    private readonly int _length;
    private readonly uint _seatCapacity;
    private readonly uint _blockCapacity;
    private readonly uint _orderCapacity;
    private readonly uint _bucketCapacity;

    /// <summary>Which copy of the operations on plain orders is made for this market.</summary>
    internal readonly BookKind Kind;

    // Where number 0 would stand: so that base + number * size needs no subtraction.
    private readonly byte* _blocks;
    private readonly byte* _levels;
    private readonly byte* _orders;
    private readonly byte* _extras;
    private readonly byte* _buckets;

    internal Slab(TrackedMemory memory)
        : this(memory.PinnedAddress(out object owner), memory.Length, owner)
    {
        _tracked = memory;
        Kind = BookKind.Any;
    }

    /// <param name="memory">Kept alive.</param>
    /// <param name="bytes">The market's part of it, from its header on.</param>
    internal Slab(NativeRegion memory, ReadOnlySpan<byte> bytes)
        : this((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes)), bytes.Length, memory)
    {
    }

    /// <summary>The capacities in the header must have been validated against the length of the memory.</summary>
    private Slab(byte* address, int length, object owner)
    {
        ref readonly MarketHeader header = ref *(MarketHeader*)address;
        _base = address;
        _length = length;
        _owner = owner;
        _seatCapacity = header.SeatCapacity;
        _blockCapacity = header.BlockCapacity;
        _orderCapacity = header.OrderCapacity;
        _bucketCapacity = MarketLayout.BucketCapacity(_orderCapacity);
        Kind = header.IsMatchingOnly ? BookKind.NativeMatching : BookKind.Native;

        _blocks = address + MarketLayout.BlockOffset(_seatCapacity) - MarketLayout.BlockBytes;
        _levels = address + MarketLayout.LevelOffset(_blockCapacity, _seatCapacity) - (MarketLayout.BlockTicks * MarketLayout.LevelBytes);
        _orders = address + MarketLayout.OrderOffset(_blockCapacity, _seatCapacity) - MarketLayout.OrderBytes;
        _extras = address + MarketLayout.ExtraOffset(_orderCapacity, _blockCapacity, _seatCapacity) - MarketLayout.ExtraBytes;
        _buckets = address + MarketLayout.BucketOffset(_orderCapacity, _blockCapacity, _seatCapacity);
    }

    internal ReadOnlySpan<byte> Bytes => new(_base, _length);

    internal int Length => _length;

    internal uint SeatCapacity => _seatCapacity;

    internal uint BlockCapacity => _blockCapacity;

    internal uint OrderCapacity => _orderCapacity;

    internal uint BucketCapacity => _bucketCapacity;

    internal ref readonly MarketHeader ReadHeader() => ref *(MarketHeader*)_base;

    internal ref MarketHeader WriteHeader() => ref Written<MarketHeader>(_base);

    internal ref readonly SeatNode ReadSeat(uint seat) => ref *(SeatNode*)SeatAddress(seat);

    internal ref SeatNode WriteSeat(uint seat) => ref Written<SeatNode>(SeatAddress(seat));

    internal ref readonly PriceBlock ReadBlock(uint link) => ref *(PriceBlock*)BlockAddress(link);

    internal ref PriceBlock WriteBlock(uint link) => ref Written<PriceBlock>(BlockAddress(link));

    internal ref readonly PriceLevel ReadLevel(uint level) => ref *(PriceLevel*)LevelAddress(level);

    internal ref PriceLevel WriteLevel(uint level) => ref Written<PriceLevel>(LevelAddress(level));

    internal ref readonly OrderNode ReadOrder(uint link) => ref *(OrderNode*)OrderAddress(link);

    internal ref OrderNode WriteOrder(uint link) => ref Written<OrderNode>(OrderAddress(link));

    internal ref readonly OrderExtra ReadExtra(uint link) => ref *(OrderExtra*)ExtraAddress(link);

    internal ref OrderExtra WriteExtra(uint link) => ref Written<OrderExtra>(ExtraAddress(link));

    internal ref readonly IndexBucket ReadBucket(uint bucket) => ref *(IndexBucket*)BucketAddress(bucket);

    internal ref IndexBucket WriteBucket(uint bucket) => ref Written<IndexBucket>(BucketAddress(bucket));

    // The same as pointers, for code that notes its writes itself.
    internal MarketHeader* Header => (MarketHeader*)_base;

    internal SeatNode* Seat(uint seat) => (SeatNode*)SeatAddress(seat);

    internal PriceBlock* Block(uint link) => (PriceBlock*)BlockAddress(link);

    internal PriceLevel* Level(uint level) => (PriceLevel*)LevelAddress(level);

    internal OrderNode* Order(uint link) => (OrderNode*)OrderAddress(link);

    internal IndexBucket* Bucket(uint bucket) => (IndexBucket*)BucketAddress(bucket);

    /// <summary>Notes that bytes are about to be written, where anybody wants to know.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Writes<TMode>(void* address, int count)
        where TMode : struct, IBookMode
    {
        if (TMode.MayBeTracked && _tracked is not null)
            Note((byte*)address, count);
    }

    /// <summary>
    /// The link field that leads from a neighbour to what stands behind it in a queue: of an order, or of the queue's end when
    /// there is no neighbour. Chosen without a branch, which would be a coin toss.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal uint* LinkField(uint link, int offset, uint* end)
    {
        if (link > _orderCapacity)
            ThrowCorrupt("A link to an order is above the order capacity.");
        uint* field = (uint*)(_orders + ((nuint)link * MarketLayout.OrderBytes) + offset);
        return link == 0 ? end : field;
    }

    // Addresses for prefetching: of what an index names, or null when it names nothing. They are never read through.
    internal byte* OrderLine(uint link) => link - 1 < _orderCapacity ? _orders + ((nuint)link * MarketLayout.OrderBytes) : null;

    // Not looked at in any way, so that a wrong link is as good as a right one.
    internal byte* NeighbourLine(uint link) => _orders + ((nuint)link * MarketLayout.OrderBytes);

    internal byte* LevelLine(uint level) =>
        (level / MarketLayout.BlockTicks) - 1 < _blockCapacity ? _levels + ((nuint)level * MarketLayout.LevelBytes) : null;

    internal byte* SeatLine(uint seat) =>
        seat < _seatCapacity ? _base + MarketLayout.HeaderBytes + ((nuint)seat * MarketLayout.SeatBytes) : null;

    internal byte* BucketLine(uint bucket) => bucket < _bucketCapacity ? _buckets + ((nuint)bucket * MarketLayout.BucketBytes) : null;

    internal static bool HasFreeOrder(in MarketHeader header) =>
        header.FreeOrder != 0 || header.UsedOrders < header.OrderCapacity;

    internal static bool HasFreeBlock(in MarketHeader header) =>
        header.FreeBlock != 0 || header.UsedBlocks < header.BlockCapacity;

    /// <summary>How many order nodes are free, or a number at which to stop counting.</summary>
    internal static uint FreeOrders(in Slab slab, in MarketHeader header, uint atMost)
    {
        uint count = Math.Min(atMost, header.OrderCapacity - header.UsedOrders);
        for (uint link = header.FreeOrder; link != 0 && count < atMost; count++)
            link = slab.ReadOrder(link).Next;
        return count;
    }

    /// <summary>How many blocks are free, or a number at which to stop counting.</summary>
    internal static uint FreeBlocks(in Slab slab, in MarketHeader header, uint atMost)
    {
        uint count = Math.Min(atMost, header.BlockCapacity - header.UsedBlocks);
        for (uint link = header.FreeBlock; link != 0 && count < atMost; count++)
            link = slab.ReadBlock(link).Higher;
        return count;
    }

    /// <summary>
    /// Takes a block, freed ones first. The caller has checked that there is one and overwrites it wholly.
    /// </summary>
    internal uint TakeBlock(ref MarketHeader header)
    {
        uint link = header.FreeBlock;
        if (link == 0)
            return ++header.UsedBlocks;
        header.FreeBlock = ReadBlock(link).Higher;
        return link;
    }

    internal void FreeBlock(ref MarketHeader header, uint link)
    {
        ref PriceBlock block = ref WriteBlock(link);
        block = default;
        block.Higher = header.FreeBlock;
        header.FreeBlock = link;
    }

    [DoesNotReturn]
    internal static void ThrowCorrupt(string what) => throw new CorruptMarketException(what);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref T Written<T>(byte* address)
        where T : unmanaged
    {
        if (_tracked is not null)
            Note(address, sizeof(T));
        return ref *(T*)address;
    }

    // Not inlined: it would fill every operation with code that untracked memory never runs.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Note(byte* address, int count) => _tracked!.NoteWrite((int)(address - _base), count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* SeatAddress(uint seat)
    {
        if (seat >= _seatCapacity)
            ThrowCorrupt("A seat index is above the seat capacity.");
        return _base + MarketLayout.HeaderBytes + ((nuint)seat * MarketLayout.SeatBytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* BlockAddress(uint link)
    {
        // One comparison for both ends: link 0 wraps around to the highest number.
        if (link - 1 >= _blockCapacity)
            ThrowCorrupt("A link to a block is 0 or above the block capacity.");
        return _blocks + ((nuint)link * MarketLayout.BlockBytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* LevelAddress(uint level)
    {
        if ((level / MarketLayout.BlockTicks) - 1 >= _blockCapacity)
            ThrowCorrupt("A level number is 0 or above the block capacity.");
        return _levels + ((nuint)level * MarketLayout.LevelBytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* OrderAddress(uint link)
    {
        if (link - 1 >= _orderCapacity)
            ThrowCorrupt("A link to an order is 0 or above the order capacity.");
        return _orders + ((nuint)link * MarketLayout.OrderBytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* ExtraAddress(uint link)
    {
        if (link - 1 >= _orderCapacity)
            ThrowCorrupt("A link to an order's extra is 0 or above the order capacity.");
        return _extras + ((nuint)link * MarketLayout.ExtraBytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* BucketAddress(uint bucket)
    {
        if (bucket >= _bucketCapacity)
            ThrowCorrupt("A bucket is above the bucket capacity.");
        return _buckets + ((nuint)bucket * MarketLayout.BucketBytes);
    }
}
