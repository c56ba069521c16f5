using Velox.Primitives;

namespace Velox.OrderBook;

/// <content>Limits: the price band, what a seat may have open, and the kill switch.</content>
public readonly partial struct Market
{
    /// <summary>The widest price band in basis points.</summary>
    public const uint MaxPriceBandBps = 10_000;

    /// <summary>Binds prices to a band around the last trade.</summary>
    /// <param name="authority">Who signed: must be the market's authority.</param>
    /// <param name="bandBps">Most that a price may be above or below, in basis points of the reference, rounded down; 0 for
    /// no band.</param>
    /// <param name="referenceTicks">The reference before the first trade; 0 for none, and no band until then.</param>
    /// <returns><see cref="BookError.NotAuthority"/> or <see cref="BookError.InvalidLimit"/>.</returns>
    public BookError SetPriceBand(in Address authority, uint bandBps, ulong referenceTicks)
    {
        if (!IsAuthority(authority))
            return BookError.NotAuthority;
        if (bandBps > MaxPriceBandBps)
            return BookError.InvalidLimit;
        ref MarketHeader header = ref _slab.WriteHeader();
        header.PriceBandBps = bandBps;
        header.ReferenceTicks = referenceTicks;
        UpdateRestrictions(ref header);
        return BookError.None;
    }

    /// <summary>Limits what a seat may have open. Open orders stay, even above a limit.</summary>
    /// <param name="signer">The market's authority, who may set any limits, or the seat's owner, who may lower them.</param>
    /// <param name="seat">Which.</param>
    /// <param name="limits">Both limits.</param>
    /// <returns><see cref="BookError.UnknownSeat"/>, <see cref="BookError.NotSeatOwner"/>,
    /// <see cref="BookError.InvalidLimit"/> or <see cref="BookError.LimitNotLowered"/>.</returns>
    public BookError SetSeatLimits(in Address signer, uint seat, in SeatLimits limits)
    {
        BookError error = CheckStopper(signer, seat, out SeatStops by);
        if (error != BookError.None)
            return error;
        if (limits.MaxOpenOrders > MarketLayout.MaxOpenOrdersPerSeat)
            return BookError.InvalidLimit;
        ref readonly SeatNode current = ref _slab.ReadSeat(seat);
        if (by == SeatStops.ByOwner && IsRaised(current, limits))
            return BookError.LimitNotLowered;

        SeatNode changed = current;
        changed.MaxOpenOrders = limits.MaxOpenOrders;
        changed.MaxOpenNotionalAtoms = limits.MaxOpenNotionalAtoms;
        WriteRestricted(seat, changed);
        return BookError.None;
    }

    /// <summary>
    /// Kill switch: the seat's orders are cancelled, newest first, at most <see cref="MaxCancelsPerOperation"/> in one
    /// operation, and new ones are refused until it is resumed by whom it was stopped.
    /// </summary>
    /// <param name="signer">The market's authority or the seat's owner.</param>
    /// <param name="seat">Which.</param>
    /// <param name="events">Needs room for the smaller of that number and the seat's open orders.</param>
    /// <param name="result">How many orders and lots were cancelled; ask again while orders are open.</param>
    /// <returns>Errors of due work, <see cref="BookError.UnknownSeat"/>, <see cref="BookError.NotSeatOwner"/> or
    /// <see cref="BookError.EventBufferFull"/>.</returns>
    public BookError StopSeat(in Address signer, uint seat, ref EventWriter events, out OperationResult result)
    {
        result = default;
        BookError error = DoDueWork(ref events);
        if (error != BookError.None)
            return error;
        error = CheckStopper(signer, seat, out SeatStops by);
        if (error != BookError.None)
            return error;
        uint count = Math.Min(MaxCancelsPerOperation, _slab.ReadSeat(seat).OpenOrders);
        if (events.Remaining < count)
            return BookError.EventBufferFull;

        SeatNode changed = _slab.ReadSeat(seat);
        changed.Stops |= by;
        WriteRestricted(seat, changed);
        if (count != 0)
            CancelNewest(seat, count, ref events, ref result);
        return BookError.None;
    }

    /// <summary>Lifts the kill switch, as far as the signer has set it: the owner does not lift the authority's, nor the
    /// other way round.</summary>
    /// <returns><see cref="BookError.UnknownSeat"/> or <see cref="BookError.NotSeatOwner"/>.</returns>
    public BookError ResumeSeat(in Address signer, uint seat)
    {
        BookError error = CheckStopper(signer, seat, out SeatStops by);
        if (error != BookError.None)
            return error;
        SeatNode changed = _slab.ReadSeat(seat);
        changed.Stops &= ~by;
        WriteRestricted(seat, changed);
        return BookError.None;
    }

    /// <summary>As whom a signer may limit and stop a seat: as the authority, if it is that.</summary>
    private BookError CheckStopper(in Address signer, uint seat, out SeatStops by)
    {
        by = IsAuthority(signer) ? SeatStops.ByAuthority : SeatStops.ByOwner;
        if (!IsOpen(seat))
            return BookError.UnknownSeat;
        return by == SeatStops.ByAuthority || _slab.ReadSeat(seat).Owner == signer
            ? BookError.None
            : BookError.NotSeatOwner;
    }

    private bool IsRaised(in SeatNode current, in SeatLimits limits)
    {
        uint marketOrders = Header.MaxOpenOrdersPerSeat;
        uint orders = limits.MaxOpenOrders == 0 ? marketOrders : limits.MaxOpenOrders;
        uint currentOrders = current.MaxOpenOrders == 0 ? marketOrders : current.MaxOpenOrders;

        // One less, so that 0, which is no limit, becomes the highest.
        return orders > currentOrders || limits.MaxOpenNotionalAtoms - 1 > current.MaxOpenNotionalAtoms - 1;
    }

    private void WriteRestricted(uint seat, in SeatNode changed)
    {
        ref MarketHeader header = ref _slab.WriteHeader();
        ref SeatNode node = ref _slab.WriteSeat(seat);
        header.RestrictedSeats += (changed.IsRestricted ? 1u : 0) - (node.IsRestricted ? 1u : 0);
        node = changed;
        UpdateRestrictions(ref header);
    }

    private static void UpdateRestrictions(ref MarketHeader header) => header.Restrictions = header.RestrictionsNow;

    private static uint MaxOpenOrdersOf(in MarketHeader header, in SeatNode seat) =>
        seat.MaxOpenOrders == 0 ? header.MaxOpenOrdersPerSeat : seat.MaxOpenOrders;

    /// <summary>Checks an order against phase, limits and kill switch.</summary>
    /// <param name="header">With restrictions or without.</param>
    /// <param name="seat">Whose order.</param>
    /// <param name="order">The order, its form checked.</param>
    /// <param name="replaced">Link of the order that it replaces, or 0.</param>
    private BookError CheckRestrictions(in MarketHeader header, uint seat, in NewOrder order, uint replaced)
    {
        if (header.Restrictions == MarketRestrictions.None)
            return BookError.None;
        BookError error = CheckEntry(header, seat, order);
        if (error != BookError.None || header.IsMatchingOnly || !order.MayStayOpen)
            return error;
        var change = default(NotionalChange);
        change.Add(header, order.Side, order.QuantityLots, order.PriceTicks);
        if (replaced != 0)
            change.Remove(header, order.Side, OpenLotsOf(replaced), _slab.ReadOrder(replaced).PriceTicks);
        return IsNotionalFull(header, seat, change) ? BookError.SeatNotionalFull : BookError.None;
    }

    private BookError CheckEntry(in MarketHeader header, uint seat, in NewOrder order)
    {
        if (header.Phase == MarketPhase.Halted)
            return BookError.MarketHalted;
        if (header.Phase == MarketPhase.Call && order.TriggerTicks == 0 && order.Type != OrderType.Limit)
            return BookError.TypeNotInCall;
        if (!header.IsMatchingOnly && _slab.ReadSeat(seat).Stops != SeatStops.None)
            return BookError.SeatStopped;
        return order.Type != OrderType.Market && !IsInPriceBand(header, order.PriceTicks)
            ? BookError.OutsidePriceBand
            : BookError.None;
    }

    private static bool IsInPriceBand(in MarketHeader header, ulong priceTicks)
    {
        ulong reference = header.PriceReferenceTicks;
        if (header.PriceBandBps == 0 || reference == 0)
            return true;
        ulong distance = priceTicks > reference ? priceTicks - reference : reference - priceTicks;
        return distance <= (UInt128)reference * header.PriceBandBps / MaxPriceBandBps;
    }

    /// <summary>
    /// Whether a seat's open orders would be worth more than its limit: bids at their prices, which is what they lock, asks
    /// at the reference price.
    /// </summary>
    private bool IsNotionalFull(in MarketHeader header, uint seat, in NotionalChange change)
    {
        ref readonly SeatNode node = ref _slab.ReadSeat(seat);
        ulong most = node.MaxOpenNotionalAtoms;
        if (most == 0)
            return false;
        UInt128 quoteAtoms = (UInt128)node.QuoteLocked + change.AddedQuoteAtoms - change.RemovedQuoteAtoms;
        UInt128 askLots = (UInt128)(node.BaseLocked / header.LotSize) + change.AddedAskLots - change.RemovedAskLots;

        // Lots and price are below 2^65 and 2^64, and a product above 64 bits is above every limit before the last factor.
        UInt128 askTicks = askLots > ulong.MaxValue ? askLots : askLots * header.PriceReferenceTicks;
        return askTicks > ulong.MaxValue || quoteAtoms + (askTicks * header.TickSize) > most;
    }

    /// <summary>What an operation adds to a seat's open orders and takes from them.</summary>
    private struct NotionalChange
    {
        internal UInt128 AddedQuoteAtoms;
        internal UInt128 RemovedQuoteAtoms;
        internal UInt128 AddedAskLots;
        internal UInt128 RemovedAskLots;

        internal void Add(in MarketHeader header, Side side, ulong lots, ulong priceTicks) =>
            Count(header, side, lots, priceTicks, ref AddedQuoteAtoms, ref AddedAskLots);

        internal void Remove(in MarketHeader header, Side side, ulong lots, ulong priceTicks) =>
            Count(header, side, lots, priceTicks, ref RemovedQuoteAtoms, ref RemovedAskLots);

        // The value of an order fits 64 bits: that was checked when it was placed, or is checked before.
        private static void Count(
            in MarketHeader header, Side side, ulong lots, ulong priceTicks, ref UInt128 quoteAtoms, ref UInt128 askLots)
        {
            if (side == Side.Bid)
                quoteAtoms += lots * priceTicks * header.TickSize;
            else
                askLots += lots;
        }
    }
}
