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
///  63     1    type            as placed: limit or post-only
/// </code>
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
    public OrderType Type;
}
