namespace Velox.OrderBook;

/// <summary>An order on its way through the book, and how far it got.</summary>
internal struct Taker
{
    internal uint Seat;
    internal ulong OrderId;
    internal NewOrder Order;

    /// <summary>What is left to match.</summary>
    internal ulong LeftLots;

    internal ulong FilledLots;

    /// <summary>Lots lost to orders of its own seat.</summary>
    internal ulong DecrementedLots;

    /// <summary>What a market bid may still pay. Of other orders nothing depends on it.</summary>
    internal ulong BudgetAtoms;

    internal readonly bool IsMarketBid => Order is { Type: OrderType.Market, Side: Side.Bid };

    internal readonly bool Crosses(ulong makerTicks) =>
        Order.Type == OrderType.Market || Order.Side.Crosses(Order.PriceTicks, makerTicks);

    /// <summary>How many of so many lots a market bid can pay at a price.</summary>
    internal readonly ulong Affordable(ulong lots, ulong priceTicks, ulong tickSize)
    {
        // A maker's whole value fits 64 bits, so that of one lot does.
        ulong lotAtoms = priceTicks * tickSize;
        if (lotAtoms == 0)
            Slab.ThrowCorrupt("A maker's value overflows.");
        return Math.Min(lots, BudgetAtoms / lotAtoms);
    }
}
