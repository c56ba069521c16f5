using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>
/// The bytes of a market as header and nodes: every index is checked, every write is tracked by page.
/// </summary>
internal readonly struct Slab
{
    private readonly TrackedMemory _memory;
    private readonly uint _seatCapacity;
    private readonly uint _levelCapacity;
    private readonly uint _orderCapacity;

    // Where link 0 would stand: one node before the first, so that base + link * size needs no subtraction.
    private readonly int _levelBase;
    private readonly int _orderBase;

    /// <summary>The capacities in the header must have been validated against the length of the memory.</summary>
    internal Slab(TrackedMemory memory)
    {
        ref readonly MarketHeader header = ref memory.Read<MarketHeader>(0);
        _memory = memory;
        _seatCapacity = header.SeatCapacity;
        _levelCapacity = header.LevelCapacity;
        _orderCapacity = header.OrderCapacity;
        int levels = MarketLayout.HeaderBytes + ((int)_seatCapacity * MarketLayout.SeatBytes);
        int orders = levels + ((int)_levelCapacity * MarketLayout.LevelBytes);
        _levelBase = levels - MarketLayout.LevelBytes;
        _orderBase = orders - MarketLayout.OrderBytes;
    }

    internal TrackedMemory Memory => _memory;

    internal uint SeatCapacity => _seatCapacity;

    internal uint LevelCapacity => _levelCapacity;

    internal uint OrderCapacity => _orderCapacity;

    internal ref readonly MarketHeader ReadHeader() => ref _memory.Read<MarketHeader>(0);

    internal ref MarketHeader WriteHeader() => ref _memory.Write<MarketHeader>(0);

    internal ref readonly SeatNode ReadSeat(uint seat) => ref _memory.Read<SeatNode>(SeatOffset(seat));

    internal ref SeatNode WriteSeat(uint seat) => ref _memory.Write<SeatNode>(SeatOffset(seat));

    internal ref readonly LevelNode ReadLevel(uint link) => ref _memory.Read<LevelNode>(LevelOffset(link));

    internal ref LevelNode WriteLevel(uint link) => ref _memory.Write<LevelNode>(LevelOffset(link));

    internal ref readonly OrderNode ReadOrder(uint link) => ref _memory.Read<OrderNode>(OrderOffset(link));

    internal ref OrderNode WriteOrder(uint link) => ref _memory.Write<OrderNode>(OrderOffset(link));

    internal static bool HasFreeOrder(in MarketHeader header) =>
        header.FreeOrder != 0 || header.UsedOrders < header.OrderCapacity;

    internal static bool HasFreeLevel(in MarketHeader header) =>
        header.FreeLevel != 0 || header.UsedLevels < header.LevelCapacity;

    /// <summary>
    /// Takes an order node, freed ones first. The caller has checked that there is one and overwrites it wholly.
    /// </summary>
    internal uint TakeOrder(ref MarketHeader header)
    {
        uint link = header.FreeOrder;
        if (link == 0)
            return ++header.UsedOrders;
        header.FreeOrder = ReadOrder(link).Next;
        return link;
    }

    internal void FreeOrder(ref MarketHeader header, uint link)
    {
        WriteOrder(link) = new OrderNode { Next = header.FreeOrder };
        header.FreeOrder = link;
    }

    /// <summary>
    /// Takes a level node, freed ones first. The caller has checked that there is one and overwrites it wholly.
    /// </summary>
    internal uint TakeLevel(ref MarketHeader header)
    {
        uint link = header.FreeLevel;
        if (link == 0)
            return ++header.UsedLevels;
        header.FreeLevel = ReadLevel(link).Worse;
        return link;
    }

    internal void FreeLevel(ref MarketHeader header, uint link)
    {
        WriteLevel(link) = new LevelNode { Worse = header.FreeLevel };
        header.FreeLevel = link;
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void ThrowCorrupt(string what) => throw new CorruptMarketException(what);

    private int SeatOffset(uint seat)
    {
        if (seat >= _seatCapacity)
            ThrowCorrupt("A seat index is above the seat capacity.");
        return MarketLayout.HeaderBytes + ((int)seat * MarketLayout.SeatBytes);
    }

    private int LevelOffset(uint link)
    {
        // One comparison for both ends: link 0 wraps around to the highest number.
        if (link - 1 >= _levelCapacity)
            ThrowCorrupt("A link to a level is 0 or above the level capacity.");
        return _levelBase + ((int)link * MarketLayout.LevelBytes);
    }

    private int OrderOffset(uint link)
    {
        if (link - 1 >= _orderCapacity)
            ThrowCorrupt("A link to an order is 0 or above the order capacity.");
        return _orderBase + ((int)link * MarketLayout.OrderBytes);
    }
}
