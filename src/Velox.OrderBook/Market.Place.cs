using System.Runtime.CompilerServices;

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
    /// Errors, in the order of their checks: UnknownSeat, InvalidOrderType, InvalidQuantity, InvalidPrice, InvalidTrigger,
    /// InvalidDisplay, InvalidExpiry, ValueOverflow, EventBufferFull, TriggersPending, SequenceExhausted,
    /// InsufficientFunds, DuplicateClientOrderId, SeatOrdersFull, OrdersFull, LevelsFull, WouldCross, WouldNotFill.
    /// docs/order-types.md has all rules, and those of the types beyond the first four.
    /// </remarks>
    public BookError Place(uint seat, in NewOrder order, ref EventWriter events, out OperationResult result)
    {
        if ((Header.SpecialOrders | (uint)Header.Restrictions) != 0 | order.IsSpecial)
            return PlaceSpecial(seat, order, ref events, out result);

        // From here on everything is plain: the order, and every order that it can meet.
        result = default;
        BookError error = CheckPlace(seat, order, events.Remaining);
        if (error != BookError.None)
            return error;

        ref MarketHeader header = ref BeginChange();

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
            EndChange(ref header);
            return BookError.None;
        }

        if (mayRest)
            _slab.FreeOrder(ref header, link);
        result.CancelledLots = remainingLots;
        result.Reason = stopped == DoneReason.None ? DoneReason.ImmediateOrCancel : stopped;
        EmitClosed(ref header, seat, order, ref events, result);
        EndChange(ref header);
        return BookError.None;
    }

    private BookError CheckPlace(uint seat, in NewOrder order, int eventRoom)
    {
        ref readonly MarketHeader header = ref Header;
        bool hasSeats = !header.IsMatchingOnly;
        if (seat >= (hasSeats ? header.SeatCount : MarketLayout.MaxSeats))
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
        if (hasSeats)
        {
            BookError error = CheckSeat(header, seat, order, order.Side == Side.Bid ? quoteAtoms : baseAtoms);
            if (error != BookError.None)
                return error;
        }

        if (ClientOrderIndex.Find(_slab, header.IndexBuckets, seat, order.ClientOrderId) != 0)
            return BookError.DuplicateClientOrderId;
        if (order.Type.MayRest())
        {
            BookError error = CheckRoomToRest(header, seat, order);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private BookError CheckSeat(in MarketHeader header, uint seat, in NewOrder order, ulong atoms)
    {
        ref readonly SeatNode node = ref _slab.ReadSeat(seat);
        return (order.Side == Side.Bid ? node.QuoteFree : node.BaseFree) < atoms
            ? BookError.InsufficientFunds
            : BookError.None;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private BookError CheckRoomToRest(in MarketHeader header, uint seat, in NewOrder order)
    {
        if (!header.IsMatchingOnly && _slab.ReadSeat(seat).OpenOrders >= header.MaxOpenOrdersPerSeat)
            return BookError.SeatOrdersFull;
        if (!Slab.HasFreeOrder(header))
            return BookError.OrdersFull;

        // Matching may take a block away that this finds, but then there is a free one.
        return HasRoomAt(header, order.Side, order.PriceTicks) ? BookError.None : BookError.LevelsFull;
    }

    private static bool WouldCross(in MarketHeader header, in NewOrder order)
    {
        ref readonly BookSide makers = ref header.ReadSide(order.Side.Opposite());
        return makers.Best != 0 && order.Side.Crosses(order.PriceTicks, makers.BestTicks);
    }

    /// <summary>
    /// Whether matching would fill the whole order: the walk of <see cref="Match"/>, without a change.
    /// </summary>
    private bool WouldFill(in MarketHeader header, uint seat, in NewOrder order)
    {
        Side makers = order.Side.Opposite();
        ulong wantedLots = order.QuantityLots;
        uint level = header.ReadSide(makers).Best;
        uint link = level == 0 ? 0 : _slab.ReadLevel(level).FirstOrder;
        for (int fills = 0; fills < MaxFillsPerOrder && level != 0; fills++)
        {
            ref readonly OrderNode maker = ref _slab.ReadOrder(link);
            if (!order.Side.Crosses(order.PriceTicks, maker.PriceTicks) || IsSelfTrade(header, maker, seat))
                return false;
            if (maker.OpenLots >= wantedLots)
                return true;

            wantedLots -= maker.OpenLots;
            link = maker.Next;
            if (link == 0)
            {
                level = Ladder.NextWorse(_slab, makers, level);
                link = level == 0 ? 0 : _slab.ReadLevel(level).FirstOrder;
            }
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSelfTrade(in MarketHeader header, in OrderNode maker, uint seat) =>
        maker.Seat == seat && !header.IsMatchingOnly;

    /// <summary>Fills the order as far as it goes.</summary>
    /// <returns><see cref="DoneReason.None"/> when nothing more matches; else why it stopped.</returns>
    private DoneReason Match(
        ref MarketHeader header, uint seat, in NewOrder order, ref EventWriter events, ref OperationResult result)
    {
        ref readonly BookSide makers = ref header.SideOf(order.Side.Opposite());
        for (int fills = 0; result.FilledLots < order.QuantityLots; fills++)
        {
            if (makers.Best == 0 || !order.Side.Crosses(order.PriceTicks, makers.BestTicks))
                return DoneReason.None;

            uint makerLink = _slab.ReadLevel(makers.Best).FirstOrder;
            if (IsSelfTrade(header, _slab.ReadOrder(makerLink), seat))
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
        if (!header.IsMatchingOnly)
            Settle(ref header, seat, order.Side, maker, lots);
        header.LastTradePriceTicks = maker.PriceTicks;
        header.TradeCount++;
        result.FilledLots += lots;

        ref BookEvent fill = ref events.Next();
        fill.Sequence = header.NextEventSequence++;
        fill.Kind = BookEventKind.Fill;
        fill.Side = maker.Side;
        fill.Reason = DoneReason.None;
        fill.Type = default;
        fill.Seat = maker.Seat;
        fill.TakerSeat = (ushort)seat;
        fill.OrderId = maker.OrderId;
        fill.TakerOrderId = result.OrderId;
        fill.PriceTicks = maker.PriceTicks;
        fill.Lots = lots;
        fill.RemainingLots = maker.OpenLots - lots;
        fill.Slot = events.Slot;
        TakeLots(ref header, makerLink, lots);
    }

    /// <summary>Moves the money of one fill between taker, maker and fees.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Settle(ref MarketHeader header, uint takerSeat, Side takerSide, in OrderNode maker, ulong lots)
    {
        ulong baseAtoms = lots * header.LotSize;
        ulong quoteAtoms = lots * maker.PriceTicks * header.TickSize;
        ref SeatNode takerNode = ref _slab.WriteSeat(takerSeat);
        ref SeatNode makerNode = ref _slab.WriteSeat(maker.Seat);
        int makerFeeBps = header.MakerFeeBps;
        if (takerSide == Side.Bid)
        {
            Money.Subtract(ref takerNode.QuoteFree, quoteAtoms);
            Money.Subtract(ref makerNode.BaseLocked, baseAtoms);
            Receive(ref takerNode.BaseFree, ref header.FeesBase, baseAtoms, header.TakerFeeBps);
            Receive(ref makerNode.QuoteFree, ref header.FeesQuote, quoteAtoms, (ulong)Math.Max(makerFeeBps, 0));
            if (makerFeeBps < 0)
                Rebate(ref makerNode.BaseFree, ref header.FeesBase, baseAtoms, (ulong)-makerFeeBps);
        }
        else
        {
            Money.Subtract(ref takerNode.BaseFree, baseAtoms);
            Money.Subtract(ref makerNode.QuoteLocked, quoteAtoms);
            Receive(ref takerNode.QuoteFree, ref header.FeesQuote, quoteAtoms, header.TakerFeeBps);
            Receive(ref makerNode.BaseFree, ref header.FeesBase, baseAtoms, (ulong)Math.Max(makerFeeBps, 0));
            if (makerFeeBps < 0)
                Rebate(ref makerNode.QuoteFree, ref header.FeesQuote, quoteAtoms, (ulong)-makerFeeBps);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Receive(ref ulong balance, ref ulong fees, ulong atoms, ulong feeBps)
    {
        ulong fee = Money.Fee(atoms, feeBps);
        Money.Add(ref fees, fee);
        Money.Add(ref balance, atoms - fee);
    }

    /// <summary>
    /// Pays the maker out of the fee that the taker has just paid on these atoms: rounded down and at no higher rate, so
    /// never more.
    /// </summary>
    private static void Rebate(ref ulong balance, ref ulong fees, ulong atoms, ulong rebateBps)
    {
        ulong rebate = Money.Rebate(atoms, rebateBps);
        Money.Subtract(ref fees, rebate);
        Money.Add(ref balance, rebate);
    }

    private void Rest(
        ref MarketHeader header, uint seat, in NewOrder order, uint link, ref EventWriter events,
        in OperationResult result)
    {
        uint level = Ladder.Obtain(_slab, ref header, order.Side, order.PriceTicks);
        ref OrderNode node = ref _slab.WriteOrder(link);
        node.OrderId = result.OrderId;
        node.ClientOrderId = order.ClientOrderId;
        node.PriceTicks = order.PriceTicks;
        node.OpenLots = result.RestingLots;
        node.Next = 0;
        node.Level = level;
        node.SeatPrevious = 0;
        node.IndexLeft = 0;
        node.IndexRight = 0;
        node.Seat = (ushort)seat;
        node.Side = order.Side;
        node.Type = order.Type;
        AppendToLevel(ref header, link, ref node);
        if (order.ClientOrderId != 0)
            ClientOrderIndex.Insert(_slab, ref header, link, seat, order.ClientOrderId);
        if (header.IsMatchingOnly)
        {
            node.SeatNext = 0;
        }
        else
        {
            ref SeatNode owner = ref _slab.WriteSeat(seat);
            AddToSeat(ref owner, link, ref node);
            Lock(ref owner, header, order.Side, result.RestingLots, order.PriceTicks);
        }

        ref BookEvent rested = ref NextEvent(ref header, ref events, BookEventKind.Rested, order, seat, result.OrderId);
        rested.Reason = DoneReason.None;
        rested.Lots = result.RestingLots;
        rested.RemainingLots = result.RestingLots;
    }

    private static void EmitClosed(
        ref MarketHeader header, uint seat, in NewOrder order, ref EventWriter events, in OperationResult result)
    {
        ref BookEvent closed = ref NextEvent(ref header, ref events, BookEventKind.Closed, order, seat, result.OrderId);
        closed.Reason = result.Reason;
        closed.Lots = result.CancelledLots;
        closed.RemainingLots = 0;
    }

    /// <summary>An event about an arriving order, written but for its reason and lots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref BookEvent NextEvent(
        ref MarketHeader header, ref EventWriter events, BookEventKind kind, in NewOrder order, uint seat, ulong orderId)
    {
        ref BookEvent written = ref events.Next();
        written.Sequence = header.NextEventSequence++;
        written.Kind = kind;
        written.Side = order.Side;
        written.Type = order.Type;
        written.Seat = (ushort)seat;
        written.TakerSeat = 0;
        written.OrderId = orderId;
        written.ClientOrderId = order.ClientOrderId;
        written.PriceTicks = order.PriceTicks;
        written.Slot = events.Slot;
        return ref written;
    }
}
