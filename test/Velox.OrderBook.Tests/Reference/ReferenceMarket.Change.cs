namespace Velox.OrderBook.Tests;

/// <content>Cancelling, reducing and replacing open orders.</content>
internal sealed partial class ReferenceMarket
{
    public BookError Cancel(uint seat, Func<ReferenceOrder?> find, out ReferenceResult result) =>
        Reduce(seat, find, ulong.MaxValue, DoneReason.Cancelled, out result);

    public BookError Reduce(uint seat, Func<ReferenceOrder?> find, ulong byLots, out ReferenceResult result) =>
        Reduce(seat, find, byLots, DoneReason.Reduced, out result);

    /// <summary>Cancels the newest orders, of one side or of both.</summary>
    public BookError CancelAll(uint seat, Side? side, int maxOrders, out ReferenceResult result)
    {
        ReferenceResult done = default;
        BookError error = Operate(mayTrade: false, () =>
        {
            if (seat >= Seats.Count)
                return BookError.UnknownSeat;
            if (side is { } given && !Enum.IsDefined(given))
                return BookError.InvalidOrderType;
            if (maxOrders is < 1 or > 256)
                return BookError.InvalidCancelLimit;

            done = CancelNewest(seat, side, maxOrders);
            return BookError.None;
        });
        result = done;
        return error;
    }

    private ReferenceResult CancelNewest(uint seat, Side? side, int maxOrders)
    {
        var orders = Orders.Where(order => order.Seat == seat && (side == null || order.Side == side))
            .OrderByDescending(order => order.Sequence).Take(maxOrders).ToList();
        ulong lots = orders.Aggregate(0UL, (sum, order) => unchecked(sum + order.OpenLots));
        foreach (ReferenceOrder order in orders)
            End(order, DoneReason.Cancelled);
        DoneReason reason = orders.Count == 0 ? DoneReason.None : DoneReason.Cancelled;
        return new(0, 0, 0, lots, (uint)orders.Count, reason);
    }

    public BookError Replace(
        uint seat, Func<ReferenceOrder?> find, ulong priceTicks, ulong quantityLots, SelfTrade selfTrade,
        out ReferenceResult result)
    {
        ReferenceResult done = default;
        BookError error = Operate(mayTrade: true, () =>
        {
            if (seat >= Seats.Count)
                return BookError.UnknownSeat;
            if (!Enum.IsDefined(selfTrade))
                return BookError.InvalidOrderType;
            if (quantityLots == 0)
                return BookError.InvalidQuantity;
            ReferenceOrder? old = find();
            if (old is null || old.Seat != seat)
                return BookError.UnknownOrder;
            if (priceTicks == old.PriceTicks && quantityLots <= old.OpenLots)
            {
                done = TakeOff(old, old.OpenLots - quantityLots, DoneReason.None);
                return BookError.None;
            }

            NewOrder order = old.Placed with
            {
                PriceTicks = priceTicks,
                QuantityLots = quantityLots,
                SelfTrade = selfTrade,
                TriggerTicks = old.IsPending ? old.Placed.TriggerTicks : 0,
            };
            ReferenceMarket without = Copy();
            without.End(without.Orders.Single(other => other.Sequence == old.Sequence), DoneReason.Replaced);
            BookError refused = without.CheckPlace(seat, order, Blocks(), NextTriggered() != null, out ulong gotTicks, isReplacing: true);
            if (refused != BookError.None)
                return refused;

            End(old, DoneReason.Replaced);
            done = Accept(seat, order, gotTicks) with { CancelledOrders = 1 };
            return BookError.None;
        });
        result = done;
        return error;
    }

    private BookError Reduce(
        uint seat, Func<ReferenceOrder?> find, ulong byLots, DoneReason wholeReason, out ReferenceResult result)
    {
        ReferenceResult done = default;
        BookError error = Operate(mayTrade: false, () =>
        {
            if (seat >= Seats.Count)
                return BookError.UnknownSeat;
            if (byLots == 0)
                return BookError.InvalidQuantity;
            ReferenceOrder? order = find();
            if (order is null || order.Seat != seat)
                return BookError.UnknownOrder;
            done = TakeOff(order, Math.Min(byLots, order.OpenLots), wholeReason);
            return BookError.None;
        });
        result = done;
        return error;
    }

    private void End(ReferenceOrder order, DoneReason reason) => TakeOff(order, order.OpenLots, reason);

    /// <summary>Takes lots off an open order, hidden ones first, in place; all of them end it.</summary>
    private ReferenceResult TakeOff(ReferenceOrder order, ulong lots, DoneReason wholeReason)
    {
        if (lots == 0)
            return new(order.Sequence, 0, order.OpenLots, 0, 0, DoneReason.None);
        ulong hidden = Math.Min(lots, order.HiddenLots);
        ulong visible = lots - hidden;
        order.HiddenLots -= hidden;
        order.VisibleLots -= visible;
        AddToFree(order.Seat, PaysWith(order.Side), ValueOf(order.Side, lots, order.PriceTicks));

        bool isWhole = order.OpenLots == 0;
        if (isWhole)
            Orders.Remove(order);
        DoneReason reason = isWhole ? wholeReason : DoneReason.None;
        BookEventKind kind = order.IsPending ? BookEventKind.Withdrawn
            : isWhole ? BookEventKind.Cancelled
            : BookEventKind.Reduced;
        Tell(kind, order, visible, reason);
        return new(order.Sequence, 0, order.OpenLots, lots, isWhole ? 1u : 0, reason);
    }
}
