namespace Velox.OrderBook;

/// <content>Replacing an open order by one with another price or size.</content>
public readonly partial struct Market
{
    /// <summary>
    /// Gives an open order another price or size. Same price and not more lots: in place, keeping its priority. Else it is
    /// cancelled and placed anew, under a new engine id, with its client order id, side, type, display, trigger and
    /// expiry, and matches again.
    /// </summary>
    /// <param name="seat">Whose order.</param>
    /// <param name="orderId">Engine id of the order.</param>
    /// <param name="priceTicks">As in a place of its type.</param>
    /// <param name="quantityLots">What is to be open, hidden lots included; at least 1.</param>
    /// <param name="selfTrade">Of the new order on arrival.</param>
    /// <param name="events">In place 1 event; else room for <see cref="MaxEventsPerOperation"/>.</param>
    /// <param name="result">Of the new order; in place, as of a reduction.</param>
    /// <returns>UnknownSeat, InvalidOrderType, InvalidQuantity, UnknownOrder; then the errors of a place, with what the
    /// old order holds counted as free but for its level. When refused, the old order is as it was.</returns>
    public BookError Replace(
        uint seat, ulong orderId, ulong priceTicks, ulong quantityLots, SelfTrade selfTrade, ref EventWriter events,
        out OperationResult result) =>
        Replace(seat, orderId, isClientId: false, priceTicks, quantityLots, selfTrade, ref events, out result);

    /// <summary><see cref="Replace(uint, ulong, ulong, ulong, SelfTrade, ref EventWriter, out OperationResult)"/>, by the id
    /// its trader gave the order.</summary>
    public BookError ReplaceByClientId(
        uint seat, ulong clientOrderId, ulong priceTicks, ulong quantityLots, SelfTrade selfTrade, ref EventWriter events,
        out OperationResult result) =>
        Replace(seat, clientOrderId, isClientId: true, priceTicks, quantityLots, selfTrade, ref events, out result);

    private BookError Replace(
        uint seat, ulong id, bool isClientId, ulong priceTicks, ulong quantityLots, SelfTrade selfTrade,
        ref EventWriter events, out OperationResult result)
    {
        result = default;
        var frame = new Frame(events.Count);
        BookError error = DoDueWork(ref frame, ref events);
        if (error != BookError.None)
            return error;
        if (!HasSeat(seat))
            return BookError.UnknownSeat;
        if (selfTrade > SelfTrade.DecrementBoth)
            return BookError.InvalidOrderType;
        if (quantityLots == 0)
            return BookError.InvalidQuantity;
        uint link = isClientId ? FindByClientId(seat, id) : FindById(seat, id);
        if (link == 0)
            return BookError.UnknownOrder;

        ulong openLots = OpenLotsOf(link);
        if (priceTicks == _slab.ReadOrder(link).PriceTicks && quantityLots <= openLots)
            return ShrinkInPlace(ref frame, link, openLots - quantityLots, ref events, out result);

        NewOrder order = OrderOf(link) with
        {
            PriceTicks = priceTicks,
            QuantityLots = quantityLots,
            SelfTrade = selfTrade,
        };
        error = CheckSpecial(seat, order, link, RoomOf(frame, events), events, out ulong gotTicks);
        if (error != BookError.None)
            return error;

        ref MarketHeader header = ref BeginChange();
        End(ref header, link, DoneReason.Replaced, ref events);
        Accept(ref header, seat, order, gotTicks, ref events, ref result);
        result.CancelledOrders = 1;
        Trigger(ref header, MostEventsBeforeTrigger, ref frame, ref events);
        EndChange(ref header);
        return BookError.None;
    }

    private BookError ShrinkInPlace(
        ref Frame frame, uint link, ulong byLots, ref EventWriter events, out OperationResult result)
    {
        result = default;
        if (events.Remaining < 1)
            return BookError.EventBufferFull;
        result = ResultOfShrinking(link, byLots);
        ref MarketHeader header = ref BeginChange();
        if (byLots != 0)
            TakeOff(ref header, link, byLots, DoneReason.None, ref events);
        Trigger(ref header, MostEventsBeforeTrigger, ref frame, ref events);
        EndChange(ref header);
        return BookError.None;
    }

    /// <summary>The result of taking some lots, and not all, off an open order.</summary>
    private OperationResult ResultOfShrinking(uint link, ulong byLots) => new()
    {
        OrderId = _slab.ReadOrder(link).OrderId,
        RestingLots = OpenLotsOf(link) - byLots,
        CancelledLots = byLots,
    };
}
