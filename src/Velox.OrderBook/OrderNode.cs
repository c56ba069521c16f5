using System.Runtime.InteropServices;

namespace Velox.OrderBook;

/// <summary>An open order: 64 bytes. A free node is zero but for <see cref="Next"/>.</summary>
/// <remarks>
/// <code>
/// offset size field
///   0     8    orderId         sequence * 2^18 + link of this node
///   8     8    clientOrderId
///  16     8    priceTicks
///  24     8    openLots
///  32     4    previous        link of the order before it at its price
///  36     4    next            link of the order behind it; free node: link of the next free node
///  40     4    level           link of its level
///  44     4    seatPrevious    link of the seat's next newer order
///  48     4    seatNext        link of the seat's next older order
///  52     2    seat            index
///  54     1    side
///  55     1    type            as placed: limit or post-only
///  56     8    slot            when it came to rest
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
    public ushort Seat;
    public Side Side;
    public OrderType Type;
    public ulong Slot;
}
