namespace Velox.Cli;

/// <summary>
/// What a replay of a flow must end with: sums modulo 2^64, so that neither the order of symbols nor of orders counts.
/// </summary>
internal sealed record FlowChecksums
{
    private const ulong MakerFactor = 0x9E37_79B9_7F4A_7C15;
    private const ulong TakerFactor = 0xC2B2_AE3D_27D4_EB4F;

    public ulong Trades { get; private set; }

    public ulong TradedQuantity { get; private set; }

    /// <summary>Over maker, taker, price and quantity of each trade.</summary>
    public ulong TradeHash { get; private set; }

    public ulong RestingOrders { get; private set; }

    public ulong RestingQuantity { get; private set; }

    /// <summary>Over id, price and open quantity of each resting order.</summary>
    public ulong OrderHash { get; private set; }

    /// <summary>Over symbol, best bid and best ask.</summary>
    public ulong BboHash { get; private set; }

    internal void AddTrade(ulong makerId, ulong takerId, ulong priceTicks, ulong lots)
    {
        Trades++;
        TradedQuantity += lots;
        TradeHash += FlowRandom.Mix((makerId * MakerFactor) ^ FlowRandom.Mix((takerId * TakerFactor) ^ PriceAndLots(priceTicks, lots)));
    }

    internal void AddOrder(ulong id, ulong priceTicks, ulong lots)
    {
        RestingOrders++;
        RestingQuantity += lots;
        OrderHash += FlowRandom.Mix(id ^ PriceAndLots(priceTicks, lots));
    }

    /// <param name="symbol">Its number.</param>
    /// <param name="bidTicks">0 where there is none.</param>
    /// <param name="askTicks">0 where there is none.</param>
    internal void AddBest(uint symbol, ulong bidTicks, ulong askTicks) =>
        BboHash += FlowRandom.Mix(symbol ^ FlowRandom.Mix((OrMinusOne(bidTicks) << 32) ^ (uint)OrMinusOne(askTicks)));

    private static ulong PriceAndLots(ulong priceTicks, ulong lots) => FlowRandom.Mix((priceTicks << 32) ^ lots);

    private static ulong OrMinusOne(ulong priceTicks) => priceTicks == 0 ? ulong.MaxValue : priceTicks;
}
