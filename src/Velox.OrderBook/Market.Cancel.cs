namespace Velox.OrderBook;

/// <content>Cancelling and reducing: what is taken off an order becomes free again.</content>
public readonly partial struct Market
{
    /// <summary>Cancels an open order by its engine id.</summary>
    /// <returns><see cref="BookError.UnknownSeat"/>, <see cref="BookError.UnknownOrder"/> (also for another seat's
    /// order) or <see cref="BookError.EventBufferFull"/> (1 event).</returns>
    public BookError Cancel(uint seat, ulong orderId, ref EventWriter events, out OperationResult result) =>
        TakeById(seat, orderId, ulong.MaxValue, DoneReason.Cancelled, ref events, out result);

    /// <summary>Cancels an open order by the id its trader gave it; 0 names no order.</summary>
    /// <returns>As <see cref="Cancel"/>.</returns>
    public BookError CancelByClientId(
        uint seat, ulong clientOrderId, ref EventWriter events, out OperationResult result) =>
        TakeByClientId(seat, clientOrderId, ulong.MaxValue, DoneReason.Cancelled, ref events, out result);

    /// <summary>Cancels a seat's newest orders. Having none is no error.</summary>
    /// <param name="seat">Whose orders.</param>
    /// <param name="maxOrders">Most to cancel, 1..<see cref="MaxCancelsPerOperation"/>; ask again while orders are
    /// left.</param>
    /// <param name="events">Needs room for the smaller of <paramref name="maxOrders"/> and the seat's open
    /// orders.</param>
    /// <param name="result">How many orders and lots.</param>
    /// <returns><see cref="BookError.UnknownSeat"/>, <see cref="BookError.InvalidCancelLimit"/> or
    /// <see cref="BookError.EventBufferFull"/>.</returns>
    public BookError CancelAll(uint seat, int maxOrders, ref EventWriter events, out OperationResult result)
    {
        result = default;
        BookError error = DoDueWork(ref events);
        if (error != BookError.None)
            return error;
        if (!IsOpen(seat))
            return BookError.UnknownSeat;
        if (maxOrders is < 1 or > MaxCancelsPerOperation)
            return BookError.InvalidCancelLimit;
        uint count = Math.Min((uint)maxOrders, _slab.ReadSeat(seat).OpenOrders);
        if (events.Remaining < count)
            return BookError.EventBufferFull;
        if (count == 0)
            return BookError.None;

        CancelNewest(seat, count, ref events, ref result);
        return BookError.None;
    }

    /// <summary>Cancels a seat's newest orders of one side. Having none is no error.</summary>
    /// <param name="seat">Whose orders.</param>
    /// <param name="side">Which.</param>
    /// <param name="maxOrders">Most to cancel, 1..<see cref="MaxCancelsPerOperation"/>; ask again while orders are
    /// left.</param>
    /// <param name="events">Needs room for the smaller of <paramref name="maxOrders"/> and the seat's open
    /// orders.</param>
    /// <param name="result">How many orders and lots.</param>
    /// <returns><see cref="BookError.UnknownSeat"/>, <see cref="BookError.InvalidOrderType"/> (side),
    /// <see cref="BookError.InvalidCancelLimit"/> or <see cref="BookError.EventBufferFull"/>.</returns>
    /// <remarks>Walks the seat's orders until it has found as many: at most maxOpenOrdersPerSeat steps.</remarks>
    public BookError CancelSide(
        uint seat, Side side, int maxOrders, ref EventWriter events, out OperationResult result)
    {
        result = default;
        BookError error = DoDueWork(ref events);
        if (error != BookError.None)
            return error;
        if (!IsOpen(seat))
            return BookError.UnknownSeat;
        if (side > Side.Ask)
            return BookError.InvalidOrderType;
        if (maxOrders is < 1 or > MaxCancelsPerOperation)
            return BookError.InvalidCancelLimit;
        uint openOrders = Math.Min(_slab.ReadSeat(seat).OpenOrders, _slab.OrderCapacity);
        if (events.Remaining < Math.Min((uint)maxOrders, openOrders))
            return BookError.EventBufferFull;
        if (openOrders == 0)
            return BookError.None;

        ref MarketHeader header = ref BeginChange();
        uint link = _slab.ReadSeat(seat).FirstOrder;
        for (uint seen = 0; seen < openOrders && result.CancelledOrders < maxOrders; seen++)
        {
            OrderNode order = _slab.ReadOrder(link);
            if (order.Side == side)
            {
                CancelOneOf(ref header, link, ref events, ref result);
                result.CancelledOrders++;
            }

            link = order.SeatNext;
        }

        result.Reason = result.CancelledOrders == 0 ? DoneReason.None : DoneReason.Cancelled;
        EndChange(ref header);
        return BookError.None;
    }

    /// <summary>
    /// Takes lots off an open order in place: it keeps its priority. Its whole quantity or more cancels it.
    /// </summary>
    /// <returns><see cref="BookError.UnknownSeat"/>, <see cref="BookError.InvalidQuantity"/>,
    /// <see cref="BookError.UnknownOrder"/> or <see cref="BookError.EventBufferFull"/> (1 event).</returns>
    public BookError Reduce(uint seat, ulong orderId, ulong byLots, ref EventWriter events, out OperationResult result) =>
        TakeById(seat, orderId, byLots, DoneReason.Reduced, ref events, out result);

    /// <summary><see cref="Reduce"/>, by the id its trader gave the order.</summary>
    public BookError ReduceByClientId(
        uint seat, ulong clientOrderId, ulong byLots, ref EventWriter events, out OperationResult result) =>
        TakeByClientId(seat, clientOrderId, byLots, DoneReason.Reduced, ref events, out result);

    private void CancelNewest(uint seat, uint count, ref EventWriter events, ref OperationResult result)
    {
        ref MarketHeader header = ref BeginChange();
        for (; result.CancelledOrders < count; result.CancelledOrders++)
            CancelOneOf(ref header, _slab.ReadSeat(seat).FirstOrder, ref events, ref result);
        result.Reason = DoneReason.Cancelled;
        EndChange(ref header);
    }

    private void CancelOneOf(ref MarketHeader header, uint link, ref EventWriter events, ref OperationResult result)
    {
        ulong lots = OpenLotsOf(link);
        TakeOff(ref header, link, lots, DoneReason.Cancelled, ref events);
        result.CancelledLots += lots;
    }

    private BookError TakeById(
        uint seat, ulong orderId, ulong byLots, DoneReason wholeReason, ref EventWriter events, out OperationResult result)
    {
        if (Header.IsPlain)
        {
            return _slab.Kind switch
            {
                BookKind.Native => PlainOrders<NativeBook>.TakeById(
                    _slab, seat, orderId, byLots, wholeReason, ref events, out result),
                BookKind.NativeMatching => PlainOrders<NativeMatchingBook>.TakeById(
                    _slab, seat, orderId, byLots, wholeReason, ref events, out result),
                _ => PlainOrders<AnyBook>.TakeById(_slab, seat, orderId, byLots, wholeReason, ref events, out result),
            };
        }

        result = default;
        BookError error = DoDueWork(ref events);
        if (error != BookError.None)
            return error;
        return HasSeat(seat)
            ? TakeFound(FindById(seat, orderId), byLots, wholeReason, ref events, out result)
            : BookError.UnknownSeat;
    }

    private BookError TakeByClientId(
        uint seat, ulong clientOrderId, ulong byLots, DoneReason wholeReason, ref EventWriter events,
        out OperationResult result)
    {
        if (Header.IsPlain)
        {
            return _slab.Kind switch
            {
                BookKind.Native => PlainOrders<NativeBook>.TakeByClientId(
                    _slab, seat, clientOrderId, byLots, wholeReason, ref events, out result),
                BookKind.NativeMatching => PlainOrders<NativeMatchingBook>.TakeByClientId(
                    _slab, seat, clientOrderId, byLots, wholeReason, ref events, out result),
                _ => PlainOrders<AnyBook>.TakeByClientId(
                    _slab, seat, clientOrderId, byLots, wholeReason, ref events, out result),
            };
        }

        result = default;
        BookError error = DoDueWork(ref events);
        if (error != BookError.None)
            return error;
        return HasSeat(seat)
            ? TakeFound(FindByClientId(seat, clientOrderId), byLots, wholeReason, ref events, out result)
            : BookError.UnknownSeat;
    }

    private BookError TakeFound(
        uint link, ulong byLots, DoneReason wholeReason, ref EventWriter events, out OperationResult result)
    {
        result = default;
        if (byLots == 0)
            return BookError.InvalidQuantity;
        if (link == 0)
            return BookError.UnknownOrder;
        if (events.Remaining < 1)
            return BookError.EventBufferFull;

        ulong openLots = OpenLotsOf(link);
        ulong lots = Math.Min(byLots, openLots);
        bool isWhole = lots == openLots;
        result = new OperationResult
        {
            OrderId = _slab.ReadOrder(link).OrderId,
            RestingLots = openLots - lots,
            CancelledLots = lots,
            CancelledOrders = isWhole ? 1u : 0,
            Reason = isWhole ? wholeReason : DoneReason.None,
        };
        ref MarketHeader header = ref BeginChange();
        TakeOff(ref header, link, lots, wholeReason, ref events);
        EndChange(ref header);
        return BookError.None;
    }
}
