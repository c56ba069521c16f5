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
///  96     4    firstOrder          link of the newest open order
/// 100     4    openOrders          count
/// 104     4    maxOpenOrders       0: the market's
/// 108     4    stops               <see cref="SeatStops"/>
/// 112     8    maxOpenNotional     quote atoms; 0: none
/// 120     8    reserved
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
    public uint FirstOrder;
    public uint OpenOrders;
    public uint MaxOpenOrders;
    public SeatStops Stops;
    public ulong MaxOpenNotionalAtoms;

    internal readonly bool IsRestricted => MaxOpenOrders != 0 || Stops != SeatStops.None || MaxOpenNotionalAtoms != 0;
}
