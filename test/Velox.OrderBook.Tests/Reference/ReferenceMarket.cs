using System.Numerics;
using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>
/// The rules of the market (docs/order-types.md, docs/auctions-and-risk.md) in their most obvious form: one list of orders, searched and sorted
/// anew for everything, locked balances computed and not kept, money without a width, "what if" answered by trying on
/// a copy.
/// </summary>
/// <remarks>It has no event buffer and no last order number: those two errors are tested one by one.</remarks>
internal sealed partial class ReferenceMarket(MarketParameters parameters)
{
    private ulong _nextSequence = 1;
    private ulong _nextPriority = 1;

    public List<ReferenceSeat> Seats { get; private init; } = [];

    /// <summary>All open orders: those in the book and the stops that wait.</summary>
    public List<ReferenceOrder> Orders { get; private init; } = [];

    public List<ReferenceEvent> Events { get; } = [];

    /// <summary>The clocks of the operations to come.</summary>
    public ulong Slot { get; set; }

    public ulong UnixSeconds { get; set; }

    public ulong LastTradePriceTicks { get; private set; }

    public ulong TradeCount { get; private set; }

    public BigInteger BaseTotal { get; private set; }

    public BigInteger QuoteTotal { get; private set; }

    public BigInteger FeesBase { get; private set; }

    public BigInteger FeesQuote { get; private set; }

    public IEnumerable<ReferenceOrder> Book => Orders.Where(order => !order.IsPending);

    public IEnumerable<ReferenceOrder> InPriority(Side side) => Book.Where(order => order.Side == side)
        .OrderBy(order => side == Side.Bid ? ulong.MaxValue - order.PriceTicks : order.PriceTicks)
        .ThenBy(order => order.Priority);

    public BigInteger BaseLocked(uint seat) => Locked(seat, Side.Ask);

    public BigInteger QuoteLocked(uint seat) => Locked(seat, Side.Bid);

    public ReferenceOrder? ByClientId(uint seat, ulong clientOrderId) => clientOrderId == 0
        ? null
        : Orders.SingleOrDefault(order => order.Seat == seat && order.ClientOrderId == clientOrderId);

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

        AddToTotal(asset, change);
        AddToFree(seat, asset, change);
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

        AddToTotal(asset, -(BigInteger)atoms);
        AddToFees(asset, -(BigInteger)atoms);
        return BookError.None;
    }

    /// <summary>The same market, on which something can be tried.</summary>
    private ReferenceMarket Copy() => new(parameters)
    {
        Seats = Seats.Select(seat => seat.Copy()).ToList(),
        Orders = Orders.Select(order => order.Copy()).ToList(),
        Slot = Slot,
        UnixSeconds = UnixSeconds,
        LastTradePriceTicks = LastTradePriceTicks,
        _nextSequence = _nextSequence,
        _nextPriority = _nextPriority,
        Phase = Phase,
        _bandBps = _bandBps,
        _referenceTicks = _referenceTicks,
        _highTicks = _highTicks,
        _lowTicks = _lowTicks,
    };

    private BigInteger Locked(uint seat, Side side) => Orders
        .Where(order => order.Seat == seat && order.Side == side)
        .Aggregate(BigInteger.Zero, (sum, order) => sum + ValueOf(side, order.OpenLots, order.PriceTicks));

    private static Asset PaysWith(Side side) => side == Side.Bid ? Asset.Quote : Asset.Base;

    /// <summary>What lots of an order are locked or paid with: quote of a bid, base of an ask.</summary>
    private BigInteger ValueOf(Side side, ulong lots, ulong priceTicks) => side == Side.Bid
        ? (BigInteger)lots * priceTicks * parameters.TickSize
        : (BigInteger)lots * parameters.LotSize;

    private BigInteger FreeFor(uint seat, Side side) =>
        side == Side.Bid ? Seats[(int)seat].QuoteFree : Seats[(int)seat].BaseFree;

    private void AddToFree(uint seat, Asset asset, BigInteger atoms)
    {
        if (asset == Asset.Base)
            Seats[(int)seat].BaseFree += atoms;
        else
            Seats[(int)seat].QuoteFree += atoms;
    }

    private void AddToFees(Asset asset, BigInteger atoms)
    {
        if (asset == Asset.Base)
            FeesBase += atoms;
        else
            FeesQuote += atoms;
    }

    private void AddToTotal(Asset asset, BigInteger atoms)
    {
        if (asset == Asset.Base)
            BaseTotal += atoms;
        else
            QuoteTotal += atoms;
    }
}
