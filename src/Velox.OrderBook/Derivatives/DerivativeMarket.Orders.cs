namespace Velox.OrderBook;

/// <content>Orders: margin is checked before, and what the market's events say goes into the accounts after.</content>
public readonly partial struct DerivativeMarket<TInstrument>
{
    /// <summary>Places an order, if the account's equity covers the worst case of its side with it.</summary>
    /// <param name="seat">Whose.</param>
    /// <param name="order">Limit, immediate-or-cancel, fill-or-kill or post-only, and nothing more. Orders of one account may
    /// trade with each other, which changes nothing.</param>
    /// <param name="events">The market's events; room for <see cref="Market.MaxEventsPerOperation"/>.</param>
    /// <param name="result">What was done.</param>
    /// <returns>UnknownSeat, InvalidOrderType, InvalidQuantity, InvalidPrice, NotTrading, NoMarkPrice, ValueOverflow (a lot at
    /// its price is worth more than <see cref="LedgerLayout.MaxLotValueAtoms"/>), SeatOrdersFull
    /// (<see cref="LedgerLayout.MaxOrdersPerAccount"/>, of an order that may rest), PositionLimit, InsufficientMargin; then
    /// those of <see cref="Market.Place"/>.</returns>
    public BookError Place(uint seat, in NewOrder order, ref EventWriter events, out OperationResult result)
    {
        result = default;
        BookError error = CheckPlace(seat, order, events);
        if (error != BookError.None)
            return error;
        int first = events.Count;
        error = _market.Place(seat, order, ref events, out result);
        if (error == BookError.None)
            TakeOver(events.Written[first..]);
        return error;
    }

    /// <summary>Cancels an open order by its engine id.</summary>
    /// <returns>Those of <see cref="Market.Cancel"/>.</returns>
    public BookError Cancel(uint seat, ulong orderId, ref EventWriter events, out OperationResult result)
    {
        result = default;
        if (!IsOpen(seat))
            return BookError.UnknownSeat;
        int first = events.Count;
        BookError error = _market.Cancel(seat, orderId, ref events, out result);
        if (error == BookError.None)
            TakeOver(events.Written[first..]);
        return error;
    }

    /// <summary>Cancels an open order by the id that its trader gave it.</summary>
    /// <returns>Those of <see cref="Market.CancelByClientId"/>.</returns>
    public BookError CancelByClientId(uint seat, ulong clientOrderId, ref EventWriter events, out OperationResult result)
    {
        result = default;
        if (!IsOpen(seat))
            return BookError.UnknownSeat;
        int first = events.Count;
        BookError error = _market.CancelByClientId(seat, clientOrderId, ref events, out result);
        if (error == BookError.None)
            TakeOver(events.Written[first..]);
        return error;
    }

    /// <summary>Takes lots off an open order in place.</summary>
    /// <returns>Those of <see cref="Market.Reduce"/>.</returns>
    public BookError Reduce(uint seat, ulong orderId, ulong byLots, ref EventWriter events, out OperationResult result)
    {
        result = default;
        if (!IsOpen(seat))
            return BookError.UnknownSeat;
        int first = events.Count;
        BookError error = _market.Reduce(seat, orderId, byLots, ref events, out result);
        if (error == BookError.None)
            TakeOver(events.Written[first..]);
        return error;
    }

    /// <summary>Cancels all open orders of an account. Having none is no error.</summary>
    /// <param name="seat">Whose.</param>
    /// <param name="events">Room for as many as it has open.</param>
    /// <param name="result">How many orders and lots.</param>
    /// <returns><see cref="BookError.UnknownSeat"/> or <see cref="BookError.EventBufferFull"/>.</returns>
    public BookError CancelAll(uint seat, ref EventWriter events, out OperationResult result)
    {
        result = default;
        if (!IsOpen(seat))
            return BookError.UnknownSeat;
        if (events.Remaining < _ledger.ReadAccount(seat).OrderCount)
            return BookError.EventBufferFull;
        CancelOrders(seat, ref events, ref result);
        return BookError.None;
    }

    private BookError CheckPlace(uint seat, in NewOrder order, in EventWriter clocks)
    {
        if (!IsOpen(seat))
            return BookError.UnknownSeat;
        if (order.Side > Side.Ask || order.IsSpecial)
            return BookError.InvalidOrderType;
        if (order.QuantityLots == 0)
            return BookError.InvalidQuantity;
        if (order.PriceTicks == 0)
            return BookError.InvalidPrice;
        BookError error = CheckTrading(clocks);
        if (error != BookError.None)
            return error;
        if (!DerivativeMarket.IsLotValue(_market, order.PriceTicks))
            return BookError.ValueOverflow;
        ref readonly MarginAccount account = ref _ledger.ReadAccount(seat);
        if (order.Type.MayRest() && !account.HasRoomForOrder)
            return BookError.SeatOrdersFull;

        Requirement needed = RequirementOf(seat, order.Side, new OpenInterest(order.QuantityLots, order.PriceTicks));
        if (needed.Lots > LedgerLayout.MaxPositionLots)
            return BookError.PositionLimit;
        return Equity(account) < needed.Atoms ? BookError.InsufficientMargin : BookError.None;
    }

    private BookError CheckTrading(in EventWriter clocks)
    {
        ref readonly LedgerHeader header = ref Ledger;
        if (header.State != LedgerState.Trading || !TInstrument.IsTrading(header.Terms, clocks.Slot, clocks.UnixSeconds))
            return BookError.NotTrading;
        return header.MarkTicks == 0 ? BookError.NoMarkPrice : BookError.None;
    }

    private void CancelOrders(uint seat, ref EventWriter events, ref OperationResult result)
    {
        while (_ledger.ReadAccount(seat).OrderCount != 0)
        {
            ref readonly MarginAccount account = ref _ledger.ReadAccount(seat);
            OrderNode order = _market.OpenOrderAt(account.Links[account.LinkCount - 1], seat);
            int first = events.Count;
            if (_market.Cancel(seat, order.OrderId, ref events, out OperationResult cancelled) != BookError.None)
                Slab.ThrowCorrupt("An open order of an account cannot be cancelled.");
            TakeOver(events.Written[first..]);
            result.CancelledOrders++;
            result.CancelledLots += cancelled.CancelledLots;
            result.Reason = DoneReason.Cancelled;
        }
    }

    /// <summary>Brings the accounts to where the market is.</summary>
    private void TakeOver(ReadOnlySpan<BookEvent> events)
    {
        ref LedgerHeader header = ref _ledger.WriteHeader();
        foreach (ref readonly BookEvent e in events)
        {
            switch (e.Kind)
            {
                case BookEventKind.Fill:
                    Trade(ref header, e.Seat, e.Side, e.Lots, e.PriceTicks);
                    Trade(ref header, e.TakerSeat, e.Side.Opposite(), e.Lots, e.PriceTicks);
                    if (e.RemainingLots == 0)
                        _ledger.WriteAccount(e.Seat).RemoveOrder(Market.LinkIn(e.OrderId));
                    break;
                case BookEventKind.Rested:
                    _ledger.WriteAccount(e.Seat).AddOrder(Market.LinkIn(e.OrderId));
                    break;
                case BookEventKind.Cancelled:
                    _ledger.WriteAccount(e.Seat).RemoveOrder(Market.LinkIn(e.OrderId));
                    break;
            }
        }

        header.NextEventSequence = _market.Header.NextEventSequence;
    }

    /// <summary>One side of a fill: lots come and cash goes, or the other way round.</summary>
    private void Trade(ref LedgerHeader header, uint seat, Side side, ulong lots, ulong priceTicks)
    {
        if (seat >= header.AccountCount)
            Slab.ThrowCorrupt("An order in the market is of no account.");
        ref MarginAccount account = ref _ledger.WriteAccount(seat);
        PayFunding(ref header, ref account);
        var atoms = (Int128)((UInt128)lots * priceTicks * _market.Header.TickSize);
        header.OpenInterestLots -= account.LongLots;
        if (side == Side.Bid)
        {
            account.PositionLots += (long)lots;
            AddCash(ref account, -atoms);
        }
        else
        {
            account.PositionLots -= (long)lots;
            AddCash(ref account, atoms);
        }

        header.OpenInterestLots += account.LongLots;
    }
}
