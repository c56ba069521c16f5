namespace Velox.OrderBook;

/// <content>Placing an order: all checks first, then matching, then resting or closing.</content>
public readonly partial struct Market
{
    /// <summary>
    /// Places an order: matches it by price, then time, at the makers' prices, and rests what is left if its type says
    /// so.
    /// </summary>
    /// <remarks>
    /// An order that may rest is refused on arrival unless there is a place for it: fewer than maxOpenOrdersPerSeat
    /// open orders of its seat, a free order node, and a level at its price or a free one. This holds even if it would
    /// fill.
    /// <para>
    /// The remainder is cancelled, and the result says why, when an immediate-or-cancel finds nothing more to match,
    /// when the next order to match is of the same seat, and after <see cref="MaxFillsPerOrder"/> fills.
    /// </para>
    /// Errors, in the order of their checks: UnknownSeat, InvalidOrderType, InvalidQuantity, InvalidPrice,
    /// ValueOverflow, EventBufferFull, SequenceExhausted, InsufficientFunds, DuplicateClientOrderId, SeatOrdersFull,
    /// OrdersFull, LevelsFull, WouldCross, WouldNotFill.
    /// </remarks>
    public BookError Place(uint seat, in NewOrder order, ref EventWriter events, out OperationResult result)
    {
        result = default;
        BookError error = CheckPlace(seat, order, events.Remaining);
        if (error != BookError.None)
            return error;

        ref MarketHeader header = ref _slab.WriteHeader();

        // The node is taken before matching frees others, because its link is part of the id that the fills carry.
        bool mayRest = order.Type.MayRest();
        uint link = mayRest ? _slab.TakeOrder(ref header) : 0;
        result.OrderId = (header.NextOrderSequence++ << MarketLayout.OrderLinkBits) | link;

        DoneReason stopped = Match(ref header, seat, order, ref events, ref result);
        ulong remainingLots = order.QuantityLots - result.FilledLots;
        if (stopped == DoneReason.None && mayRest)
        {
            result.RestingLots = remainingLots;
            Rest(ref header, seat, order, link, ref events, result);
            return BookError.None;
        }

        if (mayRest)
            _slab.FreeOrder(ref header, link);
        result.CancelledLots = remainingLots;
        result.Reason = stopped == DoneReason.None ? DoneReason.ImmediateOrCancel : stopped;
        EmitClosed(ref header, seat, order, ref events, result);
        return BookError.None;
    }

    private BookError CheckPlace(uint seat, in NewOrder order, int eventRoom)
    {
        ref readonly MarketHeader header = ref Header;
        if (seat >= header.SeatCount)
            return BookError.UnknownSeat;
        if (order.Side > Side.Ask || order.Type > OrderType.PostOnly)
            return BookError.InvalidOrderType;
        if (order.QuantityLots == 0)
            return BookError.InvalidQuantity;
        if (order.PriceTicks == 0)
            return BookError.InvalidPrice;
        if (!Money.TryQuoteValue(order.QuantityLots, order.PriceTicks, header.TickSize, out ulong quoteAtoms)
            | !Money.TryMultiply(order.QuantityLots, header.LotSize, out ulong baseAtoms))
        {
            return BookError.ValueOverflow;
        }

        if (eventRoom < MaxEventsPerOperation)
            return BookError.EventBufferFull;
        if (header.NextOrderSequence > MarketLayout.MaxOrderSequence)
            return BookError.SequenceExhausted;

        ref readonly SeatNode node = ref _slab.ReadSeat(seat);
        if (order.Side == Side.Bid ? node.QuoteFree < quoteAtoms : node.BaseFree < baseAtoms)
            return BookError.InsufficientFunds;
        if (order.ClientOrderId != 0 && order.ClientOrderId <= node.HighClientOrderId
            && FindByClientId(seat, order.ClientOrderId) != 0)
        {
            return BookError.DuplicateClientOrderId;
        }

        if (order.Type.MayRest())
        {
            BookError error = CheckRoomToRest(header, node, order);
            if (error != BookError.None)
                return error;
        }

        return order.Type switch
        {
            OrderType.PostOnly when WouldCross(header, order) => BookError.WouldCross,
            OrderType.FillOrKill when !WouldFill(header, seat, order) => BookError.WouldNotFill,
            _ => BookError.None,
        };
    }

    private BookError CheckRoomToRest(in MarketHeader header, in SeatNode seat, in NewOrder order)
    {
        if (seat.OpenOrders >= header.MaxOpenOrdersPerSeat)
            return BookError.SeatOrdersFull;
        if (!Slab.HasFreeOrder(header))
            return BookError.OrdersFull;

        // Matching never touches the order's own side, so what this finds still holds when the order comes to rest.
        return Slab.HasFreeLevel(header)
            || LevelTree.Find(_slab, header.ReadSide(order.Side), order.Side, order.PriceTicks, out _) != 0
            ? BookError.None
            : BookError.LevelsFull;
    }

    private bool WouldCross(in MarketHeader header, in NewOrder order)
    {
        uint best = header.ReadSide(order.Side.Opposite()).Best;
        return best != 0 && order.Side.Crosses(order.PriceTicks, _slab.ReadLevel(best).PriceTicks);
    }

    /// <summary>
    /// Whether matching would fill the whole order: the walk of <see cref="Match"/>, without a change.
    /// </summary>
    private bool WouldFill(in MarketHeader header, uint seat, in NewOrder order)
    {
        ulong wantedLots = order.QuantityLots;
        uint levelLink = header.ReadSide(order.Side.Opposite()).Best;
        uint makerLink = levelLink == 0 ? 0 : _slab.ReadLevel(levelLink).FirstOrder;
        for (int fills = 0; fills < MaxFillsPerOrder && levelLink != 0; fills++)
        {
            ref readonly LevelNode level = ref _slab.ReadLevel(levelLink);
            ref readonly OrderNode maker = ref _slab.ReadOrder(makerLink);
            if (!order.Side.Crosses(order.PriceTicks, level.PriceTicks) || maker.Seat == seat)
                return false;
            if (maker.OpenLots >= wantedLots)
                return true;

            wantedLots -= maker.OpenLots;
            makerLink = maker.Next;
            if (makerLink == 0)
            {
                levelLink = level.Worse;
                makerLink = levelLink == 0 ? 0 : _slab.ReadLevel(levelLink).FirstOrder;
            }
        }

        return false;
    }

    /// <summary>Fills the order as far as it goes.</summary>
    /// <returns><see cref="DoneReason.None"/> when nothing more matches; else why it stopped.</returns>
    private DoneReason Match(
        ref MarketHeader header, uint seat, in NewOrder order, ref EventWriter events, ref OperationResult result)
    {
        ref readonly BookSide makers = ref header.SideOf(order.Side.Opposite());
        for (int fills = 0; result.FilledLots < order.QuantityLots; fills++)
        {
            uint levelLink = makers.Best;
            if (levelLink == 0)
                return DoneReason.None;
            ref readonly LevelNode level = ref _slab.ReadLevel(levelLink);
            if (!order.Side.Crosses(order.PriceTicks, level.PriceTicks))
                return DoneReason.None;

            uint makerLink = level.FirstOrder;
            if (_slab.ReadOrder(makerLink).Seat == seat)
                return DoneReason.SelfTrade;
            if (fills == MaxFillsPerOrder)
                return DoneReason.FillLimit;
            Fill(ref header, seat, order, makerLink, ref events, ref result);
        }

        return DoneReason.Filled;
    }

    private void Fill(
        ref MarketHeader header, uint seat, in NewOrder order, uint makerLink, ref EventWriter events,
        ref OperationResult result)
    {
        ref OrderNode maker = ref _slab.WriteOrder(makerLink);
        ulong lots = Math.Min(order.QuantityLots - result.FilledLots, maker.OpenLots);
        Settle(ref header, seat, order.Side, maker, lots);
        header.LastTradePriceTicks = maker.PriceTicks;
        header.TradeCount++;
        result.FilledLots += lots;

        ref BookEvent fill = ref events.Next();
        fill = new BookEvent
        {
            Sequence = header.NextEventSequence++,
            Kind = BookEventKind.Fill,
            Side = maker.Side,
            Seat = maker.Seat,
            TakerSeat = (ushort)seat,
            OrderId = maker.OrderId,
            TakerOrderId = result.OrderId,
            PriceTicks = maker.PriceTicks,
            Lots = lots,
            RemainingLots = maker.OpenLots - lots,
            Slot = events.Slot,
        };
        TakeLots(ref header, makerLink, lots);
    }

    /// <summary>Moves the money of one fill between taker, maker and fees.</summary>
    private void Settle(ref MarketHeader header, uint takerSeat, Side takerSide, in OrderNode maker, ulong lots)
    {
        ulong baseAtoms = lots * header.LotSize;
        ulong quoteAtoms = lots * maker.PriceTicks * header.TickSize;
        ref SeatNode takerNode = ref _slab.WriteSeat(takerSeat);
        ref SeatNode makerNode = ref _slab.WriteSeat(maker.Seat);
        if (takerSide == Side.Bid)
        {
            Money.Subtract(ref takerNode.QuoteFree, quoteAtoms);
            Money.Subtract(ref makerNode.BaseLocked, baseAtoms);
            Receive(ref takerNode.BaseFree, ref header.FeesBase, baseAtoms, header.TakerFeeBps);
            Receive(ref makerNode.QuoteFree, ref header.FeesQuote, quoteAtoms, header.MakerFeeBps);
        }
        else
        {
            Money.Subtract(ref takerNode.BaseFree, baseAtoms);
            Money.Subtract(ref makerNode.QuoteLocked, quoteAtoms);
            Receive(ref takerNode.QuoteFree, ref header.FeesQuote, quoteAtoms, header.TakerFeeBps);
            Receive(ref makerNode.BaseFree, ref header.FeesBase, baseAtoms, header.MakerFeeBps);
        }
    }

    private static void Receive(ref ulong balance, ref ulong fees, ulong atoms, ulong feeBps)
    {
        ulong fee = Money.Fee(atoms, feeBps);
        Money.Add(ref fees, fee);
        Money.Add(ref balance, atoms - fee);
    }

    private void Rest(
        ref MarketHeader header, uint seat, in NewOrder order, uint link, ref EventWriter events,
        in OperationResult result)
    {
        ref readonly BookSide book = ref header.SideOf(order.Side);
        uint levelLink = LevelTree.Find(_slab, book, order.Side, order.PriceTicks, out uint parent);
        if (levelLink == 0)
            levelLink = LevelTree.Insert(_slab, ref header, order.Side, order.PriceTicks, parent);

        _slab.WriteOrder(link) = new OrderNode
        {
            OrderId = result.OrderId,
            ClientOrderId = order.ClientOrderId,
            PriceTicks = order.PriceTicks,
            OpenLots = result.RestingLots,
            Level = levelLink,
            Seat = (ushort)seat,
            Side = order.Side,
            Type = order.Type,
            Slot = events.Slot,
        };
        LinkOrder(ref header, link);
        Lock(ref _slab.WriteSeat(seat), header, order.Side, result.RestingLots, order.PriceTicks);

        events.Next() = new BookEvent
        {
            Sequence = header.NextEventSequence++,
            Kind = BookEventKind.Rested,
            Side = order.Side,
            Type = order.Type,
            Seat = (ushort)seat,
            OrderId = result.OrderId,
            ClientOrderId = order.ClientOrderId,
            PriceTicks = order.PriceTicks,
            Lots = result.RestingLots,
            RemainingLots = result.RestingLots,
            Slot = events.Slot,
        };
    }

    private static void EmitClosed(
        ref MarketHeader header, uint seat, in NewOrder order, ref EventWriter events, in OperationResult result)
    {
        events.Next() = new BookEvent
        {
            Sequence = header.NextEventSequence++,
            Kind = BookEventKind.Closed,
            Side = order.Side,
            Reason = result.Reason,
            Type = order.Type,
            Seat = (ushort)seat,
            OrderId = result.OrderId,
            ClientOrderId = order.ClientOrderId,
            PriceTicks = order.PriceTicks,
            Lots = result.CancelledLots,
            Slot = events.Slot,
        };
    }
}
