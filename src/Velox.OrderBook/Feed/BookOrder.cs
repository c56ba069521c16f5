namespace Velox.OrderBook;

/// <summary>An open order as the feed shows it.</summary>
/// <param name="OrderId">The engine's id.</param>
/// <param name="ClientOrderId">The trader's id; 0 for none.</param>
/// <param name="PriceTicks">Limit price.</param>
/// <param name="OpenLots">Lots left.</param>
/// <param name="Seat">Whose it is.</param>
/// <param name="Side">Bid or ask.</param>
/// <param name="Type">As placed.</param>
public readonly record struct BookOrder(
    ulong OrderId, ulong ClientOrderId, ulong PriceTicks, ulong OpenLots, ushort Seat, Side Side, OrderType Type)
{
    internal static BookOrder From(in OrderNode node) => new(
        node.OrderId, node.ClientOrderId, node.PriceTicks, node.OpenLots, node.Seat, node.Side, node.Type);

    internal static BookOrder From(in BookEvent e) => new(
        e.OrderId, e.ClientOrderId, e.PriceTicks, e.RemainingLots, e.Seat, e.Side, e.Type);
}
