namespace Velox.OrderBook;

/// <summary>A future: trades up to its expiry, then all positions are settled at the mark price. Pays no funding.</summary>
public readonly struct DatedFuture : IInstrument
{
    public static uint Kind => 1;

    public static bool AreValid(in InstrumentTerms terms) =>
        terms.Expiry != Expiry.Never && terms is { FundingIntervalSeconds: 0, MaxFundingPpm: 0 };

    public static bool IsTrading(in InstrumentTerms terms, ulong slot, ulong unixSeconds) =>
        !terms.Expiry.IsPast(slot, unixSeconds);

    public static bool IsExpired(in InstrumentTerms terms, ulong slot, ulong unixSeconds) =>
        terms.Expiry.IsPast(slot, unixSeconds);

    public static Int128 FundingOf(in InstrumentTerms terms, ulong lotValueAtoms, int ratePpm) => 0;
}
