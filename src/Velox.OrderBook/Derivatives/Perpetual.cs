namespace Velox.OrderBook;

/// <summary>A perpetual: never expires. Funding, paid between longs and shorts, keeps its price near the mark price.</summary>
public readonly struct Perpetual : IInstrument
{
    private const int PpmPerUnit = 1_000_000;

    public static uint Kind => 2;

    public static bool AreValid(in InstrumentTerms terms) =>
        terms.Expiry == Expiry.Never && terms is { FundingIntervalSeconds: > 0, MaxFundingPpm: > 0 };

    public static bool IsTrading(in InstrumentTerms terms, ulong slot, ulong unixSeconds) => true;

    public static bool IsExpired(in InstrumentTerms terms, ulong slot, ulong unixSeconds) => false;

    // Rounded towards zero; the same step for all, so nothing is won or lost by it. Below 2^(48 + 20 + 24).
    public static Int128 FundingOf(in InstrumentTerms terms, ulong lotValueAtoms, int ratePpm) =>
        ((Int128)lotValueAtoms * ratePpm * (1 << LedgerLayout.FundingShift)) / PpmPerUnit;
}
