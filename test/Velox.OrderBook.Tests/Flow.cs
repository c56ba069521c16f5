using Velox.Primitives;

namespace Velox.OrderBook.Tests;

internal enum OperationKind
{
    Place,
    Cancel,
    CancelByClientId,
    CancelAll,
    Reduce,
    ReduceByClientId,
    Message,
    Credit,
    Debit,
    OpenSeat,
    SetSessionKey,
    CollectFees,
    Replace,
    ReplaceByClientId,
    CancelSide,
    ReplaceQuote,
    Advance,
    SetPhase,
    Uncross,
    SetPriceBand,
    SetSeatLimits,
    StopSeat,
    ResumeSeat,
}

/// <summary>One random operation. Which fields count depends on the kind.</summary>
internal readonly record struct Operation(
    OperationKind Kind, uint Seat, NewOrder Order, ulong Id, ulong Amount, Asset Asset, Address Key, OrderMessage Message,
    TwoSidedQuote Quote = default)
{
    public SeatLimits Limits => new((uint)Math.Min(Id, uint.MaxValue), Amount);
}

/// <summary>What a flow looks like. Of orders that are special, each way of being so has its percentage.</summary>
internal sealed record FlowShape(
    uint Seats, ulong MiddlePrice, int PriceSpread, int MaxLots, int ClientIds, int HostilePercent, int PlacePercent)
{
    public int SpecialPercent { get; init; }

    public int StopPercent { get; init; } = 25;

    public int IcebergPercent { get; init; } = 40;

    public int ExpiryPercent { get; init; } = 40;

    /// <summary>How many of a thousand operations are about phases and limits.</summary>
    public int ControlPermille { get; init; }

    public bool BeginsWithCall { get; init; }

    public int MaxDisplayLots { get; init; } = 8;

    /// <summary>An expiry is less than this many slots or seconds ahead.</summary>
    public int ExpirySpread { get; init; } = 60;
}

/// <summary>
/// A deterministic source of operations, some of them hostile, that knows which order ids were given out.
/// </summary>
internal sealed class Flow(int seed, FlowShape shape)
{
    private static readonly ulong[] HostileNumbers =
        [0, 1, 2, ulong.MaxValue, ulong.MaxValue - 1, 1UL << 63, 1UL << 32, 1UL << 18];

    private static readonly OrderType[] StopTypes =
        [OrderType.Limit, OrderType.Limit, OrderType.ImmediateOrCancel, OrderType.Market];

    private static readonly OrderType[] QuoteTypes = [OrderType.Limit, OrderType.PostOnly, OrderType.PostOnlySlide];

    private static readonly OperationKind[] ControlKinds =
    [
        OperationKind.SetPhase, OperationKind.SetPhase, OperationKind.Uncross, OperationKind.Uncross, OperationKind.Uncross,
        OperationKind.SetPriceBand, OperationKind.SetSeatLimits, OperationKind.StopSeat, OperationKind.ResumeSeat,
        OperationKind.ResumeSeat, OperationKind.ResumeSeat,
    ];

    private static readonly ulong[] Phases = [0, 0, 0, 1, 1, 1, 1, 2, 3, 4];

    private readonly Random _random = new(seed);
    private readonly ulong[] _recentIds = new ulong[64];
    private OperationKind _last;

    /// <summary>The clock from which expiries count, of slots and of seconds alike.</summary>
    public ulong Clock { get; set; }

    public void Remember(ulong orderId)
    {
        if (orderId != 0)
            _recentIds[_random.Next(_recentIds.Length)] = orderId;
    }

    public Operation Next()
    {
        OperationKind last = shape.SpecialPercent > 0 ? OperationKind.Advance : OperationKind.CollectFees;
        OperationKind kind = _random.Next(100) < shape.PlacePercent
            ? OperationKind.Place
            : (OperationKind)_random.Next(1, (int)last + 1);
        if (shape.ControlPermille != 0 && _random.Next(1_000) < shape.ControlPermille)
            kind = ControlKinds[_random.Next(ControlKinds.Length)];

        // A large uncross takes several, and now and then something is tried in between.
        if (_last == OperationKind.Uncross && Chance(70))
            kind = OperationKind.Uncross;
        _last = kind;
        uint seat = Hostile() ? (uint)HostileNumber() : (uint)_random.Next((int)shape.Seats);
        NewOrder order = NextOrder();
        return new Operation(
            kind, seat, Chance(shape.SpecialPercent) ? Specialize(order) : order, NextId(kind), NextAmount(kind),
            Hostile() ? (Asset)_random.Next(4) : (Asset)_random.Next(2), NextKey(kind, seat),
            NextMessage((ushort)seat, order), kind == OperationKind.ReplaceQuote ? NextQuote() : default);
    }

    private NewOrder NextOrder() => new(
        Hostile() ? (Side)_random.Next(4) : (Side)_random.Next(2),
        Hostile() ? (OrderType)_random.Next(4, 12) : (OrderType)Math.Max(0, _random.Next(-3, 4)),
        NextPrice(),
        Hostile() ? HostileNumber() : 1 + (ulong)_random.Next(shape.MaxLots),
        Hostile() ? HostileNumber() : (ulong)_random.Next(shape.ClientIds));

    private ulong NextPrice() => Hostile() ? HostileNumber() : shape.MiddlePrice + (ulong)_random.Next(shape.PriceSpread);

    /// <summary>Makes an order of every kind out of a plain one, mostly lawful.</summary>
    private NewOrder Specialize(NewOrder order)
    {
        order = order with { SelfTrade = Hostile() ? (SelfTrade)_random.Next(6) : (SelfTrade)_random.Next(4) };
        bool isStop = Chance(shape.StopPercent);
        OrderType type = isStop
            ? StopTypes[_random.Next(StopTypes.Length)]
            : (OrderType)_random.Next(6);
        if (!Hostile())
            order = order with { Type = type };
        if (isStop || Hostile())
            order = order with { TriggerTicks = NextPrice() };
        bool needsPrice = order.Type != OrderType.Market || (isStop && order.Side == Side.Bid);
        if (!needsPrice && !Hostile())
            order = order with { PriceTicks = 0 };

        bool mayRest = order.Type is OrderType.Limit or OrderType.PostOnly or OrderType.PostOnlySlide;
        if ((mayRest && Chance(shape.IcebergPercent)) || Hostile())
            order = order with { DisplayLots = 1 + (ulong)_random.Next(shape.MaxDisplayLots) };
        if (((mayRest || isStop) && Chance(shape.ExpiryPercent)) || Hostile())
            order = order with { Expiry = NextExpiry() };
        return order;
    }

    private Expiry NextExpiry()
    {
        if (Hostile())
            return Expiry.FromBits(HostileNumber());
        ulong until = Clock + (ulong)_random.Next(shape.ExpirySpread) + 1;
        return _random.Next(2) == 0 ? Expiry.AtSlot(until) : Expiry.AtTime(until);
    }

    private TwoSidedQuote NextQuote()
    {
        ulong bid = NextPrice();
        ulong ask = Hostile() ? NextPrice() : bid + (ulong)_random.Next(1, 4);

        // Few ids, so that quotes replace quotes.
        ulong ids = 1 + ((ulong)_random.Next(3) * 2);
        return new TwoSidedQuote(
            Hostile() ? (ulong)_random.Next(8) : ids, bid, NextQuoteLots(), ids + 1, ask, NextQuoteLots(),
            Hostile() ? (OrderType)_random.Next(8) : QuoteTypes[_random.Next(QuoteTypes.Length)],
            Hostile() ? (SelfTrade)_random.Next(6) : (SelfTrade)_random.Next(4),
            Chance(shape.ExpiryPercent / 2) ? NextExpiry() : Expiry.Never);
    }

    private ulong NextQuoteLots() => Hostile() ? HostileNumber() : Math.Min((ulong)_random.Next(shape.MaxLots), (ulong)_random.Next(10));

    private OrderMessage NextMessage(ushort seat, NewOrder order)
    {
        uint sequence = (uint)_random.Next();
        ulong id = (ulong)_random.Next(shape.ClientIds);
        return _random.Next(4) switch
        {
            0 when shape.ControlPermille != 0 && id == 0 && _random.Next(10) == 0 => OrderMessage.StopSeat(seat, sequence),
            0 when shape.SpecialPercent > 0 => NextSpecialMessage(seat, sequence, id, order),
            0 => OrderMessage.Place(seat, sequence, order),
            1 => OrderMessage.Cancel(seat, sequence, id),
            2 => _random.Next(8) == 0 ? OrderMessage.CancelAll(seat, sequence) : OrderMessage.Place(seat, sequence, order),
            _ => OrderMessage.Reduce(seat, sequence, id, (ulong)_random.Next(shape.MaxLots)),
        };
    }

    private OrderMessage NextSpecialMessage(ushort seat, uint sequence, ulong id, NewOrder order)
    {
        // Of its display, trigger and expiry a message has one.
        order = order with { QuantityLots = (uint)order.QuantityLots };
        uint parameter = (uint)Clock + (uint)_random.Next(1, 60);
        return _random.Next(6) switch
        {
            0 => OrderMessage.Replace(seat, sequence, id, order.PriceTicks, order.QuantityLots, (SelfTrade)_random.Next(4)),
            1 => OrderMessage.CancelSide(seat, sequence, (Side)_random.Next(2)),
            _ when order.Type > OrderType.Market || order.Side > Side.Ask => OrderMessage.Place(seat, sequence, order),
            2 => OrderMessage.Place(seat, sequence, order with { DisplayLots = 1 + (ulong)_random.Next(shape.MaxDisplayLots) }),
            3 => OrderMessage.Place(seat, sequence, order with { TriggerTicks = (uint)NextPrice() }),
            4 => OrderMessage.Place(seat, sequence, order with { Expiry = Expiry.AtSlot(parameter) }),
            _ => OrderMessage.Place(seat, sequence, order with { Expiry = Expiry.AtTime(parameter) }),
        };
    }

    private ulong NextId(OperationKind kind) => Hostile() ? HostileNumber()
        : kind == OperationKind.SetSeatLimits ? (ulong)Math.Max(0, _random.Next(-5, 60))
        : kind == OperationKind.SetPriceBand ? (_random.Next(2) == 0 ? 0 : NextPrice())
        : kind is OperationKind.Cancel or OperationKind.Reduce or OperationKind.Replace ? _recentIds[_random.Next(_recentIds.Length)]
        : (ulong)_random.Next(shape.ClientIds);

    private ulong NextAmount(OperationKind kind) => Hostile() ? HostileNumber()
        : kind == OperationKind.SetPhase ? Phases[_random.Next(Phases.Length)]
        : kind == OperationKind.SetPriceBand ? _random.Next(20) == 0 ? 10_001 : (ulong)Math.Max(0, _random.Next(-2_000, 1_500))
        : kind == OperationKind.SetSeatLimits ? (ulong)Math.Max(0, _random.NextInt64(-8_000_000, 20_000_000))
        : kind is OperationKind.Reduce or OperationKind.ReduceByClientId ? (ulong)_random.Next(shape.MaxLots + 1)
        : kind is OperationKind.CancelAll or OperationKind.CancelSide ? (ulong)_random.Next(5)
        : kind == OperationKind.CollectFees ? (ulong)_random.Next(1, 50)
        : (ulong)_random.NextInt64(1, 2_000_000);

    // Of keys that are asked for, most are right; wrong ones are those of the next seat, or nobody's.
    private Address NextKey(OperationKind kind, uint seat)
    {
        if (Hostile())
            return default;
        uint whose = _random.Next(8) == 0 ? seat + 1 : seat;
        return kind switch
        {
            OperationKind.OpenSeat => TestMarket.OwnerOf((uint)_random.Next((int)shape.Seats + 2)),
            OperationKind.SetPhase or OperationKind.Uncross or OperationKind.SetPriceBand =>
                _random.Next(20) == 0 ? TestMarket.OwnerOf(0) : TestMarket.Authority,
            OperationKind.SetSeatLimits or OperationKind.StopSeat or OperationKind.ResumeSeat =>
                _random.Next(2) == 0 ? TestMarket.OwnerOf(whose) : TestMarket.Authority,
            OperationKind.CollectFees => _random.Next(4) == 0 ? TestMarket.OwnerOf(0) : TestMarket.Authority,
            _ => TestMarket.SessionOf(whose),
        };
    }

    private bool Hostile() => Chance(shape.HostilePercent);

    private bool Chance(int percent) => _random.Next(100) < percent;

    private ulong HostileNumber() => HostileNumbers[_random.Next(HostileNumbers.Length)];
}

internal static class Operations
{
    /// <summary>Executes an operation on the market.</summary>
    public static BookError Apply(
        this Market market, in Operation operation, ref EventWriter events, out OperationResult result) =>
        market.Apply(operation, ref events, out result, out _);

    /// <summary>Executes an operation on the market. A quote has two results.</summary>
    public static BookError Apply(
        this Market market, in Operation operation, ref EventWriter events, out OperationResult result,
        out OperationResult second)
    {
        result = default;
        second = default;
        uint seat = operation.Seat;
        return operation.Kind switch
        {
            OperationKind.Place => market.Place(seat, operation.Order, ref events, out result),
            OperationKind.Cancel => market.Cancel(seat, operation.Id, ref events, out result),
            OperationKind.CancelByClientId => market.CancelByClientId(seat, operation.Id, ref events, out result),
            OperationKind.CancelAll => market.CancelAll(seat, (int)operation.Amount, ref events, out result),
            OperationKind.Reduce => market.Reduce(seat, operation.Id, operation.Amount, ref events, out result),
            OperationKind.ReduceByClientId =>
                market.ReduceByClientId(seat, operation.Id, operation.Amount, ref events, out result),
            OperationKind.Message => market.Execute(operation.Message, operation.Key, ref events, out result),
            OperationKind.Credit => market.Credit(seat, operation.Asset, operation.Amount),
            OperationKind.Debit => market.Debit(seat, operation.Asset, operation.Amount),
            OperationKind.OpenSeat => market.OpenSeat(operation.Key, out _),
            OperationKind.SetSessionKey => market.SetSessionKey(seat, operation.Key),
            OperationKind.CollectFees => market.CollectFees(operation.Key, operation.Asset, operation.Amount),
            OperationKind.Replace => market.Replace(
                seat, operation.Id, operation.Order.PriceTicks, operation.Order.QuantityLots, operation.Order.SelfTrade, ref events,
                out result),
            OperationKind.ReplaceByClientId => market.ReplaceByClientId(
                seat, operation.Id, operation.Order.PriceTicks, operation.Order.QuantityLots, operation.Order.SelfTrade, ref events,
                out result),
            OperationKind.CancelSide =>
                market.CancelSide(seat, operation.Order.Side, (int)operation.Amount, ref events, out result),
            OperationKind.ReplaceQuote => market.ReplaceQuote(seat, operation.Quote, ref events, out result, out second),
            OperationKind.SetPhase => market.SetPhase(operation.Key, (MarketPhase)operation.Amount, ref events),
            OperationKind.Uncross => market.Uncross(operation.Key, ref events, out result),
            OperationKind.SetPriceBand =>
                market.SetPriceBand(operation.Key, (uint)Math.Min(operation.Amount, uint.MaxValue), operation.Id),
            OperationKind.SetSeatLimits => market.SetSeatLimits(operation.Key, seat, operation.Limits),
            OperationKind.StopSeat => market.StopSeat(operation.Key, seat, ref events, out result),
            OperationKind.ResumeSeat => market.ResumeSeat(operation.Key, seat),
            _ => market.Advance(ref events),
        };
    }

    /// <summary>An uncross with its result in the fields of another: the price as resting lots, the end as a cancelled order.</summary>
    private static BookError Uncross(
        this Market market, in Address authority, ref EventWriter events, out OperationResult result)
    {
        BookError error = market.Uncross(authority, ref events, out UncrossResult uncross);
        result = new OperationResult
        {
            FilledLots = uncross.FilledLots,
            RestingLots = uncross.PriceTicks,
            CancelledLots = uncross.SelfTradeLots,
            CancelledOrders = uncross.IsDone ? 1u : 0,
        };
        return error;
    }
}
