namespace Velox.OrderBook;

/// <summary>What a seat may have open.</summary>
/// <param name="MaxOpenOrders">Most open orders, at most <see cref="MarketLayout.MaxOpenOrdersPerSeat"/>; 0: the market's
/// maxOpenOrdersPerSeat.</param>
/// <param name="MaxOpenNotionalAtoms">Most quote atoms that open orders may be worth; 0: any.</param>
public readonly record struct SeatLimits(uint MaxOpenOrders, ulong MaxOpenNotionalAtoms);

/// <summary>Who has stopped a seat.</summary>
[Flags]
public enum SeatStops : uint
{
    None = 0,
    ByOwner = 1,
    ByAuthority = 2,
}
