using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>What a producer submits at once: one command, or the legs of one over several markets.</summary>
internal readonly record struct ShardInput(ShardCommand[] Legs)
{
    public bool IsTogether => Legs.Length > 1;
}

/// <summary>A seeded source of inputs for a set of markets: orders, money, seats, transfers, all-or-nothing orders, phases,
/// auctions and limits, many of which are refused.</summary>
internal sealed class ShardFlow(int seed, int markets)
{
    public const int OpenSeats = 5;

    private const int Mints = 3;

    /// <summary>The market that begins with a call of so many orders that its uncross takes several steps.</summary>
    private const int CrowdedMarket = 1;

    private const int CrowdedOrders = 640;

    // Of no use to anybody: no deposit above it fits any more.
    private const ulong AlmostFull = ulong.MaxValue - 50_000;

    private readonly Random _random = new(seed);
    private readonly ulong[] _orderIds = new ulong[256];
    private int _inputs;

    /// <summary>The same markets each time: some seats are rich, some poor, and one total is almost full.</summary>
    public static TrackedMemory[] OpenMarkets(int markets)
    {
        var memories = new TrackedMemory[markets];
        for (int i = 0; i < markets; i++)
        {
            MarketParameters parameters = TestMarket.Parameters with
            {
                BaseMint = MintOf(i),
                QuoteMint = MintOf(i + 1),
                OrderCapacity = i == CrowdedMarket ? 1_000U : 300,
                MaxOpenOrdersPerSeat = i == CrowdedMarket ? 200U : 80,
                MakerFeeBps = (short)i,
                TakerFeeBps = 7,
            };
            Market market = TestMarket.CreateWithSeats(parameters, OpenSeats, 1_000_000, out memories[i]);
            if (i == 0)
                Assert.Equal(BookError.None, market.Credit(0, Asset.Base, AlmostFull - market.Header.BaseTotal));
        }

        return memories;
    }

    /// <summary>The first go to the crowded market, with others in between.</summary>
    public ShardInput Next() => _inputs < 2 * CrowdedOrders && _inputs++ % 2 == 0
        ? new ShardInput([NextInCrowd(_inputs / 2)])
        : NextOfAny();

    private ShardInput NextOfAny() => _random.Next(100) switch
    {
        < 12 => NextTransfer(),
        < 30 => NextTogether(),
        _ => new ShardInput([NextAlone(_random.Next(markets))]),
    };

    /// <summary>An order that was given an id, to be cancelled later.</summary>
    public void Remember(ulong orderId)
    {
        if (orderId != 0)
            _orderIds[_random.Next(_orderIds.Length)] = orderId;
    }

    private static Address MintOf(int number) => TestMarket.AddressOf(0x317700UL + (ulong)(number % Mints));

    /// <summary>A call, an order of a lot after the other that all cross, and the first step of the uncross.</summary>
    private ShardCommand NextInCrowd(int number)
    {
        if (number == 0)
            return ShardCommand.SetPhase(CrowdedMarket, TestMarket.Authority, MarketPhase.Call);
        if (number == CrowdedOrders - 1)
            return ShardCommand.Uncross(CrowdedMarket, TestMarket.Authority, NextSlot());
        uint seat = (uint)(number % OpenSeats);
        bool isBid = number % 2 == 0;
        var order = new NewOrder(isBid ? Side.Bid : Side.Ask, OrderType.Limit, isBid ? 101UL : 99, 1);
        return ShardCommand.Place(CrowdedMarket, seat, order, NextSlot());
    }

    private ShardCommand NextAlone(int market) =>
        _random.Next(8) == 0 && !IsCrowding(market) ? NextRule(market) : NextOrderOrMoney(market);

    private bool IsCrowding(int market) => market == CrowdedMarket && _inputs < 2 * CrowdedOrders;

    /// <summary>Phases, auctions, limits; what lifts them comes oftener than what sets them.</summary>
    private ShardCommand NextRule(int market)
    {
        uint seat = NextSeat();
        Address signer = _random.Next(3) == 0 ? TestMarket.OwnerOf((uint)_random.Next(OpenSeats)) : TestMarket.Authority;
        Address owner = _random.Next(3) == 0 ? signer : TestMarket.OwnerOf(seat);
        return _random.Next(20) switch
        {
            < 2 => ShardCommand.SetPhase(market, signer, MarketPhase.Call, NextSlot()),
            2 => ShardCommand.SetPhase(market, signer, (MarketPhase)_random.Next(5), NextSlot()),
            < 7 => ShardCommand.SetPhase(market, signer, MarketPhase.Continuous, NextSlot()),
            < 11 => ShardCommand.Uncross(market, signer, NextSlot()),
            11 => ShardCommand.SetPriceBand(market, signer, (uint)_random.Next(300, 1_200), (ulong)_random.Next(110)),
            12 => ShardCommand.SetPriceBand(market, signer, (uint)(_random.Next(2) * 10_001), 100),
            13 => ShardCommand.SetSeatLimits(
                market, owner, seat, new SeatLimits((uint)_random.Next(3, 60), (ulong)_random.Next(1_000, 60_000))),
            14 => ShardCommand.SetSeatLimits(market, TestMarket.Authority, seat, default),
            15 => ShardCommand.StopSeat(market, owner, seat, NextSlot()),
            _ => ShardCommand.ResumeSeat(market, owner, seat),
        };
    }

    private ShardCommand NextOrderOrMoney(int market)
    {
        uint seat = NextSeat();
        ulong clientId = (ulong)_random.Next(40);
        return _random.Next(20) switch
        {
            < 12 => ShardCommand.Place(market, seat, NextOrder(wantsFill: false), NextSlot()),
            12 => ShardCommand.CancelByClientId(market, seat, clientId, NextSlot()),
            13 => ShardCommand.Cancel(market, seat, _orderIds[_random.Next(_orderIds.Length)], NextSlot()),
            14 => ShardCommand.CancelAll(market, seat, _random.Next(5), NextSlot()),
            15 => ShardCommand.ReduceByClientId(market, seat, clientId, (ulong)_random.Next(20), NextSlot()),
            16 => ShardCommand.Reduce(market, seat, _orderIds[_random.Next(_orderIds.Length)], 3, NextSlot()),
            17 => ShardCommand.Credit(market, seat, NextAsset(), NextAtoms()),
            18 => ShardCommand.Debit(market, seat, NextAsset(), NextAtoms()),
            _ => ShardCommand.OpenSeat(market, TestMarket.OwnerOf((uint)_random.Next(12))),
        };
    }

    private ShardInput NextTransfer()
    {
        ulong atoms = NextAtoms();
        (int from, int to) = NextPair();
        Asset asset = NextAsset();

        // Of a base and the next market's quote, or of two of the same side; both are of one mint every third market.
        Asset target = (from + (int)asset) % Mints == to % Mints ? Asset.Base : Asset.Quote;
        return new ShardInput(
            [ShardCommand.Debit(from, NextSeat(), asset, atoms), ShardCommand.Credit(to, NextSeat(), target, atoms)]);
    }

    private ShardInput NextTogether()
    {
        int[] chosen = [.. Enumerable.Range(0, markets).OrderBy(_ => _random.Next()).Take(_random.Next(2, 5))];
        bool wantsFill = _random.Next(4) != 0;
        return new ShardInput([.. chosen.Select(market => _random.Next(12) switch
        {
            0 => ShardCommand.Credit(market, NextSeat(), NextAsset(), NextAtoms()),
            1 => ShardCommand.Debit(market, NextSeat(), NextAsset(), NextAtoms()),
            _ => ShardCommand.Place(market, NextSeat(), NextOrder(wantsFill), NextSlot()),
        })]);
    }

    private NewOrder NextOrder(bool wantsFill)
    {
        Side side = _random.Next(2) == 0 ? Side.Bid : Side.Ask;
        OrderType type = wantsFill ? OrderType.FillOrKill : (OrderType)Math.Max(0, _random.Next(-4, 4));
        ulong distance = (ulong)_random.Next(12);
        ulong price = (side == Side.Bid) ^ wantsFill ? 100 - distance : 98 + distance;
        ulong lots = wantsFill ? 1 + (ulong)_random.Next(6) : (ulong)_random.Next(30);
        return new NewOrder(side, type, price, lots, (ulong)_random.Next(40));
    }

    private (int From, int To) NextPair()
    {
        int from = _random.Next(markets);
        return (from, (from + _random.Next(1, markets)) % markets);
    }

    // Now and then one that is not open yet.
    private uint NextSeat() => (uint)_random.Next(OpenSeats + 1);

    private Asset NextAsset() => (Asset)_random.Next(2);

    private ulong NextAtoms() => _random.Next(24) switch
    {
        < 2 => (ulong)_random.Next(2),
        2 => ulong.MaxValue - (ulong)_random.Next(1_000),
        _ => (ulong)_random.NextInt64(1, 800_000),
    };

    private ulong NextSlot() => (ulong)_random.Next(1_000);
}
