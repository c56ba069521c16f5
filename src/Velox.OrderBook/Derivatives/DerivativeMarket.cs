namespace Velox.OrderBook;

/// <summary>
/// A market of a derivative: a matching-only <see cref="Market"/>, and behind it in the same memory a margin ledger with
/// the collateral and the positions of its traders.
/// </summary>
/// <typeparam name="TInstrument">The kind: <see cref="DatedFuture"/>, <see cref="Perpetual"/>, or one of your own.</typeparam>
/// <remarks>
/// A view without state, one writer at a time, everything a pure function of the bytes and the arguments, nothing
/// allocated; a refused operation has changed nothing. All as in <see cref="Market"/>, and corruption throws as there. Who
/// signed is the caller's to check (<see cref="CheckOwner"/>), but for what only the market's authority may do.
/// <para>The market must be used through this alone: it compares its event number with the ledger's when it is opened.</para>
/// </remarks>
public readonly partial struct DerivativeMarket<TInstrument>
    where TInstrument : struct, IInstrument
{
    private readonly Market _market;
    private readonly Ledger _ledger;

    internal DerivativeMarket(in Market market, in Ledger ledger)
    {
        _market = market;
        _ledger = ledger;
    }

    /// <summary>The ledger's terms, counters and totals, in place.</summary>
    public ref readonly LedgerHeader Ledger => ref _ledger.ReadHeader();

    /// <summary>The market, for reading: depth, orders, header.</summary>
    public Market Market => _market;

    internal void WriteNewHeader(in InstrumentTerms terms)
    {
        ref LedgerHeader header = ref _ledger.WriteHeader();
        header.Magic = LedgerLayout.Magic;
        header.Version = LedgerLayout.Version;
        header.Kind = TInstrument.Kind;
        header.AccountCapacity = terms.AccountCapacity;
        header.InitialMarginBps = terms.InitialMarginBps;
        header.MaintenanceMarginBps = terms.MaintenanceMarginBps;
        header.LiquidationFeeBps = terms.LiquidationFeeBps;
        header.Expiry = terms.Expiry.Bits;
        header.FundingIntervalSeconds = terms.FundingIntervalSeconds;
        header.MaxFundingPpm = terms.MaxFundingPpm;
        header.NextEventSequence = _market.Header.NextEventSequence;
    }
}
