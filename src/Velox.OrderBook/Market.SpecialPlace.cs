namespace Velox.OrderBook;

/// <content>Placing when the order, or an open one, is more than plain. docs/order-types.md has the rules.</content>
public readonly partial struct Market
{
    private BookError PlaceSpecial(uint seat, in NewOrder order, ref EventWriter events, out OperationResult result)
    {
        result = default;
        var frame = new Frame(events.Count);
        BookError error = DoDueWork(ref frame, ref events);
        if (error != BookError.None)
            return error;
        error = CheckSpecial(seat, order, 0, RoomOf(frame, events), events, out ulong priceTicks);
        if (error != BookError.None)
            return error;

        ref MarketHeader header = ref BeginChange();
        Accept(ref header, seat, order, priceTicks, ref events, ref result);
        Trigger(ref header, MostEventsBeforeTrigger, ref frame, ref events);
        EndChange(ref header);
        return BookError.None;
    }

    /// <summary>Room for events that the operation had when it began.</summary>
    private static int RoomOf(in Frame frame, in EventWriter events) => events.Remaining + events.Count - frame.FirstEvent;

    /// <summary>All checks of an order, with an open one of the same side counted as gone but for its level.</summary>
    /// <param name="seat">Whose order.</param>
    /// <param name="order">The order.</param>
    /// <param name="replaced">Link of the order that it replaces, or 0.</param>
    /// <param name="eventRoom">Room for events when the operation began.</param>
    /// <param name="clocks">For their values.</param>
    /// <param name="priceTicks">The price it gets.</param>
    private BookError CheckSpecial(
        uint seat, in NewOrder order, uint replaced, int eventRoom, in EventWriter clocks, out ulong priceTicks)
    {
        priceTicks = order.PriceTicks;
        ref readonly MarketHeader header = ref Header;
        if (!HasSeat(seat))
            return BookError.UnknownSeat;
        if (order.Side > Side.Ask || order.Type > OrderType.Market || order.SelfTrade > SelfTrade.DecrementBoth)
            return BookError.InvalidOrderType;
        BookError error = CheckForm(header, order, clocks, out ulong neededAtoms);
        if (error != BookError.None)
            return error;
        if (eventRoom < MaxEventsPerOperation)
            return BookError.EventBufferFull;
        if (order.TriggerTicks != 0 && IsTriggerDue(header))
            return BookError.TriggersPending;
        if (header.NextOrderSequence > MarketLayout.MaxOrderSequence)
            return BookError.SequenceExhausted;
        if (!header.IsMatchingOnly && FreeWithout(header, seat, order.Side, replaced) < neededAtoms)
            return BookError.InsufficientFunds;
        error = CheckRestrictions(header, seat, order, replaced);
        if (error != BookError.None)
            return error;
        if (replaced == 0)
        {
            error = CheckPlaceAmongOrders(header, seat, order);
            if (error != BookError.None)
                return error;
        }

        return order.TriggerTicks != 0 ? BookError.None : CheckBook(header, seat, order, clocks, ref priceTicks);
    }

    /// <summary>What can be said of an order by itself, and by the clocks.</summary>
    private static BookError CheckForm(
        in MarketHeader header, in NewOrder order, in EventWriter clocks, out ulong neededAtoms)
    {
        neededAtoms = 0;
        bool isStop = order.TriggerTicks != 0;
        bool hasPrice = order.Type != OrderType.Market || (isStop && order.Side == Side.Bid);
        if (order.QuantityLots == 0)
            return BookError.InvalidQuantity;
        if (hasPrice != (order.PriceTicks != 0))
            return BookError.InvalidPrice;
        if (isStop && order.Type is not (OrderType.Limit or OrderType.ImmediateOrCancel or OrderType.Market))
            return BookError.InvalidTrigger;
        if (order.DisplayLots != 0 && !order.Type.MayRest())
            return BookError.InvalidDisplay;
        if (order.Expiry != Expiry.Never
            && (order.Expiry.IsPast(clocks.Slot, clocks.UnixSeconds) || !order.MayStayOpen))
        {
            return BookError.InvalidExpiry;
        }

        if (!Money.TryQuoteValue(order.QuantityLots, order.PriceTicks, header.TickSize, out ulong quoteAtoms)
            | !Money.TryMultiply(order.QuantityLots, header.LotSize, out ulong baseAtoms))
        {
            return BookError.ValueOverflow;
        }

        neededAtoms = order.Side == Side.Bid ? quoteAtoms : baseAtoms;
        return BookError.None;
    }

    /// <summary>What a seat may pay with once an order of the same side, if any, has given back what it holds.</summary>
    private ulong FreeWithout(in MarketHeader header, uint seat, Side side, uint replaced)
    {
        ref readonly SeatNode node = ref _slab.ReadSeat(seat);
        ulong freeAtoms = side == Side.Bid ? node.QuoteFree : node.BaseFree;
        if (replaced == 0)
            return freeAtoms;

        // Both are parts of the market's total: the sum does not overflow.
        ulong lots = OpenLotsOf(replaced);
        ulong lockedAtoms = side == Side.Bid
            ? lots * _slab.ReadOrder(replaced).PriceTicks * header.TickSize
            : lots * header.LotSize;
        return unchecked(freeAtoms + lockedAtoms);
    }

    /// <summary>Checks the client order id, and the room among the seat's and the market's orders.</summary>
    private BookError CheckPlaceAmongOrders(in MarketHeader header, uint seat, in NewOrder order)
    {
        if (ClientOrderIndex.Find(_slab, seat, order.ClientOrderId) != 0)
            return BookError.DuplicateClientOrderId;
        if (!order.MayStayOpen)
            return BookError.None;
        if (!header.IsMatchingOnly && HasFullSeat(header, seat, more: 1))
            return BookError.SeatOrdersFull;
        return Slab.HasFreeOrder(header) ? BookError.None : BookError.OrdersFull;
    }

    /// <summary>Whether so many more orders are more than a seat may have open.</summary>
    private bool HasFullSeat(in MarketHeader header, uint seat, uint more)
    {
        ref readonly SeatNode node = ref _slab.ReadSeat(seat);
        return (ulong)node.OpenOrders + more > MaxOpenOrdersOf(header, node);
    }

    /// <summary>Checks an order that enters at once against the book.</summary>
    private BookError CheckBook(
        in MarketHeader header, uint seat, in NewOrder order, in EventWriter clocks, ref ulong priceTicks)
    {
        ulong oppositeTicks = header.ReadSide(order.Side.Opposite()).BestTicks;
        if (order.Type == OrderType.PostOnlySlide)
        {
            BookError error = Slide(header, order, oppositeTicks, ref priceTicks);
            if (error != BookError.None)
                return error;
        }

        if (order.Type.MayRest() && !HasRoomAt(header, order.Side, priceTicks))
            return BookError.LevelsFull;
        return order.Type switch
        {
            OrderType.PostOnly when IsCrossing(order, oppositeTicks) => BookError.WouldCross,
            OrderType.FillOrKill when !WouldFillSpecial(header, seat, order, clocks) => BookError.WouldNotFill,
            _ => BookError.None,
        };
    }

    /// <summary>Whether an order trades at the best price of the other side, 0 if there is none.</summary>
    private static bool IsCrossing(in NewOrder order, ulong oppositeTicks) =>
        oppositeTicks != 0 && order.Side.Crosses(order.PriceTicks, oppositeTicks);

    /// <summary>Moves a post-only-slide order to one tick behind the other side's best price, if it would trade there.</summary>
    private static BookError Slide(in MarketHeader header, in NewOrder order, ulong oppositeTicks, ref ulong priceTicks)
    {
        if (!IsCrossing(order, oppositeTicks))
            return BookError.None;

        // Below price 1 and above the highest are the same in 64 bits: 0.
        ulong movedTicks = unchecked(order.Side == Side.Bid ? oppositeTicks - 1 : oppositeTicks + 1);
        if (movedTicks == 0)
            return BookError.WouldCross;
        if (!Money.TryQuoteValue(order.QuantityLots, movedTicks, header.TickSize, out _))
            return BookError.ValueOverflow;
        priceTicks = movedTicks;
        return BookError.None;
    }

    /// <summary>Executes an order that has been checked: it waits for its trigger, or enters.</summary>
    private void Accept(
        ref MarketHeader header, uint seat, in NewOrder order, ulong priceTicks, ref EventWriter events,
        ref OperationResult result)
    {
        // The node is taken before matching frees others, because its link is part of the id that the fills carry.
        uint link = order.MayStayOpen ? OpenOrders<AnyBook>.TakeNode(_slab) : 0;
        var taker = new Taker
        {
            Seat = seat,
            OrderId = (header.NextOrderSequence++ << MarketLayout.OrderLinkBits) | link,
            Order = order with { PriceTicks = priceTicks },
            LeftLots = order.QuantityLots,
        };
        if (order.TriggerTicks != 0)
        {
            Wait(ref header, taker, link, ref events);
            result.OrderId = taker.OrderId;
            result.RestingLots = order.QuantityLots;
            return;
        }

        if (taker.IsMarketBid && !header.IsMatchingOnly)
            taker.BudgetAtoms = _slab.ReadSeat(seat).QuoteFree;
        Enter(ref header, ref taker, link, ref events, ref result);
    }
}
