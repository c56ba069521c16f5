using System.Numerics;
using Velox.Primitives;

namespace Velox.OrderBook.Tests;

internal sealed class ReferenceSeat(Address owner)
{
    public Address Owner { get; } = owner;

    public Address SessionKey { get; set; }

    public BigInteger BaseFree { get; set; }

    public BigInteger QuoteFree { get; set; }
}

internal sealed record ReferenceOrder(
    ulong Sequence, ulong ClientOrderId, uint Seat, Side Side, OrderType Type, ulong PriceTicks)
{
    public ulong OpenLots { get; set; }
}

/// <summary>
/// An event without what only the slab knows: <see cref="Other"/> is the client order id, or a fill's taker sequence.
/// </summary>
internal readonly record struct ReferenceEvent(
    BookEventKind Kind, Side Side, DoneReason Reason, OrderType Type, uint Seat, uint TakerSeat,
    ulong OrderSequence, ulong Other, ulong PriceTicks, ulong Lots, ulong RemainingLots);

internal readonly record struct ReferenceResult(
    ulong OrderSequence, ulong FilledLots, ulong RestingLots, ulong CancelledLots, uint CancelledOrders, DoneReason Reason);

/// <summary>
/// The rules of the market in their most obvious form: one list of orders, searched and sorted anew for everything,
/// locked balances computed and not kept, money without a width.
/// </summary>
internal sealed class ReferenceMarket(MarketParameters parameters)
{
    private ulong _nextSequence = 1;

    public List<ReferenceSeat> Seats { get; } = [];

    public List<ReferenceOrder> Book { get; } = [];

    public List<ReferenceEvent> Events { get; } = [];

    public BigInteger BaseTotal { get; private set; }

    public BigInteger QuoteTotal { get; private set; }

    public BigInteger FeesBase { get; private set; }

    public BigInteger FeesQuote { get; private set; }

    public IEnumerable<ReferenceOrder> InPriority(Side side) => Book.Where(order => order.Side == side)
        .OrderBy(order => side == Side.Bid ? ulong.MaxValue - order.PriceTicks : order.PriceTicks)
        .ThenBy(order => order.Sequence);

    public BigInteger BaseLocked(uint seat) => Book.Where(order => order.Seat == seat && order.Side == Side.Ask)
        .Aggregate(BigInteger.Zero, (sum, order) => sum + BaseValue(order.OpenLots));

    public BigInteger QuoteLocked(uint seat) => Book.Where(order => order.Seat == seat && order.Side == Side.Bid)
        .Aggregate(BigInteger.Zero, (sum, order) => sum + QuoteValue(order.OpenLots, order.PriceTicks));

    public BookError OpenSeat(Address owner)
    {
        if (owner.IsZero)
            return BookError.InvalidOwner;
        if (Seats.Any(seat => seat.Owner == owner))
            return BookError.SeatExists;
        if (Seats.Count == parameters.SeatCapacity)
            return BookError.SeatsFull;
        Seats.Add(new ReferenceSeat(owner));
        return BookError.None;
    }

    public BookError Transfer(uint seat, Asset asset, ulong atoms, bool isDeposit)
    {
        if (seat >= Seats.Count)
            return BookError.UnknownSeat;
        if (atoms == 0 || !Enum.IsDefined(asset))
            return BookError.InvalidAmount;

        BigInteger change = isDeposit ? atoms : -(BigInteger)atoms;
        BigInteger total = asset == Asset.Base ? BaseTotal : QuoteTotal;
        BigInteger free = asset == Asset.Base ? Seats[(int)seat].BaseFree : Seats[(int)seat].QuoteFree;
        if (isDeposit && total + change > ulong.MaxValue)
            return BookError.BalanceOverflow;
        if (free + change < 0)
            return BookError.InsufficientFunds;

        if (asset == Asset.Base)
        {
            BaseTotal += change;
            Seats[(int)seat].BaseFree += change;
        }
        else
        {
            QuoteTotal += change;
            Seats[(int)seat].QuoteFree += change;
        }

        return BookError.None;
    }

    public BookError CollectFees(Address authority, Asset asset, ulong atoms)
    {
        if (authority != parameters.Authority)
            return BookError.NotAuthority;
        if (atoms == 0 || !Enum.IsDefined(asset))
            return BookError.InvalidAmount;
        if (atoms > (asset == Asset.Base ? FeesBase : FeesQuote))
            return BookError.InsufficientFunds;

        if (asset == Asset.Base)
        {
            BaseTotal -= atoms;
            FeesBase -= atoms;
        }
        else
        {
            QuoteTotal -= atoms;
            FeesQuote -= atoms;
        }

        return BookError.None;
    }

    public BookError Place(uint seat, NewOrder order, out ReferenceResult result)
    {
        result = default;
        Events.Clear();
        BookError error = Check(seat, order);
        if (error != BookError.None)
            return error;

        ulong sequence = _nextSequence++;
        var (filled, reason) = Match(sequence, seat, order);
        ulong left = order.QuantityLots - filled;
        if (reason == DoneReason.None && order.Type is OrderType.Limit or OrderType.PostOnly && left > 0)
        {
            Rest(new(sequence, order.ClientOrderId, seat, order.Side, order.Type, order.PriceTicks) { OpenLots = left });
            result = new(sequence, filled, left, 0, 0, DoneReason.None);
            return BookError.None;
        }

        if (left == 0)
            reason = DoneReason.Filled;
        else if (reason == DoneReason.None)
            reason = DoneReason.ImmediateOrCancel;
        Events.Add(new(
            BookEventKind.Closed, order.Side, reason, order.Type, seat, 0, sequence, order.ClientOrderId,
            order.PriceTicks, left, 0));
        result = new(sequence, filled, 0, left, 0, reason);
        return BookError.None;
    }

    public BookError Reduce(
        uint seat, ReferenceOrder? order, ulong byLots, DoneReason wholeReason, out ReferenceResult result)
    {
        result = default;
        Events.Clear();
        if (seat >= Seats.Count)
            return BookError.UnknownSeat;
        if (byLots == 0)
            return BookError.InvalidQuantity;
        if (order is null || order.Seat != seat || !Book.Contains(order))
            return BookError.UnknownOrder;

        ulong lots = Math.Min(byLots, order.OpenLots);
        bool isWhole = lots == order.OpenLots;
        if (order.Side == Side.Bid)
            Seats[(int)seat].QuoteFree += QuoteValue(lots, order.PriceTicks);
        else
            Seats[(int)seat].BaseFree += BaseValue(lots);
        order.OpenLots -= lots;
        if (isWhole)
            Book.Remove(order);
        DoneReason reason = isWhole ? wholeReason : DoneReason.None;
        Events.Add(new(
            isWhole ? BookEventKind.Cancelled : BookEventKind.Reduced, order.Side, reason, 0, seat, 0,
            order.Sequence, order.ClientOrderId, order.PriceTicks, lots, order.OpenLots));
        result = new(order.Sequence, 0, order.OpenLots, lots, isWhole ? 1u : 0, reason);
        return BookError.None;
    }

    public BookError CancelAll(uint seat, int maxOrders, out ReferenceResult result)
    {
        result = default;
        Events.Clear();
        if (seat >= Seats.Count)
            return BookError.UnknownSeat;
        if (maxOrders is < 1 or > 256)
            return BookError.InvalidCancelLimit;

        var orders = Book.Where(order => order.Seat == seat)
            .OrderByDescending(order => order.Sequence).Take(maxOrders).ToList();
        var events = new List<ReferenceEvent>();
        ulong lots = 0;
        foreach (ReferenceOrder order in orders)
        {
            Reduce(seat, order, ulong.MaxValue, DoneReason.Cancelled, out ReferenceResult one);
            lots += one.CancelledLots;
            events.AddRange(Events);
        }

        Events.Clear();
        Events.AddRange(events);
        result = new(0, 0, 0, lots, (uint)orders.Count, orders.Count == 0 ? DoneReason.None : DoneReason.Cancelled);
        return BookError.None;
    }

    public ReferenceOrder? ByClientId(uint seat, ulong clientOrderId) => clientOrderId == 0
        ? null
        : Book.SingleOrDefault(order => order.Seat == seat && order.ClientOrderId == clientOrderId);

    private BookError Check(uint seat, NewOrder order)
    {
        if (seat >= Seats.Count)
            return BookError.UnknownSeat;
        if (!Enum.IsDefined(order.Side) || !Enum.IsDefined(order.Type))
            return BookError.InvalidOrderType;
        if (order.QuantityLots == 0)
            return BookError.InvalidQuantity;
        if (order.PriceTicks == 0)
            return BookError.InvalidPrice;

        BigInteger quote = QuoteValue(order.QuantityLots, order.PriceTicks);
        BigInteger @base = BaseValue(order.QuantityLots);
        if (quote > ulong.MaxValue || @base > ulong.MaxValue)
            return BookError.ValueOverflow;
        if (order.Side == Side.Bid ? Seats[(int)seat].QuoteFree < quote : Seats[(int)seat].BaseFree < @base)
            return BookError.InsufficientFunds;
        if (ByClientId(seat, order.ClientOrderId) != null)
            return BookError.DuplicateClientOrderId;

        if (order.Type is OrderType.Limit or OrderType.PostOnly)
        {
            if (Book.Count(other => other.Seat == seat) == parameters.MaxOpenOrdersPerSeat)
                return BookError.SeatOrdersFull;
            if (Book.Count == parameters.OrderCapacity)
                return BookError.OrdersFull;
            var blocks = Book.Select(other => other.PriceTicks / 64).ToHashSet();
            if (blocks.Count == parameters.BlockCapacity && !blocks.Contains(order.PriceTicks / 64))
                return BookError.LevelsFull;
        }

        var makers = Makers(order);
        if (order.Type == OrderType.PostOnly && makers.Count > 0)
            return BookError.WouldCross;
        BigInteger available = makers.TakeWhile(maker => maker.Seat != seat).Take(255)
            .Aggregate(BigInteger.Zero, (sum, maker) => sum + maker.OpenLots);
        if (order.Type == OrderType.FillOrKill && available < order.QuantityLots)
            return BookError.WouldNotFill;
        return BookError.None;
    }

    private List<ReferenceOrder> Makers(NewOrder order) => InPriority(order.Side == Side.Bid ? Side.Ask : Side.Bid)
        .Where(maker => order.Side == Side.Bid
            ? maker.PriceTicks <= order.PriceTicks
            : maker.PriceTicks >= order.PriceTicks)
        .ToList();

    private (ulong Filled, DoneReason Reason) Match(ulong sequence, uint seat, NewOrder order)
    {
        ulong filled = 0;
        int fills = 0;
        foreach (ReferenceOrder maker in Makers(order))
        {
            if (filled == order.QuantityLots)
                break;
            if (maker.Seat == seat)
                return (filled, DoneReason.SelfTrade);
            if (fills++ == 255)
                return (filled, DoneReason.FillLimit);

            ulong lots = Math.Min(order.QuantityLots - filled, maker.OpenLots);
            filled += lots;
            maker.OpenLots -= lots;
            if (maker.OpenLots == 0)
                Book.Remove(maker);
            Settle(seat, order.Side, maker, lots);
            Events.Add(new(
                BookEventKind.Fill, maker.Side, 0, 0, maker.Seat, seat, maker.Sequence, sequence,
                maker.PriceTicks, lots, maker.OpenLots));
        }

        return (filled, DoneReason.None);
    }

    private void Settle(uint taker, Side takerSide, ReferenceOrder maker, ulong lots)
    {
        BigInteger @base = BaseValue(lots);
        BigInteger quote = QuoteValue(lots, maker.PriceTicks);
        bool takerBuys = takerSide == Side.Bid;
        BigInteger baseFee = Fee(@base, takerBuys ? parameters.TakerFeeBps : parameters.MakerFeeBps);
        BigInteger quoteFee = Fee(quote, takerBuys ? parameters.MakerFeeBps : parameters.TakerFeeBps);
        Seats[(int)(takerBuys ? taker : maker.Seat)].BaseFree += @base - baseFee;
        Seats[(int)(takerBuys ? maker.Seat : taker)].QuoteFree += quote - quoteFee;
        if (takerBuys)
            Seats[(int)taker].QuoteFree -= quote;
        else
            Seats[(int)taker].BaseFree -= @base;
        FeesBase += baseFee;
        FeesQuote += quoteFee;
    }

    private void Rest(ReferenceOrder order)
    {
        if (order.Side == Side.Bid)
            Seats[(int)order.Seat].QuoteFree -= QuoteValue(order.OpenLots, order.PriceTicks);
        else
            Seats[(int)order.Seat].BaseFree -= BaseValue(order.OpenLots);
        Book.Add(order);
        Events.Add(new(
            BookEventKind.Rested, order.Side, 0, order.Type, order.Seat, 0, order.Sequence, order.ClientOrderId,
            order.PriceTicks, order.OpenLots, order.OpenLots));
    }

    private static BigInteger Fee(BigInteger received, uint bps) => ((received * bps) + 9_999) / 10_000;

    private BigInteger BaseValue(ulong lots) => (BigInteger)lots * parameters.LotSize;

    private BigInteger QuoteValue(ulong lots, ulong priceTicks) => (BigInteger)lots * priceTicks * parameters.TickSize;
}
