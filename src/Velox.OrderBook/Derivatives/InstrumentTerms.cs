namespace Velox.OrderBook;

/// <summary>What a derivative is made of besides its market. Fixed at creation.</summary>
public readonly record struct InstrumentTerms
{
    /// <summary>Most basis points of a margin: the whole value.</summary>
    public const uint MaxMarginBps = 10_000;

    public const uint MaxLiquidationFeeBps = 1_000;

    /// <summary>Most funding at a time: the whole value.</summary>
    public const uint MaxFundingRatePpm = 1_000_000;

    /// <summary>Most traders, 1..<see cref="MarketLayout.MaxSeats"/>.</summary>
    public uint AccountCapacity { get; init; }

    /// <summary>What opening a position takes, in basis points of its value: above maintenance, at most
    /// <see cref="MaxMarginBps"/>.</summary>
    public uint InitialMarginBps { get; init; }

    /// <summary>Below this an account is liquidated: at least 1.</summary>
    public uint MaintenanceMarginBps { get; init; }

    /// <summary>What a liquidated account pays of the value closed, as far as it has it: at most
    /// <see cref="MaxLiquidationFeeBps"/>.</summary>
    public uint LiquidationFeeBps { get; init; }

    /// <summary>The last slot or time at which a dated instrument trades.</summary>
    public Expiry Expiry { get; init; }

    /// <summary>Shortest time between two fundings.</summary>
    public uint FundingIntervalSeconds { get; init; }

    /// <summary>Most funding at a time, either way, in millionths of the value: at most
    /// <see cref="MaxFundingRatePpm"/>.</summary>
    public uint MaxFundingPpm { get; init; }

    internal bool AreInBounds =>
        AccountCapacity - 1 < MarketLayout.MaxSeats
        && MaintenanceMarginBps >= 1 && MaintenanceMarginBps < InitialMarginBps && InitialMarginBps <= MaxMarginBps
        && LiquidationFeeBps <= MaxLiquidationFeeBps && MaxFundingPpm <= MaxFundingRatePpm;
}
