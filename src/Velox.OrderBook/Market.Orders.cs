using System.Runtime.CompilerServices;

namespace Velox.OrderBook;

/// <content>Finding open orders.</content>
public readonly partial struct Market
{
    /// <summary>
    /// The link of an open order, or 0. O(1): the id names the node, and the node must hold the same id.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint LinkOf(ulong orderId)
    {
        uint link = (uint)(orderId & ((1UL << MarketLayout.OrderLinkBits) - 1));
        return link - 1 < Header.UsedOrders && _slab.ReadOrder(link).OrderId == orderId ? link : 0;
    }

    /// <summary>The link of a seat's open order, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint FindById(uint seat, ulong orderId)
    {
        uint link = LinkOf(orderId);
        return link != 0 && _slab.ReadOrder(link).Seat == seat ? link : 0;
    }

    private uint FindByClientId(uint seat, ulong clientOrderId) =>
        ClientOrderIndex.Find(_slab, seat, clientOrderId);
}
