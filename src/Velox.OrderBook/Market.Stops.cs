namespace Velox.OrderBook;

/// <content>Stops: waiting for their trigger, and entering the book.</content>
public readonly partial struct Market
{
    /// <summary>Puts an accepted stop where it waits, its value locked.</summary>
    private void Wait(ref MarketHeader header, in Taker taker, uint link, ref EventWriter events)
    {
        ref readonly NewOrder order = ref taker.Order;
        OpenNode(ref header, taker, link);
        ref OrderNode node = ref _slab.WriteOrder(link);
        node.OpenLots = order.QuantityLots;
        node.BeginWaiting(order.SelfTrade);
        header.SpecialOrders++;
        _slab.WriteExtra(link).TriggerTicks = order.TriggerTicks;
        OpenExtra(ref header, order, link);
        LockLots(header, link, order.QuantityLots);

        // None is triggered and waiting, or this one would have been refused: what came before counts no more.
        header.HighTicks = header.LastTradePriceTicks;
        header.LowTicks = header.LastTradePriceTicks;
        StopHeap.Add(_slab, ref header, link);

        ref BookEvent accepted = ref NextEvent(ref header, ref events, BookEventKind.Accepted, order, taker.Seat, taker.OrderId);
        accepted.Reason = DoneReason.None;
        accepted.PriceTicks = order.TriggerTicks;
        accepted.Lots = order.QuantityLots;
        accepted.RemainingLots = order.QuantityLots;
    }

    /// <summary>Lets triggered stops in, one after the other, as far as one operation goes.</summary>
    private void Trigger(ref MarketHeader header, int mostEvents, ref Frame frame, ref EventWriter events)
    {
        if (header.Phase != MarketPhase.Continuous)
            return;
        while (header.FirstStopBid != 0 || header.FirstStopAsk != 0)
        {
            ulong last = header.LastTradePriceTicks;
            header.HighTicks = Math.Max(header.HighTicks, last);
            header.LowTicks = header.LowTicks == 0 ? last : Math.Min(header.LowTicks, last);
            uint link = NextTriggered(header);
            if (link == 0)
            {
                header.HighTicks = last;
                header.LowTicks = last;
                return;
            }

            if (frame.Triggered == MaxTriggersPerOperation || events.Count - frame.FirstEvent > mostEvents)
                return;
            frame.Triggered++;
            if (IsExpired(link, events))
                End(ref header, link, DoneReason.Expired, ref events);
            else
                EnterTriggered(ref header, link, ref events);
        }
    }

    private bool IsTriggerDue(in MarketHeader header) => NextTriggered(header) != 0;

    /// <summary>The stop that the trades since the last quiet moment have triggered and that enters next, or 0.</summary>
    private uint NextTriggered(in MarketHeader header)
    {
        if (header.LastTradePriceTicks == 0)
            return 0;
        uint bid = header.FirstStopBid;
        if (bid != 0 && _slab.ReadExtra(bid).TriggerTicks <= header.HighTicks)
            return bid;
        uint ask = header.FirstStopAsk;
        return ask != 0 && _slab.ReadExtra(ask).TriggerTicks >= header.LowTicks ? ask : 0;
    }

    private void EnterTriggered(ref MarketHeader header, uint link, ref EventWriter events)
    {
        ref OrderNode node = ref _slab.WriteOrder(link);
        StopHeap.Remove(_slab, ref header, link);
        UnlockLots(header, link, node.OpenLots);
        var taker = new Taker
        {
            Seat = node.Seat,
            OrderId = node.OrderId,
            Order = OrderOf(link),
            LeftLots = node.OpenLots,
        };
        if (taker.IsMarketBid)
            taker.BudgetAtoms = node.OpenLots * node.PriceTicks * header.TickSize;

        ref BookEvent triggered = ref NextEvent(
            ref header, ref events, BookEventKind.Triggered, taker.Order, taker.Seat, taker.OrderId);
        triggered.Reason = DoneReason.None;
        triggered.PriceTicks = taker.Order.TriggerTicks;
        triggered.Lots = node.OpenLots;
        triggered.RemainingLots = node.OpenLots;

        // From here on it is an arriving order that has a node already.
        node.EndWaiting();
        _slab.WriteExtra(link).TriggerTicks = 0;
        OperationResult result = default;
        Enter(ref header, ref taker, link, ref events, ref result);
    }
}
