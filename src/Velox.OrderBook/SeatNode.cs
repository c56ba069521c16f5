using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>A trader's balances and open orders in a market: 128 bytes.</summary>
/// <remarks>
/// <code>
/// offset size field
///   0    32    owner               never zero in an opened seat
///  32    32    sessionKey          zero: none
///  64     8    baseFree            atoms
///  72     8    baseLocked          atoms behind open asks
///  80     8    quoteFree           atoms
///  88     8    quoteLocked         atoms behind open bids
///  96     8    highClientOrderId   no open order has a client order id above this
/// 104     4    firstOrder          link of the newest open order
/// 108     4    openOrders          count
/// 112    16    reserved
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = MarketLayout.SeatBytes)]
public struct SeatNode
{
    public Address Owner;
    public Address SessionKey;
    public ulong BaseFree;
    public ulong BaseLocked;
    public ulong QuoteFree;
    public ulong QuoteLocked;

    /// <summary>
    /// A new client order id above this is unique without a look at the open orders, which makes ascending ids free.
    /// Falls back to 0 when the seat has no open order.
    /// </summary>
    public ulong HighClientOrderId;

    public uint FirstOrder;
    public uint OpenOrders;
}
