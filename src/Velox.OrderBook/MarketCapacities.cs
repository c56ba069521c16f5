namespace Velox.OrderBook;

/// <summary>How many nodes of each kind a market has room for.</summary>
/// <param name="Orders">1..<see cref="MarketLayout.MaxOrders"/>.</param>
/// <param name="Blocks">1..<see cref="MarketLayout.MaxBlocks"/>, of 64 neighbouring prices each.</param>
/// <param name="Seats">1..<see cref="MarketLayout.MaxSeats"/>.</param>
public readonly record struct MarketCapacities(uint Orders, uint Blocks, uint Seats)
{
    /// <summary>Bytes that a market of these capacities needs.</summary>
    public long RequiredBytes => MarketLayout.RequiredBytes(Orders, Blocks, Seats);

    internal static MarketCapacities Of(in MarketHeader header) =>
        new(header.OrderCapacity, header.BlockCapacity, header.SeatCapacity);

    /// <summary>Whether a market with other capacities may grow to these: all in bounds, and none lower.</summary>
    public bool IsGrowthOf(in MarketCapacities other) =>
        MarketLayout.AreValidCapacities(Orders, Blocks, Seats)
        && Orders >= other.Orders && Blocks >= other.Blocks && Seats >= other.Seats;
}
