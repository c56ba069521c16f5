namespace Velox.OrderBook;

/// <content>Matching when orders may be more than plain: icebergs, expired makers, self-trade modes, budgets.</content>
public readonly unsafe partial struct Market
{
    /// <summary>Matches an order, then rests or closes what is left of it.</summary>
    /// <param name="header">In a change.</param>
    /// <param name="taker">The order; its lots are those left.</param>
    /// <param name="link">Its node when it may rest: empty, or of a stop that was triggered; else 0.</param>
    /// <param name="events">Receives at most <see cref="MaxEventsPerOrder"/> less one.</param>
    /// <param name="result">What was done.</param>
    private void Enter(
        ref MarketHeader header, ref Taker taker, uint link, ref EventWriter events, ref OperationResult result)
    {
        bool hasNode = link != 0 && _slab.ReadOrder(link).OrderId == taker.OrderId;
        DoneReason reason = header.Phase == MarketPhase.Continuous
            ? MatchSpecial(ref header, ref taker, ref events)
            : DoneReason.None;
        result.OrderId = taker.OrderId;
        result.FilledLots = taker.FilledLots;
        ref readonly NewOrder order = ref taker.Order;
        if (reason == DoneReason.None && order.Type.MayRest())
        {
            if (HasRoomAt(header, order.Side, order.PriceTicks))
            {
                result.RestingLots = taker.LeftLots;
                result.CancelledLots = taker.DecrementedLots;
                RestSpecial(ref header, taker, link, hasNode, ref events);
                return;
            }

            reason = DoneReason.NoRoom;
        }

        if (hasNode)
            CloseNode(ref header, link);
        else if (link != 0)
            OpenOrders<AnyBook>.FreeNode(_slab, link);
        result.CancelledLots = taker.LeftLots + taker.DecrementedLots;
        result.Reason = reason == DoneReason.None ? DoneReason.ImmediateOrCancel : reason;
        EmitClosed(ref header, taker.Seat, order, ref events, result);
    }

    private void RestSpecial(ref MarketHeader header, in Taker taker, uint link, bool hasNode, ref EventWriter events)
    {
        ref readonly NewOrder order = ref taker.Order;
        if (!hasNode)
            OpenNode(ref header, taker, link);
        ref OrderNode node = ref _slab.WriteOrder(link);
        bool isIceberg = order.DisplayLots != 0;
        ulong shownLots = isIceberg ? Math.Min(order.DisplayLots, taker.LeftLots) : taker.LeftLots;
        node.OpenLots = shownLots;
        node.Next = 0;
        node.Level = Ladder.Obtain<AnyBook>(_slab, order.Side, order.PriceTicks);
        OpenOrders<AnyBook>.Append(_slab, link, _slab.Order(link));
        LockLots(header, link, taker.LeftLots);

        bool isSpecial = isIceberg || order.Expiry != Expiry.Never;
        if (isSpecial && !hasNode)
        {
            node.HasExtra = true;
            header.SpecialOrders++;
            OpenExtra(ref header, order, link);
        }
        else if (!isSpecial && hasNode)
        {
            CloseExtra(ref header, link);
        }

        if (isIceberg)
            _slab.WriteExtra(link).HiddenLots = taker.LeftLots - shownLots;

        ref BookEvent rested = ref NextEvent(
            ref header, ref events, BookEventKind.Rested, order, taker.Seat, taker.OrderId);
        rested.Reason = DoneReason.None;
        rested.Lots = shownLots;
        rested.RemainingLots = shownLots;
    }

    /// <summary>Fills the order as far as it goes.</summary>
    /// <returns><see cref="DoneReason.None"/> when nothing more matches; else why it stopped.</returns>
    private DoneReason MatchSpecial(ref MarketHeader header, ref Taker taker, ref EventWriter events)
    {
        int firstEvent = events.Count;
        DoneReason reason = DoneReason.None;
        ref readonly BookSide makers = ref header.SideOf(taker.Order.Side.Opposite());
        while (reason == DoneReason.None)
        {
            if (taker.LeftLots == 0)
                return DoneReason.Filled;
            if (makers.Best == 0 || !taker.Crosses(makers.BestTicks))
                return DoneReason.None;
            uint link = _slab.ReadLevel(makers.Best).FirstOrder;
            reason = Meet(ref header, ref taker, link, events.Count - firstEvent, ref events);
        }

        return reason;
    }

    /// <summary>One step of matching: the next maker is filled, or taken out, or ends the match.</summary>
    private DoneReason Meet(ref MarketHeader header, ref Taker taker, uint link, int emitted, ref EventWriter events)
    {
        ref readonly OrderNode maker = ref _slab.ReadOrder(link);
        bool isExpired = maker.HasExtra && IsExpired(link, events);
        bool isSelfTrade = !isExpired && IsSelfTrade(header, maker, taker.Seat);
        if (isSelfTrade && taker.Order.SelfTrade == SelfTrade.CancelTaker)
            return DoneReason.SelfTrade;
        if (emitted >= MaxFillsPerOrder)
            return DoneReason.FillLimit;
        if (isExpired)
        {
            End(ref header, link, DoneReason.Expired, ref events);
            return DoneReason.None;
        }

        if (isSelfTrade)
            return MeetItself(ref header, ref taker, link, ref events);

        ulong lots = Math.Min(taker.LeftLots, maker.OpenLots);
        if (taker.IsMarketBid && !header.IsMatchingOnly)
        {
            lots = taker.Affordable(lots, maker.PriceTicks, header.TickSize);
            if (lots == 0)
                return DoneReason.InsufficientFunds;
            taker.BudgetAtoms -= lots * maker.PriceTicks * header.TickSize;
        }

        FillSpecial(ref header, ref taker, link, lots, ref events);
        return DoneReason.None;
    }

    /// <summary>Meets an order of the same seat in a mode that takes from it.</summary>
    private DoneReason MeetItself(ref MarketHeader header, ref Taker taker, uint link, ref EventWriter events)
    {
        if (taker.Order.SelfTrade != SelfTrade.DecrementBoth)
        {
            End(ref header, link, DoneReason.SelfTrade, ref events);
            return taker.Order.SelfTrade == SelfTrade.CancelBoth ? DoneReason.SelfTrade : DoneReason.None;
        }

        ref readonly OrderNode maker = ref _slab.ReadOrder(link);
        ulong lots = Math.Min(taker.LeftLots, maker.OpenLots);
        bool isWhole = lots == maker.OpenLots && HiddenLotsOf(link, maker) == 0;
        UnlockLots(header, link, lots);
        EmitTaken(
            ref header, link, isWhole ? BookEventKind.Cancelled : BookEventKind.Reduced, lots, DoneReason.SelfTrade, ref events);
        TakeFromMaker(ref header, link, lots, ref events);
        taker.LeftLots -= lots;
        taker.DecrementedLots += lots;
        return taker.LeftLots == 0 ? DoneReason.SelfTrade : DoneReason.None;
    }

    private void FillSpecial(ref MarketHeader header, ref Taker taker, uint link, ulong lots, ref EventWriter events)
    {
        ref readonly OrderNode maker = ref _slab.ReadOrder(link);
        if (!header.IsMatchingOnly)
            Settlement.Settle<AnyBook>(_slab, taker.Seat, taker.Order.Side, maker.Seat, lots, maker.PriceTicks);
        header.LastTradePriceTicks = maker.PriceTicks;
        header.TradeCount++;
        taker.FilledLots += lots;
        taker.LeftLots -= lots;

        ref BookEvent fill = ref NextEvent(ref header, ref events, BookEventKind.Fill, maker);
        fill.Reason = DoneReason.None;
        fill.TakerSeat = (ushort)taker.Seat;
        fill.TakerOrderId = taker.OrderId;
        fill.Lots = lots;
        fill.RemainingLots = maker.OpenLots - lots;
        TakeFromMaker(ref header, link, lots, ref events);
    }

    /// <summary>Takes shown lots off a maker; at 0 an iceberg shows its next peak, and others are closed.</summary>
    private void TakeFromMaker(ref MarketHeader header, uint link, ulong lots, ref EventWriter events)
    {
        ref readonly OrderNode maker = ref _slab.ReadOrder(link);
        if (lots == maker.OpenLots && HiddenLotsOf(link, maker) != 0)
            Replenish(ref header, link, ref events);
        else
            TakeShown(ref header, link, lots);
    }

    /// <summary>Puts the next peak of an iceberg, whose last is used up, behind the others at its price.</summary>
    private void Replenish(ref MarketHeader header, uint link, ref EventWriter events)
    {
        ref OrderNode node = ref _slab.WriteOrder(link);
        ref OrderExtra extra = ref _slab.WriteExtra(link);
        ref PriceLevel level = ref _slab.WriteLevel(node.Level);
        ulong peakLots = Math.Min(extra.DisplayLots, extra.HiddenLots);
        if (peakLots == 0)
            Slab.ThrowCorrupt("An iceberg hides lots and shows none.");
        extra.HiddenLots -= peakLots;
        Money.Subtract(ref level.TotalLots, node.OpenLots);
        Money.Add(ref level.TotalLots, peakLots);
        node.OpenLots = peakLots;
        node.MarkRequeued();
        MoveToEnd(ref level, link, ref node);

        ref BookEvent replenished = ref NextEvent(ref header, ref events, BookEventKind.Replenished, node);
        replenished.Reason = DoneReason.None;
        replenished.Type = node.Type;
        replenished.Lots = peakLots;
        replenished.RemainingLots = peakLots;
    }

    private void MoveToEnd(ref PriceLevel level, uint link, ref OrderNode node)
    {
        uint next = node.Next;
        if (next == 0)
            return;
        if (node.Previous == 0)
            level.FirstOrder = next;
        else
            _slab.WriteOrder(node.Previous).Next = next;
        _slab.WriteOrder(next).Previous = node.Previous;

        node.Previous = level.LastOrder;
        node.Next = 0;
        _slab.WriteOrder(level.LastOrder).Next = link;
        level.LastOrder = link;
    }
}
