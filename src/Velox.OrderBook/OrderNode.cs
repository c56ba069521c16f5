using System.Runtime.InteropServices;

namespace Velox.OrderBook;

/// <summary>An open order: 64 bytes, one cache line. A free node is zero but for <see cref="Next"/>.</summary>
/// <remarks>
/// <code>
/// offset size field
///   0     8    orderId         sequence * 2^20 + link of this node
///   8     8    clientOrderId
///  16     8    priceTicks
///  24     8    openLots
///  32     4    previous        link of the order before it at its price
///  36     4    next            link of the order behind it; free node: link of the next free node
///  40     4    level           number of its level
///  44     4    seatPrevious    link of the seat's next newer order
///  48     4    seatNext        link of the seat's next older order
///  52     4    indexLeft       index of client order ids: orders whose next bit is 0
///  56     4    indexRight      orders whose next bit is 1
///  60     2    seat            index
///  62     1    side
///  63     1    type            bits 0-2 as placed; bit 3 the order has an extra; bit 4 it is a stop that waits; bits 5-6
///                              its self-trade mode while it waits; bit 7 it came to its queue later than its id says
/// </code>
/// A stop that waits is in no level but in a heap: previous and next are its children, level is rank * 2^20 + parent.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = MarketLayout.OrderBytes)]
public struct OrderNode
{
    public ulong OrderId;
    public ulong ClientOrderId;
    public ulong PriceTicks;
    public ulong OpenLots;
    public uint Previous;
    public uint Next;
    public uint Level;
    public uint SeatPrevious;
    public uint SeatNext;
    public uint IndexLeft;
    public uint IndexRight;
    public ushort Seat;
    public Side Side;
    private byte _type;

    // Offsets of link fields, for code that chooses between two of them.
    internal const int PreviousOffset = 32;
    internal const int NextOffset = 36;
    internal const int SeatPreviousOffset = 44;
    internal const int SeatNextOffset = 48;

    private const int TypeMask = 7;
    private const int ExtraBit = 8;
    private const int WaitingBit = 16;
    private const int SelfTradeShift = 5;
    private const int RequeuedBit = 128;

    /// <summary>As placed.</summary>
    public OrderType Type
    {
        readonly get => (OrderType)(_type & TypeMask);

        // The flags of an order begin anew with its type.
        internal set => _type = (byte)value;
    }

    /// <summary>Whether the order is a stop that waits for its trigger, outside the book.</summary>
    public readonly bool IsWaiting => (_type & WaitingBit) != 0;

    /// <summary>Whether the order is an iceberg, has an expiry or waits.</summary>
    internal bool HasExtra
    {
        readonly get => (_type & ExtraBit) != 0;
        set => _type = (byte)(value ? _type | ExtraBit : _type & ~ExtraBit);
    }

    /// <summary>Whether the order stands behind orders with later ids: a peak, or a stop that was triggered.</summary>
    internal readonly bool IsRequeued => (_type & RequeuedBit) != 0;

    internal readonly SelfTrade SelfTrade => (SelfTrade)((_type >> SelfTradeShift) & 3);

    internal void BeginWaiting(SelfTrade selfTrade) => _type = (byte)((int)Type | ExtraBit | WaitingBit | ((int)selfTrade << SelfTradeShift));

    /// <summary>Ends waiting; the order keeps its extra.</summary>
    internal void EndWaiting() => _type = (byte)((int)Type | ExtraBit | RequeuedBit);

    internal void MarkRequeued() => _type |= RequeuedBit;
}
