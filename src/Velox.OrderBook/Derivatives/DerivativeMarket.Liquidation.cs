namespace Velox.OrderBook;

/// <content>Liquidation: an account with less equity than its maintenance margin is closed in the market.</content>
public readonly partial struct DerivativeMarket<TInstrument>
{
    /// <summary>Room for events that a liquidation needs.</summary>
    public const int MaxEventsPerLiquidation = LedgerLayout.MaxOrdersPerAccount + Market.MaxEventsPerOperation;

    /// <summary>
    /// Cancels the account's orders and closes its position with one immediate-or-cancel order, as far as the book goes up to
    /// the price at which its equity and the insurance fund are used up. Anybody may.
    /// </summary>
    /// <param name="seat">Whose.</param>
    /// <param name="events">The market's events; room for <see cref="MaxEventsPerLiquidation"/>.</param>
    /// <param name="result">What was cancelled before, and what was closed; ask again while it is below its margin and the
    /// book has orders.</param>
    /// <returns><see cref="BookError.UnknownSeat"/>, NotTrading, NoMarkPrice, <see cref="BookError.NotLiquidatable"/>,
    /// <see cref="BookError.EventBufferFull"/>, or what the market says of the order (halted, price band): then nothing has
    /// changed.</returns>
    /// <remarks>Bounded: 40 cancels and 255 fills. It pays the liquidation fee out of what it has left. Once it has no
    /// position, the insurance fund pays what it owes, as far as it can; what it still owes then stays its debt.</remarks>
    public BookError Liquidate(uint seat, ref EventWriter events, out OperationResult result)
    {
        result = default;
        if (!IsOpen(seat))
            return BookError.UnknownSeat;
        BookError error = CheckTrading(events);
        if (error != BookError.None)
            return error;
        ref readonly MarginAccount account = ref _ledger.ReadAccount(seat);
        Int128 equity = Equity(account);
        if (equity >= MaintenanceMargin(account))
            return BookError.NotLiquidatable;
        if (events.Remaining < MaxEventsPerLiquidation)
            return BookError.EventBufferFull;
        NewOrder closing = default;
        if (account.PositionLots != 0)
        {
            closing = ClosingOrder(account, equity);
            error = _market.CheckPlace(seat, closing, events.Slot, events.UnixSeconds);
            if (error != BookError.None)
                return error;
        }

        OperationResult cancelled = default;
        CancelOrders(seat, ref events, ref cancelled);
        if (closing.QuantityLots != 0)
            Close(seat, closing, ref events, out result);
        result.CancelledOrders = cancelled.CancelledOrders;
        CoverDebt(ref _ledger.WriteHeader(), ref _ledger.WriteAccount(seat));
        return BookError.None;
    }

    /// <summary>The order that closes a position, or as much of it as one order may be worth.</summary>
    private NewOrder ClosingOrder(in MarginAccount account, Int128 equity)
    {
        ref readonly MarketHeader market = ref _market.Header;
        ulong markTicks = Ledger.MarkTicks;
        bool isLong = account.PositionLots > 0;
        var lots = (ulong)Int128.Abs(account.PositionLots);

        // What a lot may lose against the mark price. With nothing left to lose, it closes at the mark price or better.
        Int128 budget = Int128.Max(0, equity + Ledger.InsuranceAtoms);
        Int128 lossTicks = budget / lots / market.TickSize;
        ulong highestTicks = LedgerLayout.MaxLotValueAtoms / market.TickSize;
        ulong limitTicks = isLong
            ? (ulong)Int128.Max(1, markTicks - lossTicks)
            : (ulong)Int128.Min(highestTicks, markTicks + lossTicks);
        ulong mostLots = Math.Min(ulong.MaxValue / market.LotSize, ulong.MaxValue / (limitTicks * market.TickSize));
        return new NewOrder(
            isLong ? Side.Ask : Side.Bid, OrderType.ImmediateOrCancel, limitTicks, Math.Min(lots, mostLots));
    }

    private void Close(uint seat, in NewOrder closing, ref EventWriter events, out OperationResult result)
    {
        int first = events.Count;
        if (_market.Place(seat, closing, ref events, out result) != BookError.None)
            Slab.ThrowCorrupt("A closing order was refused after its check.");
        ReadOnlySpan<BookEvent> written = events.Written[first..];
        TakeOver(written);

        UInt128 closedTicks = 0;
        foreach (ref readonly BookEvent e in written)
            closedTicks += e.Kind == BookEventKind.Fill ? (UInt128)e.Lots * e.PriceTicks : 0;
        ref LedgerHeader header = ref _ledger.WriteHeader();
        ref MarginAccount account = ref _ledger.WriteAccount(seat);
        Int128 fee = CeilingOfBps((Int128)(closedTicks * _market.Header.TickSize), header.LiquidationFeeBps);

        // Equity is above the vault when others owe it: the fund takes no more than there is.
        fee = Int128.Min(fee, Int128.Clamp(Equity(account), 0, header.VaultAtoms - header.InsuranceAtoms));
        AddCash(ref account, -fee);
        Money.Add(ref header.InsuranceAtoms, (ulong)fee);
    }

    /// <summary>Pays the debt of an account without a position out of the insurance fund, as far as that goes.</summary>
    private static void CoverDebt(ref LedgerHeader header, ref MarginAccount account)
    {
        if (account.PositionLots != 0 || account.Cash.Value >= 0)
            return;
        var covered = (ulong)Int128.Min(-account.Cash.Value, header.InsuranceAtoms);
        header.InsuranceAtoms -= covered;
        AddCash(ref account, covered);
    }
}
