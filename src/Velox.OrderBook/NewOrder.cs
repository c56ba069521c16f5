namespace Velox.OrderBook;

/// <summary>An order to place.</summary>
/// <param name="Side">Bid or ask.</param>
/// <param name="Type">What happens to the part that does not match.</param>
/// <param name="PriceTicks">Limit price, at least 1. An immediate order at any price: 1 for an ask; for a bid, the
/// highest the seat can pay.</param>
/// <param name="QuantityLots">Size, at least 1.</param>
/// <param name="ClientOrderId">The trader's own name for the order, unique among the seat's open orders; 0 for
/// none.</param>
public readonly record struct NewOrder(
    Side Side, OrderType Type, ulong PriceTicks, ulong QuantityLots, ulong ClientOrderId = 0,
    SelfTrade SelfTrade = SelfTrade.CancelTaker, ulong DisplayLots = 0, ulong TriggerTicks = 0, Expiry Expiry = default);
