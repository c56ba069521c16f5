using System.Numerics;
using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <content>Phases and auctions (docs/auctions-and-risk.md): the clearing price by trying all that can be it.</content>
internal sealed partial class ReferenceMarket
{
    private ReferenceAuction _auction;

    public MarketPhase Phase { get; private set; }

    public BookError SetPhase(Address authority, MarketPhase phase)
    {
        Events.Clear();
        if (authority != parameters.Authority)
            return BookError.NotAuthority;
        if (phase is not (MarketPhase.Continuous or MarketPhase.Call or MarketPhase.Halted))
            return BookError.InvalidPhase;
        if (Phase == MarketPhase.Uncrossing)
            return BookError.UncrossPending;
        if (phase == Phase)
            return BookError.None;
        if (phase == MarketPhase.Continuous && IsCrossed)
            return BookError.BookCrossed;
        ChangePhase(phase);
        return BookError.None;
    }

    public BookError Uncross(Address authority, out ReferenceResult result)
    {
        result = default;
        Events.Clear();
        if (authority != parameters.Authority)
            return BookError.NotAuthority;
        if (Phase is not (MarketPhase.Call or MarketPhase.Uncrossing))
            return BookError.NotInCall;
        if (Phase == MarketPhase.Call)
        {
            ExpireDue();
            if (Events.Count != 0)
                return BookError.None;
            ChangePhase(MarketPhase.Uncrossing);
            _auction = FindAuction();
        }

        ulong traded = 0;
        ulong decremented = 0;
        for (int pairs = 0; pairs < 255 && _auction.LeftLots > 0; pairs++)
            ExecutePair(ref traded, ref decremented);
        ulong priceTicks = _auction.PriceTicks;
        bool isDone = _auction.LeftLots == 0;
        if (isDone)
        {
            ChangePhase(MarketPhase.Continuous);
            _auction = default;
        }

        result = new(0, traded, priceTicks, decremented, isDone ? 1u : 0, DoneReason.None);
        return BookError.None;
    }

    /// <summary>
    /// The price that executes most; of those the one that leaves least over; of those the nearest to the reference; of those the
    /// lowest. What a price executes and leaves over is other only at the prices of orders and next to them.
    /// </summary>
    public ReferenceAuction FindAuction()
    {
        if (!IsCrossed)
            return default;
        BigInteger reference = ReferencePrice;
        ulong best = Book.SelectMany(order => new[] { (BigInteger)order.PriceTicks - 1, order.PriceTicks, (BigInteger)order.PriceTicks + 1 })
            .Append(reference).Where(price => price >= 1 && price <= ulong.MaxValue).Select(price => (ulong)price).Distinct()
            .OrderByDescending(LotsAt)
            .ThenBy(price => BigInteger.Abs(Demand(price) - Supply(price)))
            .ThenBy(price => reference == 0 ? 0 : BigInteger.Abs(price - reference))
            .ThenBy(price => price).First();
        return new(best, (ulong)LotsAt(best), (ulong)LotsAt(best));
    }

    public BigInteger LotsAt(ulong priceTicks) => BigInteger.Min(Demand(priceTicks), Supply(priceTicks));

    public BigInteger Demand(ulong priceTicks) =>
        Sum(Book.Where(order => order.Side == Side.Bid && order.PriceTicks >= priceTicks));

    public BigInteger Supply(ulong priceTicks) =>
        Sum(Book.Where(order => order.Side == Side.Ask && order.PriceTicks <= priceTicks));

    private bool IsCrossed => InPriority(Side.Bid).FirstOrDefault() is { } bid
        && InPriority(Side.Ask).FirstOrDefault() is { } ask && bid.PriceTicks >= ask.PriceTicks;

    private static BigInteger Sum(IEnumerable<ReferenceOrder> orders) =>
        orders.Aggregate(BigInteger.Zero, (sum, order) => sum + order.OpenLots);

    private void ChangePhase(MarketPhase phase)
    {
        Phase = phase;
        Events.Add(new(
            BookEventKind.PhaseChanged, 0, 0, 0, 0, 0, 0, 0, _auction.PriceTicks, (ulong)phase, _auction.Lots));
    }

    private void ExecutePair(ref ulong traded, ref ulong decremented)
    {
        ReferenceOrder bid = InPriority(Side.Bid).First();
        ReferenceOrder ask = InPriority(Side.Ask).First();
        ulong lots = Math.Min(_auction.LeftLots, Math.Min(bid.OpenLots, ask.OpenLots));
        _auction = _auction with { LeftLots = _auction.LeftLots - lots };
        if (bid.Seat == ask.Seat)
        {
            decremented += lots;
            foreach (ReferenceOrder order in (ReferenceOrder[])[bid, ask])
            {
                TakeOff(order, lots, DoneReason.SelfTrade);
                Events[^1] = Events[^1] with { Reason = DoneReason.SelfTrade };
            }

            return;
        }

        traded += lots;
        ulong price = _auction.PriceTicks;
        BigInteger baseAtoms = ValueOf(Side.Ask, lots, 0);
        BigInteger quoteAtoms = ValueOf(Side.Bid, lots, price);
        BigInteger baseFee = RoundedUp(baseAtoms * Math.Max((int)parameters.MakerFeeBps, 0));
        BigInteger quoteFee = RoundedUp(quoteAtoms * Math.Max((int)parameters.MakerFeeBps, 0));
        AddToFree(bid.Seat, Asset.Quote, ValueOf(Side.Bid, lots, bid.PriceTicks) - quoteAtoms);
        AddToFree(bid.Seat, Asset.Base, baseAtoms - baseFee);
        AddToFree(ask.Seat, Asset.Quote, quoteAtoms - quoteFee);
        AddToFees(Asset.Base, baseFee);
        AddToFees(Asset.Quote, quoteFee);
        LastTradePriceTicks = price;
        TradeCount++;
        _highTicks = Math.Max(_highTicks, price);
        _lowTicks = _lowTicks == 0 ? price : Math.Min(_lowTicks, price);
        FillInAuction(bid, ask.Seat, lots);
        FillInAuction(ask, bid.Seat, lots);
    }

    private void FillInAuction(ReferenceOrder order, uint otherSeat, ulong lots)
    {
        ulong hidden = Math.Min(lots, order.HiddenLots);
        ulong shown = lots - hidden;
        order.HiddenLots -= hidden;
        if (hidden != 0)
            TellAuctionFill(BookEventKind.AuctionFillHidden, order, otherSeat, hidden);
        order.VisibleLots -= shown;
        if (shown != 0)
            TellAuctionFill(BookEventKind.AuctionFill, order, otherSeat, shown);
        if (order.OpenLots == 0)
            Orders.Remove(order);
    }

    private void TellAuctionFill(BookEventKind kind, ReferenceOrder order, uint otherSeat, ulong lots) => Events.Add(new(
        kind, order.Side, 0, 0, order.Seat, otherSeat, order.Sequence, _auction.PriceTicks, order.PriceTicks, lots,
        order.VisibleLots));
}

/// <summary>An auction: its price, all its lots, and those not executed yet.</summary>
internal readonly record struct ReferenceAuction(ulong PriceTicks, ulong Lots, ulong LeftLots);
