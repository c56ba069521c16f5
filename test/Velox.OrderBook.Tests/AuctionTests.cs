namespace Velox.OrderBook.Tests;

/// <summary>Call auctions: the clearing price, how it is executed, and what stays out of it.</summary>
public class AuctionTests
{
    private static readonly MarketParameters Parameters = TestMarket.Parameters with
    {
        LotSize = 1,
        TickSize = 1,
        OrderCapacity = 20_000,
        BlockCapacity = 400,
        MaxOpenOrdersPerSeat = 20_000,
        MakerFeeBps = 10,
        TakerFeeBps = 20,
    };

    [Theory]
    [InlineData(701)]
    [InlineData(702)]
    [InlineData(703)]
    public void No_price_clears_more_or_leaves_less_or_is_nearer(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 1_500; round++)
        {
            Market market = InCall(seats: 6, reference: (ulong)random.Next(18), out _);
            int spread = random.Next(1, 14);
            for (int i = random.Next(1, 24); i > 0; i--)
                Place(market, random, spread, maxLots: random.Next(1, 6));
            AuctionPrice expected = BestOf(market, highestTicks: 20);
            Assert.True(market.TryGetIndicative(1_000, out AuctionPrice found));
            Assert.True(expected == found, $"seed {seed}, round {round}: expected {expected}, got {found}.");

            Assert.True(Uncross(market, out UncrossResult result), $"seed {seed}, round {round}");
            Assert.Equal((expected.PriceTicks, expected.Lots), (result.PriceTicks, result.FilledLots + result.SelfTradeLots));
            AssertContinuous(market);
        }
    }

    [Theory]
    [InlineData(711)]
    [InlineData(712)]
    public void A_large_auction_goes_on_over_several_operations_and_nothing_comes_between(int seed)
    {
        var random = new Random(seed);
        Market market = InCall(seats: 6, reference: 0, out _);
        for (int i = 0; i < 12_000; i++)
            Place(market, random, spread: 300, maxLots: 5);
        AuctionPrice expected = BestOf(market, highestTicks: 310);
        ulong id = market.AllOrders(Side.Bid)[^1].OrderId;
        ulong lots = 0;
        ulong events = market.Header.NextEventSequence;
        bool isDone = false;
        for (int operations = 0; !isDone; operations++)
        {
            Assert.True(operations < 200, $"seed {seed}: no end.");
            isDone = Uncross(market, out UncrossResult result);
            market.AssertSound();
            lots += result.FilledLots + result.SelfTradeLots;
            Assert.InRange(market.Header.NextEventSequence - events, 0UL, (ulong)Market.MaxEventsPerOperation);
            events = market.Header.NextEventSequence;
            if (isDone)
                break;
            Assert.Equal(MarketPhase.Uncrossing, market.Header.Phase);
            var buffer = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 1);
            Assert.Equal(BookError.UncrossPending, market.Place(0, new(Side.Bid, OrderType.Limit, 1, 1), ref buffer, out _));
            Assert.Equal(BookError.UncrossPending, market.CheckPlace(0, new(Side.Bid, OrderType.Limit, 1, 1)));
            Assert.Equal(BookError.UncrossPending, market.Cancel(0, id, ref buffer, out _));
            Assert.Equal(BookError.UncrossPending, market.Advance(ref buffer));
            Assert.Equal(BookError.UncrossPending, market.SetPhase(TestMarket.Authority, MarketPhase.Halted, ref buffer));
            Assert.Equal(0, buffer.Count);
        }

        Assert.Equal(expected.Lots, lots);
        Assert.Equal(expected.PriceTicks, market.Header.LastTradePriceTicks);
        AssertContinuous(market);
    }

    [Fact]
    public void Neighbouring_levels_are_compared_over_several_operations()
    {
        // 10 lots cross exactly; behind them 6,000 bids of one lot at 100 and 5,000 asks of one lot at 101.
        Market market = InCall(seats: 2, reference: 0, out _);
        market.PlaceOk(0, Side.Bid, 103, 10);
        market.PlaceOk(1, Side.Ask, 98, 10);
        for (int i = 0; i < 6_000; i++)
            market.PlaceOk(0, Side.Bid, 100, 1);
        for (int i = 0; i < 5_000; i++)
            market.PlaceOk(1, Side.Ask, 101, 1);
        Assert.False(market.TryGetIndicative(6_000, out _));
        Assert.False(Uncross(market, out UncrossResult result));
        market.AssertSound();
        Assert.Equal(0UL, result.PriceTicks);
        Assert.True(Uncross(market, out result));
        Assert.Equal((101UL, 10UL), (result.PriceTicks, result.FilledLots));
        AssertContinuous(market);
    }

    [Fact]
    public void All_fills_are_at_one_price_and_improvement_comes_back()
    {
        Market market = InCall(seats: 2, reference: 110, out _);
        ulong bid = market.PlaceOk(0, Side.Bid, 120, 1_000).OrderId;
        ulong ask = market.PlaceOk(1, Side.Ask, 100, 400).OrderId;
        Assert.Equal((120UL, 100UL), (market.Header.BestBidTicks, market.Header.BestAskTicks));
        Assert.True(Uncross(market, out UncrossResult result, out BookEvent[] events));
        Assert.Equal((110UL, 400UL), (result.PriceTicks, result.FilledLots));
        Assert.Equal(
            [BookEventKind.PhaseChanged, BookEventKind.AuctionFill, BookEventKind.AuctionFill, BookEventKind.PhaseChanged],
            events.Select(e => e.Kind));
        Assert.Equal(
            (bid, 120UL, 110UL, 400UL, 600UL),
            (events[1].OrderId, events[1].PriceTicks, events[1].ClearingPriceTicks, events[1].Lots, events[1].RemainingLots));
        Assert.Equal(
            (ask, 100UL, 110UL, 400UL, 0UL),
            (events[2].OrderId, events[2].PriceTicks, events[2].ClearingPriceTicks, events[2].Lots, events[2].RemainingLots));

        // Both sides pay the maker's 10 basis points of what they get: 400 base, and 44,000 quote.
        Assert.Equal((1UL, 44UL), (market.Header.FeesBase, market.Header.FeesQuote));
        Assert.Equal(Atoms + 399, market.Seat(0).BaseFree);
        Assert.Equal((Atoms - 116_000, 72_000UL), (market.Seat(0).QuoteFree, market.Seat(0).QuoteLocked));
        Assert.Equal((Atoms + 43_956, Atoms - 400), (market.Seat(1).QuoteFree, market.Seat(1).BaseFree));
    }

    [Theory]
    [InlineData(0, 95)]
    [InlineData(90, 95)]
    [InlineData(100, 100)]
    [InlineData(200, 105)]
    public void Of_equal_prices_the_nearest_to_the_reference_is_taken(ulong reference, ulong expected)
    {
        Market market = InCall(seats: 2, reference, out _);
        market.PlaceOk(0, Side.Bid, 105, 7);
        market.PlaceOk(1, Side.Ask, 95, 7);
        Assert.True(market.TryGetIndicative(10, out AuctionPrice price));
        Assert.Equal(new AuctionPrice(expected, 7), price);
    }

    [Fact]
    public void An_iceberg_takes_part_wholly_in_its_turn_hidden_lots_first()
    {
        Market market = InCall(seats: 3, reference: 0, out _);
        var buffer = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 1);
        var iceberg = new NewOrder(Side.Ask, OrderType.Limit, 100, 50, DisplayLots: 10);
        Assert.Equal(BookError.None, market.Place(1, iceberg, ref buffer, out OperationResult placed));
        market.PlaceOk(2, Side.Ask, 100, 20);
        market.PlaceOk(0, Side.Bid, 100, 45);
        Assert.True(Uncross(market, out _, out BookEvent[] events));
        Assert.Equal(
            [(BookEventKind.AuctionFill, 45UL, 0UL), (BookEventKind.AuctionFillHidden, 40UL, 10UL), (BookEventKind.AuctionFill, 5UL, 5UL)],
            events[1..^1].Select(e => (e.Kind, e.Lots, e.RemainingLots)));
        Assert.True(market.TryGetOpenOrder(placed.OrderId, out OpenOrder left));
        Assert.Equal((5UL, 0UL), (left.Order.QuantityLots, left.HiddenLots));
        AssertContinuous(market);
    }

    [Fact]
    public void Orders_of_one_seat_reduce_each_other_without_a_trade()
    {
        Market market = InCall(seats: 2, reference: 0, out _);
        market.PlaceOk(0, Side.Bid, 100, 10);
        market.PlaceOk(0, Side.Ask, 90, 4);
        market.PlaceOk(1, Side.Ask, 95, 4);
        Assert.True(Uncross(market, out UncrossResult result, out BookEvent[] events));
        Assert.Equal((4UL, 4UL, 1UL), (result.FilledLots, result.SelfTradeLots, market.Header.TradeCount));
        Assert.Equal(
            [(BookEventKind.Reduced, DoneReason.SelfTrade), (BookEventKind.Cancelled, DoneReason.SelfTrade)],
            events[1..3].Select(e => (e.Kind, e.Reason)));
        Assert.Equal(2UL, market.AllOrders(Side.Bid).Single().OpenLots);
        AssertContinuous(market);
    }

    [Fact]
    public void Expired_orders_leave_before_and_stops_enter_after()
    {
        Market market = InCall(seats: 3, reference: 0, out _);
        var at1 = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 1);
        var stop = new NewOrder(Side.Bid, OrderType.Market, 200, 3, TriggerTicks: 90);
        Assert.Equal(BookError.None, market.Place(2, stop, ref at1, out _));
        at1.Clear();
        var shortLived = new NewOrder(Side.Ask, OrderType.Limit, 50, 10, Expiry: Expiry.AtSlot(5));
        Assert.Equal(BookError.None, market.Place(1, shortLived, ref at1, out _));
        market.PlaceOk(0, Side.Bid, 100, 10);
        market.PlaceOk(1, Side.Ask, 95, 20);

        var at6 = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 6);
        Assert.Equal(BookError.None, market.Uncross(TestMarket.Authority, ref at6, out UncrossResult result));
        Assert.False(result.IsDone);
        Assert.Equal((BookEventKind.Cancelled, DoneReason.Expired), (at6.Written[0].Kind, at6.Written[0].Reason));
        at6.Clear();
        Assert.Equal(BookError.None, market.Uncross(TestMarket.Authority, ref at6, out result));
        Assert.Equal((true, 95UL, 10UL), (result.IsDone, result.PriceTicks, result.FilledLots));
        Assert.DoesNotContain(BookEventKind.Triggered, at6.Written.ToArray().Select(e => e.Kind));

        at6.Clear();
        Assert.Equal(BookError.None, market.Advance(ref at6));
        Assert.Equal(
            [BookEventKind.Triggered, BookEventKind.Fill, BookEventKind.Closed], at6.Written.ToArray().Select(e => e.Kind));
        AssertContinuous(market);
    }

    [Fact]
    public void A_call_takes_limit_orders_only_and_ends_by_an_uncross()
    {
        Market market = InCall(seats: 2, reference: 0, out _);
        foreach (OrderType type in Enum.GetValues<OrderType>().Where(type => type is not (OrderType.Limit or OrderType.Market)))
        {
            Assert.Equal(BookError.TypeNotInCall, market.PlaceOne(0, Side.Bid, 100, 1, out _, type));
            Assert.Equal(BookError.TypeNotInCall, market.CheckPlace(0, new(Side.Bid, type, 100, 1)));
        }

        Assert.Equal(BookError.TypeNotInCall, market.PlaceOne(0, Side.Bid, 0, 1, out _, OrderType.Market));
        market.PlaceOk(0, Side.Bid, 100, 1);
        market.PlaceOk(1, Side.Ask, 100, 1);
        Assert.Equal(BookError.BookCrossed, SetPhase(market, MarketPhase.Continuous));
        Assert.Equal(BookError.InvalidPhase, SetPhase(market, MarketPhase.Uncrossing));
        Assert.Equal(BookError.None, SetPhase(market, MarketPhase.Halted));
        Assert.Equal(BookError.BookCrossed, SetPhase(market, MarketPhase.Continuous));
        Assert.Equal(BookError.None, SetPhase(market, MarketPhase.Call));
        Assert.True(Uncross(market, out _));
        var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 1);
        Assert.Equal(BookError.NotInCall, market.Uncross(TestMarket.Authority, ref events, out _));
        Assert.Equal(BookError.NotAuthority, market.SetPhase(TestMarket.OwnerOf(0), MarketPhase.Call, ref events));
        Assert.Equal(BookError.NotAuthority, market.Uncross(default, ref events, out _));
    }

    [Fact]
    public void A_halt_leaves_cancels_and_reductions_only()
    {
        Market market = InCall(seats: 1, reference: 0, out _);
        ulong first = market.PlaceOk(0, Side.Bid, 100, 10).OrderId;
        ulong second = market.PlaceOk(0, Side.Bid, 99, 10).OrderId;
        Assert.Equal(BookError.None, SetPhase(market, MarketPhase.Halted));
        var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 1);
        Assert.Equal(BookError.MarketHalted, market.PlaceOne(0, Side.Bid, 100, 1, out _));
        Assert.Equal(BookError.MarketHalted, market.Replace(0, first, 101, 5, default, ref events, out _));
        Assert.Equal(BookError.None, market.Replace(0, first, 100, 5, default, ref events, out _));
        Assert.Equal(BookError.None, market.Reduce(0, first, 1, ref events, out _));
        Assert.Equal(BookError.None, market.Cancel(0, second, ref events, out _));
        Assert.Equal(4UL, market.AllOrders(Side.Bid).Single().OpenLots);
        market.AssertSound();
    }

    [Theory]
    [InlineData(721, 10)]
    [InlineData(722, 30)]
    [InlineData(723, 60)]
    public void Views_follow_the_events_of_auctions(int seed, int controlPermille)
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 6, 50_000_000, out _);
        var flow = new Flow(seed, new FlowShape(
            6, MiddlePrice: 500, PriceSpread: 60, MaxLots: 40, ClientIds: 300, HostilePercent: 1, PlacePercent: 80)
        { SpecialPercent = 50, ControlPermille = controlPermille });
        var buffer = new BookEvent[Market.MaxEventsPerOperation];
        var orders = new OrderView(1_000);
        var depth = new DepthView(1_000);
        int auctionFills = 0;
        for (int step = 0; step < 60_000; step++)
        {
            flow.Clock = (ulong)step / 8;
            var events = new EventWriter(buffer, flow.Clock, flow.Clock);
            market.Apply(flow.Next(), ref events, out OperationResult result);
            flow.Remember(result.OrderId);
            foreach (ref readonly BookEvent e in events.Written)
            {
                Assert.Equal((FeedError.None, FeedError.None), (orders.Apply(e), depth.Apply(e)));
                auctionFills += e.Kind == BookEventKind.AuctionFill ? 1 : 0;
            }

            if (step % 100 != 0)
                continue;
            foreach (Side side in (Side[])[Side.Bid, Side.Ask])
            {
                var mine = new BookOrder[1_000];
                Assert.True(
                    mine[..orders.Orders(side, mine)].Select(o => (o.OrderId, o.PriceTicks, o.OpenLots))
                        .SequenceEqual(market.AllOrders(side).Select(o => (o.OrderId, o.PriceTicks, o.OpenLots))),
                    $"seed {seed}, step {step}: orders differ.");
                var levels = new DepthLevel[1_000];
                Assert.True(
                    levels.AsSpan(0, depth.Depth(side, levels)).SequenceEqual(market.AllLevels(side)),
                    $"seed {seed}, step {step}: levels differ.");
            }
        }

        Assert.True(auctionFills > 100, $"seed {seed}: only {auctionFills} fills in auctions.");
    }

    [Theory]
    [InlineData(731)]
    [InlineData(732)]
    public void Damage_during_an_uncross_ends_in_an_error_or_the_one_exception(int seed)
    {
        var random = new Random(seed);
        MarketParameters small = Parameters with { OrderCapacity = 1_500, BlockCapacity = 10 };
        Market market = InCall(seats: 4, reference: 0, out Velox.Primitives.TrackedMemory memory, small);
        for (int i = 0; i < 1_400; i++)
            Place(market, random, spread: 40, maxLots: 3);
        Assert.False(Uncross(market, out _));
        byte[] sound = memory.Bytes.ToArray();
        int found = 0;
        for (int round = 0; round < 1_000; round++)
        {
            var damaged = new Velox.Primitives.TrackedMemory(sound.Length);
            sound.CopyTo(damaged.Write(0, sound.Length));
            for (int flips = random.Next(1, 4); flips > 0; flips--)
            {
                int offset = random.Next(3) == 0 ? random.Next(512, MarketHeader.Size) : random.Next(MarketLayout.HeaderBytes, sound.Length);
                damaged.Write(offset, 1)[0] ^= (byte)(1 << random.Next(8));
            }

            if (Market.TryOpen(damaged, out Market opened) != BookError.None)
                continue;
            found += opened.CheckInvariants(out _) == BookError.CorruptMarket ? 1 : 0;
            try
            {
                for (int i = 0; i < 20 && opened.Header.Phase == MarketPhase.Uncrossing; i++)
                    Uncross(opened, out _);
            }
            catch (CorruptMarketException)
            {
                // The documented end of an operation on a damaged slab. Any other exception fails the test.
            }
        }

        Assert.True(found > 700, $"seed {seed}: only {found} found.");
    }

    private const ulong Atoms = 1UL << 50;

    private static Market InCall(
        uint seats, ulong reference, out Velox.Primitives.TrackedMemory memory, MarketParameters? parameters = null)
    {
        Market market = TestMarket.CreateWithSeats(parameters ?? Parameters, (int)seats, Atoms, out memory);
        Assert.Equal(BookError.None, market.SetPriceBand(TestMarket.Authority, 0, reference));
        Assert.Equal(BookError.None, SetPhase(market, MarketPhase.Call));
        return market;
    }

    private static BookError SetPhase(Market market, MarketPhase phase)
    {
        var events = new EventWriter(new BookEvent[1], 1);
        return market.SetPhase(TestMarket.Authority, phase, ref events);
    }

    private static void Place(Market market, Random random, int spread, int maxLots)
    {
        var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 1);
        var order = new NewOrder(
            (Side)random.Next(2), OrderType.Limit, 1 + (ulong)random.Next(spread), 1 + (ulong)random.Next(maxLots),
            DisplayLots: (ulong)Math.Max(0, random.Next(-6, 3)));
        Assert.Equal(
            BookError.None, market.Place((uint)random.Next((int)market.Header.SeatCount), order, ref events, out _));
    }

    private static bool Uncross(Market market, out UncrossResult result) => Uncross(market, out result, out _);

    private static bool Uncross(Market market, out UncrossResult result, out BookEvent[] written)
    {
        var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 1);
        Assert.Equal(BookError.None, market.Uncross(TestMarket.Authority, ref events, out result));
        written = events.Written.ToArray();
        return result.IsDone;
    }

    private static void AssertContinuous(Market market)
    {
        Assert.Equal(MarketPhase.Continuous, market.Header.Phase);
        Assert.Equal(MarketRestrictions.None, market.Header.Restrictions);
        market.AssertSound();
    }

    /// <summary>The rules by trying every price there is.</summary>
    private static AuctionPrice BestOf(Market market, ulong highestTicks)
    {
        List<NewOrder> orders = ((Side[])[Side.Bid, Side.Ask]).SelectMany(side => market.AllOrders(side))
            .Select(node => market.TryGetOpenOrder(node.OrderId, out OpenOrder open) ? open.Order : default).ToList();
        long Demand(ulong price) =>
            orders.Where(o => o.Side == Side.Bid && o.PriceTicks >= price).Sum(o => (long)o.QuantityLots);
        long Supply(ulong price) =>
            orders.Where(o => o.Side == Side.Ask && o.PriceTicks <= price).Sum(o => (long)o.QuantityLots);
        long reference = (long)market.Header.ReferenceTicks;
        (ulong Price, long Lots) best = Enumerable.Range(1, (int)highestTicks)
            .Select(price => (Price: (ulong)price, Demand: Demand((ulong)price), Supply: Supply((ulong)price)))
            .OrderByDescending(at => Math.Min(at.Demand, at.Supply))
            .ThenBy(at => Math.Abs(at.Demand - at.Supply))
            .ThenBy(at => reference == 0 ? 0 : Math.Abs((long)at.Price - reference))
            .ThenBy(at => at.Price)
            .Select(at => (at.Price, Math.Min(at.Demand, at.Supply))).First();
        return best.Lots == 0 ? default : new AuctionPrice(best.Price, (ulong)best.Lots);
    }
}
