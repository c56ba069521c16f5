using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>What a new market is made of. The addresses are kept for the programs and tools around the book.</summary>
public readonly record struct MarketParameters
{
    public Address BaseMint { get; init; }

    public Address QuoteMint { get; init; }

    public Address BaseVault { get; init; }

    public Address QuoteVault { get; init; }

    /// <summary>Who may collect the fees.</summary>
    public Address Authority { get; init; }

    /// <summary>Base atoms per lot, at least 1.</summary>
    public ulong LotSize { get; init; }

    /// <summary>Quote atoms per lot per tick, at least 1.</summary>
    public ulong TickSize { get; init; }

    /// <summary>
    /// Hundredths of a percent of what a maker receives, at most <see cref="MarketLayout.MaxFeeBps"/>. Negative: a rebate,
    /// hundredths of a percent of what the taker receives, paid out of the taker's fee and so at most that.
    /// </summary>
    public short MakerFeeBps { get; init; }

    /// <summary>
    /// Hundredths of a percent of what a taker receives, at most <see cref="MarketLayout.MaxFeeBps"/>.
    /// </summary>
    public ushort TakerFeeBps { get; init; }

    /// <summary>Most open orders at a time, 1..<see cref="MarketLayout.MaxOrders"/>.</summary>
    public uint OrderCapacity { get; init; }

    /// <summary>
    /// Most blocks of 64 neighbouring prices with open orders at a time, both sides together,
    /// 1..<see cref="MarketLayout.MaxBlocks"/>.
    /// </summary>
    public uint BlockCapacity { get; init; }

    /// <summary>Most traders, 1..<see cref="MarketLayout.MaxSeats"/>.</summary>
    public uint SeatCapacity { get; init; }

    /// <summary>Most open orders of one trader, 1..<see cref="MarketLayout.MaxOpenOrdersPerSeat"/>.</summary>
    public uint MaxOpenOrdersPerSeat { get; init; }

    /// <summary>What the market leaves out.</summary>
    public MarketFlags Flags { get; init; }

    internal BookError Validate()
    {
        if (!MarketLayout.AreValidCapacities(OrderCapacity, BlockCapacity, SeatCapacity))
            return BookError.InvalidCapacity;
        if (LotSize == 0)
            return BookError.InvalidLotSize;
        if (TickSize == 0)
            return BookError.InvalidTickSize;
        if (MakerFeeBps > MarketLayout.MaxFeeBps || TakerFeeBps > MarketLayout.MaxFeeBps || -MakerFeeBps > TakerFeeBps)
            return BookError.InvalidFee;
        if (MaxOpenOrdersPerSeat - 1 >= MarketLayout.MaxOpenOrdersPerSeat)
            return BookError.InvalidOpenOrderLimit;
        return (Flags & ~MarketFlags.MatchingOnly) == 0 ? BookError.None : BookError.UnsupportedVersion;
    }
}
