namespace Velox.OrderBook;

/// <content>Open orders by their links, for a ledger that keeps links.</content>
public readonly partial struct Market
{
    /// <summary>The link of the node that an order with this id has, or had.</summary>
    internal static uint LinkIn(ulong orderId) => (uint)(orderId & ((1UL << MarketLayout.OrderLinkBits) - 1));

    /// <summary>Reads the open order of a seat that stands at a link; any other is corruption.</summary>
    internal OrderNode OpenOrderAt(uint link, uint seat)
    {
        OrderNode order = _slab.ReadOrder(link);
        if (order.OpenLots == 0 || order.Seat != seat || LinkIn(order.OrderId) != link)
            Slab.ThrowCorrupt("A link to an open order names none of its seat.");
        return order;
    }
}
