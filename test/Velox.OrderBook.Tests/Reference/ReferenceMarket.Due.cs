namespace Velox.OrderBook.Tests;

/// <content>Due work: expiry and triggers.</content>
internal sealed partial class ReferenceMarket
{
    private int _triggered;
    private ulong _highTicks;
    private ulong _lowTicks;

    private bool IsExpired(NewOrder order) =>
        order.Expiry != Expiry.Never && order.Expiry.Value < (order.Expiry.IsTime ? UnixSeconds : Slot);

    private void ExpireDue()
    {
        List<ReferenceOrder> due = Orders.Where(order => IsExpired(order.Placed))
            .OrderBy(order => order.Placed.Expiry.IsTime).ThenBy(order => order.Placed.Expiry.Value)
            .ThenBy(order => order.Sequence).Take(64).ToList();
        foreach (ReferenceOrder order in due)
            End(order, DoneReason.Expired);
    }

    /// <summary>Lets triggered stops in, one after the other.</summary>
    private void Trigger(int mostEvents)
    {
        if (Phase != MarketPhase.Continuous)
            return;
        for (; ; _triggered++)
        {
            if (LastTradePriceTicks > _highTicks || _highTicks == 0)
                _highTicks = LastTradePriceTicks;
            if (LastTradePriceTicks < _lowTicks || _lowTicks == 0)
                _lowTicks = LastTradePriceTicks;
            ReferenceOrder? next = NextTriggered();
            if (next == null)
            {
                _highTicks = LastTradePriceTicks;
                _lowTicks = LastTradePriceTicks;
                return;
            }

            if (_triggered == 16 || Events.Count > mostEvents)
                return;
            if (IsExpired(next.Placed))
                End(next, DoneReason.Expired);
            else
                EnterTriggered(next);
        }
    }

    private ReferenceOrder? NextTriggered()
    {
        IEnumerable<ReferenceOrder> stops = Orders.Where(order => order.IsPending && LastTradePriceTicks != 0);
        return stops.Where(order => order.Side == Side.Bid && order.Placed.TriggerTicks <= _highTicks)
            .OrderBy(order => order.Placed.TriggerTicks).ThenBy(order => order.Sequence).FirstOrDefault()
            ?? stops.Where(order => order.Side == Side.Ask && order.Placed.TriggerTicks >= _lowTicks)
            .OrderByDescending(order => order.Placed.TriggerTicks).ThenBy(order => order.Sequence).FirstOrDefault();
    }

    private void EnterTriggered(ReferenceOrder stop)
    {
        Tell(BookEventKind.Triggered, stop, stop.VisibleLots, DoneReason.None, stop.Type);
        var unlocked = ValueOf(stop.Side, stop.VisibleLots, stop.PriceTicks);
        AddToFree(stop.Seat, PaysWith(stop.Side), unlocked);
        Orders.Remove(stop);
        stop.IsPending = false;
        Enter(stop, stop.VisibleLots, unlocked);
    }
}
