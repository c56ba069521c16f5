using Velox.Primitives;

namespace Velox.OrderBook;

/// <content>The end of a dated instrument: all positions are settled at the last mark price.</content>
public readonly partial struct DerivativeMarket<TInstrument>
{
    /// <summary>
    /// Settles the next accounts of an expired instrument: their orders are cancelled, and their positions become cash at the
    /// mark price, which cannot change once this has begun.
    /// </summary>
    /// <param name="authority">Who signed: must be the market's authority.</param>
    /// <param name="maxAccounts">1..<see cref="LedgerLayout.MaxAccountsPerStep"/>.</param>
    /// <param name="events">The market's events; room for <see cref="LedgerLayout.MaxOrdersPerAccount"/> at least. It ends
    /// early when fewer are left.</param>
    /// <param name="isDone">Whether all are settled; else ask again. Once all are, asking again changes nothing.</param>
    /// <returns><see cref="BookError.NotAuthority"/>, <see cref="BookError.NotExpired"/>, <see cref="BookError.NoMarkPrice"/>,
    /// <see cref="BookError.InvalidLimit"/> or <see cref="BookError.EventBufferFull"/>.</returns>
    /// <remarks>What accounts owe at the end the insurance fund pays, in the order of the accounts, as far as it goes.</remarks>
    public BookError Settle(in Address authority, int maxAccounts, ref EventWriter events, out bool isDone)
    {
        ref readonly LedgerHeader current = ref Ledger;
        isDone = current.State == LedgerState.Settled;
        BookError error = CheckSettlement(authority, maxAccounts, events);
        if (error != BookError.None || isDone)
            return error;

        ref LedgerHeader header = ref _ledger.WriteHeader();
        header.State = LedgerState.Settling;
        while (maxAccounts-- > 0 && header.SettlementCursor < header.AccountCount
            && events.Remaining >= LedgerLayout.MaxOrdersPerAccount)
        {
            SettleAccount(ref header, header.SettlementCursor, ref events);
            header.SettlementCursor++;
        }

        isDone = header.SettlementCursor >= header.AccountCount;
        if (!isDone)
            return BookError.None;
        if (header.OpenInterestLots != 0)
            Slab.ThrowCorrupt("All accounts are settled, and positions are left.");
        header.State = LedgerState.Settled;
        return BookError.None;
    }

    private BookError CheckSettlement(in Address authority, int maxAccounts, in EventWriter events)
    {
        ref readonly LedgerHeader header = ref Ledger;
        if (!IsAuthority(authority))
            return BookError.NotAuthority;
        if (!TInstrument.IsExpired(header.Terms, events.Slot, events.UnixSeconds))
            return BookError.NotExpired;
        if (header.MarkTicks == 0)
            return BookError.NoMarkPrice;
        if (maxAccounts is < 1 or > LedgerLayout.MaxAccountsPerStep)
            return BookError.InvalidLimit;
        return events.Remaining < LedgerLayout.MaxOrdersPerAccount ? BookError.EventBufferFull : BookError.None;
    }

    private void SettleAccount(ref LedgerHeader header, uint seat, ref EventWriter events)
    {
        OperationResult cancelled = default;
        CancelOrders(seat, ref events, ref cancelled);
        ref MarginAccount account = ref _ledger.WriteAccount(seat);
        PayFunding(ref header, ref account);
        AddCash(ref account, (Int128)account.PositionLots * MarkValue);
        header.OpenInterestLots -= account.LongLots;
        account.PositionLots = 0;
        CoverDebt(ref header, ref account);
    }
}
