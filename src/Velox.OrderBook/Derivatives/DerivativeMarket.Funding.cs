using Velox.Primitives;

namespace Velox.OrderBook;

/// <content>What the authority says: mark price, funding, phase. Funding reaches an account when it is next touched.</content>
public readonly partial struct DerivativeMarket<TInstrument>
{
    /// <summary>Sets the price at which all positions are valued.</summary>
    /// <param name="authority">Who signed: must be the market's authority.</param>
    /// <param name="markTicks">Not 0, and a lot worth at most <see cref="LedgerLayout.MaxLotValueAtoms"/>.</param>
    /// <returns><see cref="BookError.NotAuthority"/>, <see cref="BookError.InvalidMark"/> or <see cref="BookError.NotTrading"/>
    /// (settlement has begun).</returns>
    public BookError SetMark(in Address authority, ulong markTicks)
    {
        if (!IsAuthority(authority))
            return BookError.NotAuthority;
        if (markTicks == 0 || !DerivativeMarket.IsLotValue(_market, markTicks))
            return BookError.InvalidMark;
        if (Ledger.State != LedgerState.Trading)
            return BookError.NotTrading;
        _ledger.WriteHeader().MarkTicks = markTicks;
        return BookError.None;
    }

    /// <summary>Lets longs pay shorts, or at a negative rate shorts pay longs, a share of their value at the mark price.</summary>
    /// <param name="authority">Who signed: must be the market's authority.</param>
    /// <param name="ratePpm">In millionths, within the terms' bound either way.</param>
    /// <param name="unixSeconds">Now: at least the terms' interval after the last.</param>
    /// <returns><see cref="BookError.NotAuthority"/>, <see cref="BookError.NotTrading"/>, <see cref="BookError.NoMarkPrice"/>,
    /// <see cref="BookError.InvalidFunding"/> (rate or time; every rate of an instrument without funding), or
    /// <see cref="BookError.ValueOverflow"/> (<see cref="LedgerLayout.MaxFundingIndex"/>).</returns>
    /// <remarks>O(1): it moves an index.</remarks>
    public BookError AddFunding(in Address authority, int ratePpm, ulong unixSeconds)
    {
        ref readonly LedgerHeader current = ref Ledger;
        if (!IsAuthority(authority))
            return BookError.NotAuthority;
        if (current.State != LedgerState.Trading)
            return BookError.NotTrading;
        if (current.MarkTicks == 0)
            return BookError.NoMarkPrice;
        bool isDue = current.LastFundingSeconds == 0
            || (unixSeconds >= current.LastFundingSeconds
                && unixSeconds - current.LastFundingSeconds >= current.FundingIntervalSeconds);
        if (Math.Abs((long)ratePpm) > current.MaxFundingPpm || unixSeconds == 0 || !isDue || current.MaxFundingPpm == 0)
            return BookError.InvalidFunding;
        Int128 index = current.FundingIndex.Value + TInstrument.FundingOf(current.Terms, MarkValue, ratePpm);
        if (index > LedgerLayout.MaxFundingIndex || index < -LedgerLayout.MaxFundingIndex)
            return BookError.ValueOverflow;

        ref LedgerHeader header = ref _ledger.WriteHeader();
        header.FundingIndex.Value = index;
        header.LastFundingSeconds = unixSeconds;

        // The round begins anew: only when no funding came in between is what the pool then holds owed to nobody.
        header.FundingCursor = 0;
        return BookError.None;
    }

    /// <summary>
    /// Settles the funding of the next accounts in turn; at the end of a round what rounding has left in the pool goes to the
    /// insurance fund. Nobody needs to call it: whoever trades or leaves settles, it only empties the pool.
    /// </summary>
    /// <param name="maxAccounts">1..<see cref="LedgerLayout.MaxAccountsPerStep"/>.</param>
    /// <param name="isRoundDone">Whether this step ended a round.</param>
    /// <returns><see cref="BookError.InvalidLimit"/>.</returns>
    public BookError SettleFunding(int maxAccounts, out bool isRoundDone)
    {
        isRoundDone = false;
        if (maxAccounts is < 1 or > LedgerLayout.MaxAccountsPerStep)
            return BookError.InvalidLimit;
        ref LedgerHeader header = ref _ledger.WriteHeader();
        for (; maxAccounts > 0 && header.FundingCursor < header.AccountCount; maxAccounts--)
            PayFunding(ref header, ref _ledger.WriteAccount(header.FundingCursor++));
        isRoundDone = header.FundingCursor >= header.AccountCount;
        if (!isRoundDone)
            return BookError.None;

        Int128 left = header.FundingPool.Value;
        if (left < 0)
            Slab.ThrowCorrupt("More funding was received than paid.");

        // While accounts owe more than all others have, the fund may be all there is.
        var swept = (ulong)Int128.Min(left, header.VaultAtoms - header.InsuranceAtoms);
        header.InsuranceAtoms += swept;
        header.FundingPool.Value = left - swept;
        header.FundingCursor = 0;
        return BookError.None;
    }

    /// <summary>Changes how the market trades: <see cref="Market.SetPhase"/>, whose event it takes over.</summary>
    public BookError SetPhase(in Address authority, MarketPhase phase, ref EventWriter events)
    {
        BookError error = _market.SetPhase(authority, phase, ref events);
        if (error == BookError.None)
            TakeOver([]);
        return error;
    }

    private bool IsAuthority(in Address address) => !address.IsZero && _market.Header.Authority == address;

    /// <summary>Brings the funding of an account up to date: before anything changes its position.</summary>
    private void PayFunding(ref LedgerHeader header, ref MarginAccount account)
    {
        Int128 paid = FundingDue(account);
        AddCash(ref account, -paid);
        header.FundingPool.Value += paid;
        account.FundingIndex = header.FundingIndex;
    }
}
