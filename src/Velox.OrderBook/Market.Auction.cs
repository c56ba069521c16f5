using Velox.Primitives;

namespace Velox.OrderBook;

/// <content>Phases, and the auction that ends a call.</content>
public readonly partial struct Market
{
    /// <summary>Most steps that one uncross does in its search for the clearing price.</summary>
    public const int MaxStepsPerUncross = 4_096;

    /// <summary>Most pairs of orders that one uncross executes: each emits at most four events.</summary>
    public const int MaxPairsPerUncross = 255;

    /// <summary>Changes how the market trades. The phase that it is in is no error and no change.</summary>
    /// <param name="authority">Who signed: must be the market's authority.</param>
    /// <param name="phase">Continuous, call or halted.</param>
    /// <param name="events">Receives one event.</param>
    /// <returns><see cref="BookError.NotAuthority"/>, <see cref="BookError.InvalidPhase"/> (also a call in a market that only
    /// matches), <see cref="BookError.UncrossPending"/>, <see cref="BookError.BookCrossed"/> (to continuous: uncross
    /// instead) or <see cref="BookError.EventBufferFull"/>.</returns>
    public BookError SetPhase(in Address authority, MarketPhase phase, ref EventWriter events)
    {
        ref readonly MarketHeader current = ref Header;
        if (!IsAuthority(authority))
            return BookError.NotAuthority;
        if (phase > MarketPhase.Halted || (phase == MarketPhase.Call && current.IsMatchingOnly))
            return BookError.InvalidPhase;
        if (current.Phase == MarketPhase.Uncrossing)
            return BookError.UncrossPending;
        if (phase == current.Phase)
            return BookError.None;
        if (phase == MarketPhase.Continuous && IsCrossed(current))
            return BookError.BookCrossed;
        if (events.Remaining < 1)
            return BookError.EventBufferFull;

        ref MarketHeader header = ref BeginChange();
        ChangePhase(ref header, phase, ref events);
        EndChange(ref header);
        return BookError.None;
    }

    /// <summary>
    /// Ends a call: executes all that can be executed at one price, and goes over to continuous trading. A large book takes
    /// several operations, between which every other operation on orders is refused.
    /// </summary>
    /// <param name="authority">Who signed: must be the market's authority.</param>
    /// <param name="events">Needs room for <see cref="MaxEventsPerOperation"/>.</param>
    /// <param name="result">What was done, and whether that was all: ask again until it is.</param>
    /// <returns><see cref="BookError.NotAuthority"/>, <see cref="BookError.NotInCall"/> or
    /// <see cref="BookError.EventBufferFull"/>.</returns>
    public BookError Uncross(in Address authority, ref EventWriter events, out UncrossResult result)
    {
        result = default;
        if (!IsAuthority(authority))
            return BookError.NotAuthority;
        if (Header.Phase is not (MarketPhase.Call or MarketPhase.Uncrossing))
            return BookError.NotInCall;
        if (events.Remaining < MaxEventsPerOperation)
            return BookError.EventBufferFull;

        ref MarketHeader header = ref BeginChange();
        if (header.Phase == MarketPhase.Uncrossing || TryBeginUncross(ref header, ref events))
            GoOn(ref header, ref events, ref result);
        EndChange(ref header);
        return BookError.None;
    }

    /// <summary>The price and the lots of an uncross now. Changes nothing.</summary>
    /// <param name="maxSteps">Steps before it gives up: an order that could trade costs one at most.</param>
    /// <param name="auction">Price and lots, both 0 when nothing crosses or the result is false. While an uncross goes on:
    /// its price, and the lots it has still to execute.</param>
    /// <returns>Whether it got to the end.</returns>
    /// <remarks>It counts orders whose expiry is past and that are still there; an uncross takes them out before.</remarks>
    public bool TryGetIndicative(int maxSteps, out AuctionPrice auction)
    {
        AuctionWalk walk = Header.Phase == MarketPhase.Uncrossing ? Header.Uncross : AuctionWalk.Begin(_slab);
        bool hasEnded = walk.Advance(_slab, (ulong)Math.Max(maxSteps, 0));
        auction = hasEnded ? new AuctionPrice(walk.PriceTicks, walk.LeftLots) : default;
        return hasEnded;
    }

    private bool IsAuthority(in Address address) => !address.IsZero && Header.Authority == address;

    private static bool IsCrossed(in MarketHeader header) =>
        header.Bids.Best != 0 && header.Asks.Best != 0 && header.Bids.BestTicks >= header.Asks.BestTicks;

    private static void ChangePhase(ref MarketHeader header, MarketPhase phase, ref EventWriter events)
    {
        header.Phase = phase;
        UpdateRestrictions(ref header);
        ref BookEvent changed = ref events.Next();
        changed = default;
        changed.Sequence = header.NextEventSequence++;
        changed.Kind = BookEventKind.PhaseChanged;
        changed.PriceTicks = header.Uncross.PriceTicks;
        changed.Lots = (ulong)phase;
        changed.RemainingLots = header.Uncross.Lots;
        changed.Slot = events.Slot;
    }

    /// <summary>Begins with a book without expired orders: if there were some, it takes them out and does no more.</summary>
    private bool TryBeginUncross(ref MarketHeader header, ref EventWriter events)
    {
        if (ExpireDue(ref header, ref events) != 0)
            return false;
        ChangePhase(ref header, MarketPhase.Uncrossing, ref events);
        header.Uncross = AuctionWalk.Begin(_slab);
        return true;
    }

    private void GoOn(ref MarketHeader header, ref EventWriter events, ref UncrossResult result)
    {
        if (!header.Uncross.Advance(_slab, MaxStepsPerUncross))
            return;
        result.PriceTicks = header.Uncross.PriceTicks;
        for (int pairs = 0; header.Uncross.LeftLots != 0 && pairs < MaxPairsPerUncross; pairs++)
            ExecutePair(ref header, ref events, ref result);
        if (header.Uncross.LeftLots != 0)
            return;

        ChangePhase(ref header, MarketPhase.Continuous, ref events);
        header.Uncross = default;
        result.IsDone = true;
    }

    /// <summary>Executes the best bid against the best ask: as many lots as both have, and the auction still has.</summary>
    private void ExecutePair(ref MarketHeader header, ref EventWriter events, ref UncrossResult result)
    {
        ref AuctionWalk auction = ref header.Uncross;
        if (header.Bids.Best == 0 || header.Asks.Best == 0
            || header.Bids.BestTicks < auction.PriceTicks || header.Asks.BestTicks > auction.PriceTicks)
        {
            Slab.ThrowCorrupt("An auction has more lots to execute than the book.");
        }

        uint bidLink = _slab.ReadLevel(header.Bids.Best).FirstOrder;
        uint askLink = _slab.ReadLevel(header.Asks.Best).FirstOrder;
        ulong lots = Math.Min(
            auction.LeftLots, Math.Min(AuctionWalk.LotsOf(_slab, bidLink), AuctionWalk.LotsOf(_slab, askLink)));
        auction.LeftLots -= lots;
        uint bidSeat = _slab.ReadOrder(bidLink).Seat;
        uint askSeat = _slab.ReadOrder(askLink).Seat;
        if (bidSeat == askSeat)
        {
            result.SelfTradeLots += lots;
            DecrementInAuction(ref header, bidLink, lots, ref events);
            DecrementInAuction(ref header, askLink, lots, ref events);
            return;
        }

        result.FilledLots += lots;
        ulong priceTicks = auction.PriceTicks;
        SettleAuction(ref header, _slab.ReadOrder(bidLink), _slab.ReadOrder(askLink), lots, priceTicks);
        header.LastTradePriceTicks = priceTicks;
        header.TradeCount++;

        // Stops look at these, and enter with the operations to come.
        header.HighTicks = Math.Max(header.HighTicks, priceTicks);
        header.LowTicks = header.LowTicks == 0 ? priceTicks : Math.Min(header.LowTicks, priceTicks);
        FillInAuction(ref header, bidLink, askSeat, lots, priceTicks, ref events);
        FillInAuction(ref header, askLink, bidSeat, lots, priceTicks, ref events);
    }

    /// <summary>
    /// Moves the money of one pair. Both came before the auction, so both pay what a maker pays; a rebate would have to come
    /// out of a taker's fee, and there is none.
    /// </summary>
    private void SettleAuction(
        ref MarketHeader header, in OrderNode bid, in OrderNode ask, ulong lots, ulong priceTicks)
    {
        ulong baseAtoms = lots * header.LotSize;
        ulong quoteAtoms = lots * priceTicks * header.TickSize;
        ulong lockedAtoms = lots * bid.PriceTicks * header.TickSize;
        ulong feeBps = (ulong)Math.Max(header.MakerFeeBps, (short)0);
        ref SeatNode buyer = ref _slab.WriteSeat(bid.Seat);
        ref SeatNode seller = ref _slab.WriteSeat(ask.Seat);
        Money.Subtract(ref buyer.QuoteLocked, lockedAtoms);
        Money.Subtract(ref lockedAtoms, quoteAtoms);
        Money.Add(ref buyer.QuoteFree, lockedAtoms);
        Money.Subtract(ref seller.BaseLocked, baseAtoms);
        Settlement.Receive(ref buyer.BaseFree, ref header.FeesBase, baseAtoms, feeBps);
        Settlement.Receive(ref seller.QuoteFree, ref header.FeesQuote, quoteAtoms, feeBps);
    }

    /// <summary>Takes traded lots off an order, hidden ones first, and says so: for each of the two kinds of lots once.</summary>
    private void FillInAuction(
        ref MarketHeader header, uint link, uint otherSeat, ulong lots, ulong priceTicks, ref EventWriter events)
    {
        ulong fromHidden = TakeHidden(link, lots);
        if (fromHidden != 0)
            EmitAuctionFill(ref header, link, BookEventKind.AuctionFillHidden, otherSeat, fromHidden, priceTicks, ref events);
        if (fromHidden != lots)
            EmitAuctionFill(ref header, link, BookEventKind.AuctionFill, otherSeat, lots - fromHidden, priceTicks, ref events);
        TakeShown(ref header, link, lots - fromHidden);
    }

    private void EmitAuctionFill(
        ref MarketHeader header, uint link, BookEventKind kind, uint otherSeat, ulong lots, ulong priceTicks,
        ref EventWriter events)
    {
        ref readonly OrderNode order = ref _slab.ReadOrder(link);
        ref BookEvent fill = ref NextEvent(ref header, ref events, kind, order);
        fill.Reason = DoneReason.None;
        fill.TakerSeat = (ushort)otherSeat;
        fill.ClearingPriceTicks = priceTicks;
        fill.Lots = lots;
        fill.RemainingLots = kind == BookEventKind.AuctionFill ? order.OpenLots - lots : order.OpenLots;
    }

    /// <summary>Takes lots off an order that met one of its own seat, hidden ones first: no trade.</summary>
    private void DecrementInAuction(ref MarketHeader header, uint link, ulong lots, ref EventWriter events)
    {
        UnlockLots(header, link, lots);
        ulong fromShown = lots - TakeHidden(link, lots);
        bool isWhole = fromShown == _slab.ReadOrder(link).OpenLots;
        EmitTaken(
            ref header, link, isWhole ? BookEventKind.Cancelled : BookEventKind.Reduced, fromShown, DoneReason.SelfTrade,
            ref events);
        TakeShown(ref header, link, fromShown);
    }

    /// <summary>Takes as many of some lots off what an order hides as it hides. Returns how many.</summary>
    private ulong TakeHidden(uint link, ulong lots)
    {
        ulong hiddenLots = HiddenLotsOf(link, _slab.ReadOrder(link));
        ulong taken = Math.Min(lots, hiddenLots);
        if (taken != 0)
            _slab.WriteExtra(link).HiddenLots = hiddenLots - taken;
        return taken;
    }
}
