namespace Velox.OrderBook;

/// <summary>A bid and an ask of one seat, placed together in place of the two before.</summary>
/// <param name="BidClientOrderId">Names the bid, the old one and the new one. Not 0.</param>
/// <param name="BidPriceTicks">Below the ask's; not looked at when there are no lots.</param>
/// <param name="BidLots">0 only takes the old bid out.</param>
/// <param name="AskClientOrderId">Names the ask. Not 0, and not the bid's.</param>
/// <param name="AskPriceTicks">Above the bid's; not looked at when there are no lots.</param>
/// <param name="AskLots">0 only takes the old ask out.</param>
/// <param name="Type">Of both: limit, post-only or post-only-slide.</param>
/// <param name="SelfTrade">Of both, on arrival.</param>
/// <param name="Expiry">Of both.</param>
public readonly record struct TwoSidedQuote(
    ulong BidClientOrderId, ulong BidPriceTicks, ulong BidLots,
    ulong AskClientOrderId, ulong AskPriceTicks, ulong AskLots,
    OrderType Type = OrderType.PostOnly, SelfTrade SelfTrade = SelfTrade.CancelTaker, Expiry Expiry = default)
{
    internal NewOrder OrderOf(Side side) => side == Side.Bid
        ? new(Side.Bid, Type, BidPriceTicks, BidLots, BidClientOrderId, SelfTrade, Expiry: Expiry)
        : new(Side.Ask, Type, AskPriceTicks, AskLots, AskClientOrderId, SelfTrade, Expiry: Expiry);
}
