namespace Velox.OrderBook;

/// <content>Quotes: a bid and an ask of one seat, replaced together.</content>
public readonly partial struct Market
{
    /// <summary>
    /// Replaces a seat's bid and ask, each named by its client order id, in one operation: both or neither.
    /// </summary>
    /// <param name="seat">Whose quote.</param>
    /// <param name="quote">The new bid and ask.</param>
    /// <param name="events">Needs room for <see cref="MaxEventsPerOperation"/>.</param>
    /// <param name="bid">What became of the bid: the result of its place, reduction in place or cancel.</param>
    /// <param name="ask">What became of the ask.</param>
    /// <returns>In the order of their checks: UnknownSeat, InvalidOrderType, InvalidQuote; for bid then ask InvalidPrice,
    /// InvalidExpiry, ValueOverflow; EventBufferFull, SequenceExhausted, DuplicateClientOrderId; for bid then ask
    /// InsufficientFunds; SeatOrdersFull, OrdersFull; for bid then ask WouldCross and ValueOverflow of a slide; LevelsFull.
    /// When refused, both old orders are as they were.</returns>
    public BookError ReplaceQuote(
        uint seat, in TwoSidedQuote quote, ref EventWriter events, out OperationResult bid, out OperationResult ask)
    {
        bid = default;
        ask = default;
        var frame = new Frame(events.Count);
        BookError error = DoDueWork(ref frame, ref events);
        if (error != BookError.None)
            return error;
        error = CheckQuoteForm(seat, quote, events);
        if (error != BookError.None)
            return error;
        if (RoomOf(frame, events) < MaxEventsPerOperation)
            return BookError.EventBufferFull;
        if (Header.NextOrderSequence > MarketLayout.MaxOrderSequence - 1)
            return BookError.SequenceExhausted;

        QuoteSide bidSide = SideOf(seat, quote.OrderOf(Side.Bid));
        QuoteSide askSide = SideOf(seat, quote.OrderOf(Side.Ask));
        error = CheckQuoteRoom(seat, ref bidSide, ref askSide);
        if (error != BookError.None)
            return error;

        ref MarketHeader header = ref BeginChange();
        TakeOutOrKeep(ref header, bidSide, ref events, ref bid);
        TakeOutOrKeep(ref header, askSide, ref events, ref ask);
        PlaceQuoted(ref header, seat, bidSide, ref events, ref bid);
        PlaceQuoted(ref header, seat, askSide, ref events, ref ask);
        Trigger(ref header, MostEventsBeforeTrigger, ref frame, ref events);
        EndChange(ref header);
        return BookError.None;
    }

    private BookError CheckQuoteForm(uint seat, in TwoSidedQuote quote, in EventWriter clocks)
    {
        if (!HasSeat(seat))
            return BookError.UnknownSeat;
        if (!quote.Type.MayRest() || quote.SelfTrade > SelfTrade.DecrementBoth)
            return BookError.InvalidOrderType;
        bool areCrossed = quote.BidLots != 0 && quote.AskLots != 0 && quote.BidPriceTicks >= quote.AskPriceTicks;
        if (quote.BidClientOrderId == 0 || quote.AskClientOrderId == 0
            || quote.BidClientOrderId == quote.AskClientOrderId || areCrossed)
        {
            return BookError.InvalidQuote;
        }

        BookError error = quote.BidLots == 0
            ? BookError.None
            : CheckForm(Header, quote.OrderOf(Side.Bid), clocks, out _);
        if (error == BookError.None && quote.AskLots != 0)
            error = CheckForm(Header, quote.OrderOf(Side.Ask), clocks, out _);
        return error;
    }

    private QuoteSide SideOf(uint seat, in NewOrder order)
    {
        uint old = FindByClientId(seat, order.ClientOrderId);
        bool isKept = old != 0 && order.QuantityLots != 0 && IsKept(old, order);
        return new QuoteSide
        {
            Order = order,
            Old = old,
            IsPlaced = order.QuantityLots != 0 && !isKept,
            IsTakenOut = old != 0 && !isKept,
            PriceTicks = order.PriceTicks,
        };
    }

    /// <summary>Whether an old order needs no more than a reduction in place to be the new one.</summary>
    private bool IsKept(uint old, in NewOrder order)
    {
        ref readonly OrderNode node = ref _slab.ReadOrder(old);
        if (node.IsWaiting || node.Type != order.Type || node.PriceTicks != order.PriceTicks
            || node.OpenLots < order.QuantityLots)
        {
            return false;
        }

        ref readonly OrderExtra extra = ref _slab.ReadExtra(old);
        return extra.DisplayLots == 0 && extra.Expiry == order.Expiry.Bits;
    }

    private BookError CheckQuoteRoom(uint seat, ref QuoteSide bid, ref QuoteSide ask)
    {
        ref readonly MarketHeader header = ref Header;
        if (IsOfOtherSide(bid) || IsOfOtherSide(ask))
            return BookError.DuplicateClientOrderId;
        uint placed = (bid.IsPlaced ? 1u : 0) + (ask.IsPlaced ? 1u : 0);
        uint takenOut = (bid.IsTakenOut ? 1u : 0) + (ask.IsTakenOut ? 1u : 0);
        if (!header.IsMatchingOnly)
        {
            if (!CanPay(header, seat, bid) || !CanPay(header, seat, ask))
                return BookError.InsufficientFunds;
        }

        BookError error = CheckQuoteRestrictions(header, seat, bid, ask);
        if (error != BookError.None)
            return error;
        if (!header.IsMatchingOnly)
        {
            if (placed != 0 && _slab.ReadSeat(seat).OpenOrders + placed > MaxOpenOrdersOf(header, _slab.ReadSeat(seat)) + takenOut)
                return BookError.SeatOrdersFull;
        }

        if (placed > takenOut + Slab.FreeOrders(_slab, header, atMost: 2))
            return BookError.OrdersFull;

        error = CheckQuotePrice(header, ref bid, ask);
        if (error == BookError.None)
            error = CheckQuotePrice(header, ref ask, bid);
        return error == BookError.None ? CheckQuoteBlocks(header, bid, ask) : error;
    }

    private BookError CheckQuoteRestrictions(in MarketHeader header, uint seat, in QuoteSide bid, in QuoteSide ask)
    {
        if (header.Restrictions == MarketRestrictions.None || !(bid.IsPlaced || ask.IsPlaced))
            return BookError.None;
        BookError error = bid.IsPlaced ? CheckEntry(header, seat, bid.Order) : BookError.None;
        if (error == BookError.None && ask.IsPlaced)
            error = CheckEntry(header, seat, ask.Order);
        if (error != BookError.None || header.IsMatchingOnly)
            return error;
        var change = default(NotionalChange);
        Count(header, bid, ref change);
        Count(header, ask, ref change);
        return IsNotionalFull(header, seat, change) ? BookError.SeatNotionalFull : BookError.None;
    }

    private void Count(in MarketHeader header, in QuoteSide side, ref NotionalChange change)
    {
        ref readonly NewOrder order = ref side.Order;
        if (side.IsPlaced)
            change.Add(header, order.Side, order.QuantityLots, order.PriceTicks);
        if (side.IsTakenOut)
            change.Remove(header, order.Side, OpenLotsOf(side.Old), _slab.ReadOrder(side.Old).PriceTicks);
    }

    private bool IsOfOtherSide(in QuoteSide side) => side.Old != 0 && _slab.ReadOrder(side.Old).Side != side.Order.Side;

    private bool CanPay(in MarketHeader header, uint seat, in QuoteSide side)
    {
        ref readonly NewOrder order = ref side.Order;
        ulong neededAtoms = order.Side == Side.Bid
            ? order.QuantityLots * order.PriceTicks * header.TickSize
            : order.QuantityLots * header.LotSize;
        return !side.IsPlaced || FreeWithout(header, seat, order.Side, side.IsTakenOut ? side.Old : 0) >= neededAtoms;
    }

    /// <summary>Checks a post-only price against the book without the old quote on the other side, and slides it.</summary>
    private BookError CheckQuotePrice(in MarketHeader header, ref QuoteSide side, in QuoteSide other)
    {
        if (!side.IsPlaced || side.Order.Type == OrderType.Limit)
            return BookError.None;
        ulong oppositeTicks = BestWithout(header, side.Order.Side.Opposite(), other.IsTakenOut ? other.Old : 0);
        if (side.Order.Type == OrderType.PostOnlySlide)
            return Slide(header, side.Order, oppositeTicks, ref side.PriceTicks);
        return IsCrossing(side.Order, oppositeTicks) ? BookError.WouldCross : BookError.None;
    }

    /// <summary>The best price of a side as if one of its orders were gone; 0 when nothing is left.</summary>
    private ulong BestWithout(in MarketHeader header, Side side, uint link)
    {
        uint best = header.ReadSide(side).Best;
        if (best == 0)
            return 0;
        ref readonly PriceLevel level = ref _slab.ReadLevel(best);
        if (level.FirstOrder == link && level.LastOrder == link)
            best = Ladder.NextWorse(_slab, side, best);
        return best == 0 ? 0 : Ladder.PriceOf(_slab, best);
    }

    /// <summary>
    /// Checks that there are blocks for both as the book stands. What cancelling and matching take away on the way is
    /// free for them when they rest: never more blocks are in use than those of now and theirs.
    /// </summary>
    private BookError CheckQuoteBlocks(in MarketHeader header, in QuoteSide bid, in QuoteSide ask)
    {
        bool bidNeedsOne = bid.IsPlaced && !Ladder.HasBlock(_slab, header, Side.Bid, bid.PriceTicks);
        bool askNeedsOne = ask.IsPlaced && !Ladder.HasBlock(_slab, header, Side.Ask, ask.PriceTicks);
        uint needed = (bidNeedsOne ? 1u : 0) + (askNeedsOne ? 1u : 0);
        return needed <= Slab.FreeBlocks(_slab, header, atMost: 2) ? BookError.None : BookError.LevelsFull;
    }

    private void TakeOutOrKeep(
        ref MarketHeader header, in QuoteSide side, ref EventWriter events, ref OperationResult result)
    {
        if (side.Old == 0)
            return;
        ulong openLots = OpenLotsOf(side.Old);
        if (!side.IsTakenOut)
        {
            ulong byLots = openLots - side.Order.QuantityLots;
            result = ResultOfShrinking(side.Old, byLots);
            if (byLots != 0)
                TakeOff(ref header, side.Old, byLots, DoneReason.None, ref events);
            return;
        }

        DoneReason reason = side.IsPlaced ? DoneReason.Replaced : DoneReason.Cancelled;
        if (!side.IsPlaced)
        {
            result.OrderId = _slab.ReadOrder(side.Old).OrderId;
            result.CancelledLots = openLots;
            result.Reason = reason;
        }

        result.CancelledOrders = 1;
        End(ref header, side.Old, reason, ref events);
    }

    private void PlaceQuoted(
        ref MarketHeader header, uint seat, in QuoteSide side, ref EventWriter events, ref OperationResult result)
    {
        if (side.IsPlaced)
            Accept(ref header, seat, side.Order, side.PriceTicks, ref events, ref result);
    }

    /// <summary>One side of a quote: the old order, and what becomes of it and of the new one.</summary>
    private struct QuoteSide
    {
        internal NewOrder Order;

        /// <summary>Link of the open order with the client order id, or 0.</summary>
        internal uint Old;

        internal bool IsPlaced;
        internal bool IsTakenOut;

        /// <summary>The price the new order gets.</summary>
        internal ulong PriceTicks;
    }
}
