using Velox.OrderBook;

namespace Velox.Samples.Derivatives;

/// <summary>
/// An instrument of one's own: a perpetual whose margins rise with the size of the position.
/// </summary>
/// <remarks>Everything else is a perpetual's. Each 100 lots raise both margins by a percent, up to 50 % and 25 %.</remarks>
public readonly struct TieredPerpetual : IInstrument
{
    private const ulong LotsPerTier = 100;
    private const uint BpsPerTier = 100;

    public static uint Kind => 1_024;

    // The highest tier must not be below the terms.
    public static bool AreValid(in InstrumentTerms terms) =>
        Perpetual.AreValid(terms) && terms is { InitialMarginBps: <= 5_000, MaintenanceMarginBps: <= 2_500 };

    public static bool IsTrading(in InstrumentTerms terms, ulong slot, ulong unixSeconds) => true;

    public static bool IsExpired(in InstrumentTerms terms, ulong slot, ulong unixSeconds) => false;

    public static Int128 FundingOf(in InstrumentTerms terms, ulong lotValueAtoms, int ratePpm) =>
        Perpetual.FundingOf(terms, lotValueAtoms, ratePpm);

    public static uint InitialMarginBps(in InstrumentTerms terms, ulong lots) =>
        Math.Min(5_000, terms.InitialMarginBps + TierOf(lots));

    public static uint MaintenanceMarginBps(in InstrumentTerms terms, ulong lots) =>
        Math.Min(2_500, terms.MaintenanceMarginBps + (TierOf(lots) / 2));

    private static uint TierOf(ulong lots) => (uint)Math.Min(lots / LotsPerTier, 100) * BpsPerTier;
}
