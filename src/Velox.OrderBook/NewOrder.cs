using System.Runtime.CompilerServices;

namespace Velox.OrderBook;

/// <summary>An order to place. docs/order-types.md says exactly what each field does.</summary>
/// <param name="Side">Bid or ask.</param>
/// <param name="Type">What happens to the part that does not match.</param>
/// <param name="PriceTicks">Limit price, at least 1. Of a market order 0; of a market bid with a trigger the price at which
/// its lots are locked.</param>
/// <param name="QuantityLots">Size, at least 1.</param>
/// <param name="ClientOrderId">The trader's own name for the order, unique among the seat's open orders; 0 for
/// none.</param>
/// <param name="SelfTrade">What happens when the next order to match is of the same seat.</param>
/// <param name="DisplayLots">Iceberg: most lots shown at a time; 0 for all. For types that rest.</param>
/// <param name="TriggerTicks">Stop: the order waits until the last trade is at least (bid) or at most (ask) this; 0 for
/// at once. For limit, immediate-or-cancel and market.</param>
/// <param name="Expiry">Until when it is good, for orders that may stay open.</param>
public readonly record struct NewOrder(
    Side Side, OrderType Type, ulong PriceTicks, ulong QuantityLots, ulong ClientOrderId = 0,
    SelfTrade SelfTrade = SelfTrade.CancelTaker, ulong DisplayLots = 0, ulong TriggerTicks = 0, Expiry Expiry = default)
{
    /// <summary>Whether it is more than a price, a size and one of the first four types.</summary>
    internal bool IsSpecial
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (DisplayLots | TriggerTicks | Expiry.Bits | (ulong)SelfTrade) != 0 || Type > OrderType.PostOnly;
    }

    /// <summary>Whether it may be open after the operation that brings it.</summary>
    internal bool MayStayOpen => Type.MayRest() || TriggerTicks != 0;
}
