namespace Velox.OrderBook.Tests;

/// <summary>The rules of placing, one by one, with numbers worked out by hand.</summary>
public class PlacingTests
{
    // Lot 100 base atoms, tick 10 quote atoms: 1 lot at 7 ticks costs 70.
    private const ulong Rich = 1_000_000;

    [Fact]
    public void A_resting_order_locks_its_full_value()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 1, Rich, out _);
        OperationResult bid = market.PlaceOk(0, Side.Bid, 7, 5);
        OperationResult ask = market.PlaceOk(0, Side.Ask, 9, 3);

        SeatNode seat = market.Seat(0);
        Assert.Equal((Rich - 350, 350UL), (seat.QuoteFree, seat.QuoteLocked));
        Assert.Equal((Rich - 300, 300UL), (seat.BaseFree, seat.BaseLocked));
        Assert.Equal((5UL, 3UL), (bid.RestingLots, ask.RestingLots));
        Assert.Equal(2U, seat.OpenOrders);
    }

    [Fact]
    public void A_fill_is_at_the_makers_price_and_the_improvement_stays_free()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 2, Rich, out _);
        market.PlaceOk(0, Side.Ask, 7, 5);
        OperationResult bid = market.PlaceOk(1, Side.Bid, 9, 8);

        Assert.Equal((5UL, 3UL, DoneReason.None), (bid.FilledLots, bid.RestingLots, bid.Reason));
        SeatNode taker = market.Seat(1);
        Assert.Equal((Rich + 500, 0UL), (taker.BaseFree, taker.BaseLocked));
        Assert.Equal((Rich - (5 * 7 * 10) - (3 * 9 * 10), 270UL), (taker.QuoteFree, taker.QuoteLocked));
        SeatNode maker = market.Seat(0);
        Assert.Equal((Rich - 500, 0UL, Rich + 350), (maker.BaseFree, maker.BaseLocked, maker.QuoteFree));
        Assert.Equal((7UL, 1UL), (market.Header.LastTradePriceTicks, market.Header.TradeCount));
    }

    [Fact]
    public void Fees_come_out_of_what_each_side_receives_and_round_up()
    {
        MarketParameters parameters = TestMarket.Parameters with { MakerFeeBps = 10, TakerFeeBps = 25 };
        Market market = TestMarket.CreateWithSeats(parameters, 2, Rich, out _);
        market.PlaceOk(0, Side.Ask, 7, 5);
        market.PlaceOk(1, Side.Bid, 7, 5);

        // The taker receives 500 base: 1.25 rounds up to 2. The maker receives 350 quote: 0.35 rounds up to 1.
        Assert.Equal((Rich + 498, Rich + 349), (market.Seat(1).BaseFree, market.Seat(0).QuoteFree));
        Assert.Equal((2UL, 1UL), (market.Header.FeesBase, market.Header.FeesQuote));

        Assert.Equal(BookError.NotAuthority, market.CollectFees(TestMarket.OwnerOf(0), Asset.Base, 1));
        Assert.Equal(BookError.InsufficientFunds, market.CollectFees(TestMarket.Authority, Asset.Base, 3));
        Assert.Equal(BookError.InvalidAmount, market.CollectFees(TestMarket.Authority, Asset.Base, 0));
        Assert.Equal(BookError.InvalidAmount, market.CollectFees(TestMarket.Authority, (Asset)2, 1));
        Assert.Equal(BookError.None, market.CollectFees(TestMarket.Authority, Asset.Base, 2));
        Assert.Equal((0UL, 1UL), (market.Header.FeesBase, market.Header.FeesQuote));
        Assert.Equal(((2 * Rich) - 2, 2 * Rich), (market.Header.BaseTotal, market.Header.QuoteTotal));
        Assert.Equal(BookError.None, market.CollectFees(TestMarket.Authority, Asset.Quote, 1));
        market.AssertSound();
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(1)]
    [InlineData(0)]
    public void A_fee_on_all_the_atoms_there_can_be_is_exact(ushort takerFeeBps)
    {
        MarketParameters parameters = TestMarket.Parameters with
        {
            LotSize = ulong.MaxValue,
            TickSize = 1,
            TakerFeeBps = takerFeeBps,
        };
        Market market = TestMarket.Create(parameters);
        market.OpenSeat(TestMarket.OwnerOf(0), out _);
        market.OpenSeat(TestMarket.OwnerOf(1), out _);
        market.Credit(0, Asset.Base, ulong.MaxValue);
        market.Credit(1, Asset.Quote, 1);
        market.PlaceOk(0, Side.Ask, 1, 1);
        market.PlaceOk(1, Side.Bid, 1, 1);

        ulong fee = (ulong)((((UInt128)ulong.MaxValue * takerFeeBps) + 9_999) / 10_000);
        Assert.Equal(fee, market.Header.FeesBase);
        Assert.Equal(ulong.MaxValue - fee, market.Seat(1).BaseFree);
        market.AssertSound();
    }

    [Fact]
    public void Better_prices_match_first_and_older_orders_first_at_a_price()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 4, Rich, out _);
        ulong late = market.PlaceOk(0, Side.Ask, 8, 1).OrderId;
        ulong first = market.PlaceOk(1, Side.Ask, 7, 1).OrderId;
        ulong second = market.PlaceOk(0, Side.Ask, 7, 1).OrderId;

        var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 0);
        var bid = new NewOrder(Side.Bid, OrderType.Limit, 8, 3);
        Assert.Equal(BookError.None, market.Place(3, bid, ref events, out OperationResult result));
        Assert.Equal([first, second, late], events.Written[..3].ToArray().Select(e => e.OrderId));
        Assert.Equal(DoneReason.Filled, result.Reason);
    }

    [Fact]
    public void Reducing_keeps_the_place_in_the_queue()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 2, Rich, out _);
        ulong first = market.PlaceOk(0, Side.Ask, 7, 5).OrderId;
        market.PlaceOk(0, Side.Ask, 7, 5);
        var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 0);
        Assert.Equal(BookError.None, market.Reduce(0, first, 4, ref events, out OperationResult reduced));
        Assert.Equal((1UL, 4UL, DoneReason.None), (reduced.RestingLots, reduced.CancelledLots, reduced.Reason));
        Assert.Equal(first, market.AllOrders(Side.Ask)[0].OrderId);

        Assert.Equal(BookError.None, market.Reduce(0, first, 9, ref events, out reduced));
        Assert.Equal((0UL, 1UL, DoneReason.Reduced), (reduced.RestingLots, reduced.CancelledLots, reduced.Reason));
        Assert.False(market.TryGetOrder(first, out _));
        Assert.Equal(Rich - 500, market.Seat(0).BaseFree);
    }

    [Fact]
    public void The_remainder_of_an_immediate_order_is_cancelled()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 2, Rich, out _);
        market.PlaceOk(0, Side.Ask, 7, 5);
        OperationResult result = market.PlaceOk(1, Side.Bid, 7, 9, OrderType.ImmediateOrCancel);
        Assert.Equal((5UL, 0UL, 4UL, DoneReason.ImmediateOrCancel),
            (result.FilledLots, result.RestingLots, result.CancelledLots, result.Reason));
        Assert.Equal((Rich - 350, 0UL), (market.Seat(1).QuoteFree, market.Seat(1).QuoteLocked));
        Assert.False(market.TryGetBest(Side.Bid, out _));
    }

    [Theory]
    [InlineData(OrderType.Limit)]
    [InlineData(OrderType.ImmediateOrCancel)]
    public void A_taker_that_meets_its_own_order_loses_its_remainder_and_the_own_order_stays(OrderType type)
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 2, Rich, out _);
        market.PlaceOk(0, Side.Ask, 7, 2);
        market.PlaceOk(1, Side.Ask, 8, 2);
        market.PlaceOk(0, Side.Ask, 9, 2);
        OperationResult result = market.PlaceOk(1, Side.Bid, 9, 6, type);
        Assert.Equal((2UL, 0UL, 4UL, DoneReason.SelfTrade),
            (result.FilledLots, result.RestingLots, result.CancelledLots, result.Reason));
        Assert.Equal([8UL, 9UL], market.AllOrders(Side.Ask).Select(order => order.PriceTicks));
        market.AssertSound();
    }

    [Fact]
    public void Fill_or_kill_fills_wholly_or_changes_nothing()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 2, Rich, out var memory);
        market.PlaceOk(0, Side.Ask, 7, 2);
        market.PlaceOk(0, Side.Ask, 8, 2);
        market.PlaceOk(1, Side.Ask, 9, 2);
        market.PlaceOk(0, Side.Ask, 10, 2);
        byte[] before = memory.Bytes.ToArray();

        Assert.Equal(BookError.WouldNotFill, market.PlaceOne(1, Side.Bid, 8, 5, out _, OrderType.FillOrKill));
        Assert.Equal(
            BookError.WouldNotFill, market.PlaceOne(1, Side.Bid, 10, 5, out OperationResult result, OrderType.FillOrKill));
        Assert.Equal(default, result);
        Assert.True(memory.Bytes.SequenceEqual(before));

        result = market.PlaceOk(1, Side.Bid, 8, 4, OrderType.FillOrKill);
        Assert.Equal((4UL, DoneReason.Filled), (result.FilledLots, result.Reason));
    }

    [Fact]
    public void Post_only_rests_or_is_refused_even_when_it_would_meet_its_own_seat()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 2, Rich, out _);
        market.PlaceOk(0, Side.Ask, 7, 2);
        Assert.Equal(BookError.WouldCross, market.PlaceOne(1, Side.Bid, 7, 1, out _, OrderType.PostOnly));
        Assert.Equal(BookError.WouldCross, market.PlaceOne(0, Side.Bid, 8, 1, out _, OrderType.PostOnly));
        Assert.Equal(1UL, market.PlaceOk(1, Side.Bid, 6, 1, OrderType.PostOnly).RestingLots);
    }

    [Fact]
    public void An_order_stops_at_the_fill_limit_and_a_fill_or_kill_beyond_it_is_refused()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 2, Rich, out _);
        for (int i = 0; i < Market.MaxFillsPerOrder + 1; i++)
            market.PlaceOk(0, Side.Ask, 7, 1);

        const ulong Limit = Market.MaxFillsPerOrder;
        Assert.Equal(BookError.WouldNotFill, market.PlaceOne(1, Side.Bid, 7, Limit + 1, out _, OrderType.FillOrKill));
        OperationResult result = market.PlaceOk(1, Side.Bid, 7, Limit + 5);
        Assert.Equal((Limit, 0UL, 5UL, DoneReason.FillLimit),
            (result.FilledLots, result.RestingLots, result.CancelledLots, result.Reason));
        Assert.Single(market.AllOrders(Side.Ask));
        market.AssertSound();
    }

    [Fact]
    public void A_fill_or_kill_of_exactly_the_fill_limit_fills()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 2, Rich, out _);
        for (int i = 0; i < Market.MaxFillsPerOrder + 1; i++)
            market.PlaceOk(0, Side.Ask, 7, 1);
        OperationResult result = market.PlaceOk(1, Side.Bid, 7, Market.MaxFillsPerOrder, OrderType.FillOrKill);
        Assert.Equal(((ulong)Market.MaxFillsPerOrder, DoneReason.Filled), (result.FilledLots, result.Reason));
    }

    [Fact]
    public void A_taker_must_cover_its_whole_order_at_its_limit_price()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 2, 700, out _);
        market.PlaceOk(0, Side.Ask, 7, 5);
        Assert.Equal(BookError.InsufficientFunds, market.PlaceOne(1, Side.Bid, 71, 1, out _));
        Assert.Equal(BookError.InsufficientFunds, market.PlaceOne(1, Side.Bid, 8, 9, out _, OrderType.ImmediateOrCancel));
        Assert.Equal(BookError.InsufficientFunds, market.PlaceOne(1, Side.Ask, 8, 8, out _));
        Assert.Equal(1UL, market.PlaceOk(1, Side.Bid, 70, 1).FilledLots);
    }

    [Theory]
    [InlineData(0UL, 1UL, BookError.InvalidPrice)]
    [InlineData(1UL, 0UL, BookError.InvalidQuantity)]
    [InlineData(ulong.MaxValue, 1UL, BookError.ValueOverflow)]
    [InlineData(1UL, ulong.MaxValue, BookError.ValueOverflow)]
    [InlineData(1UL << 32, 1UL << 32, BookError.ValueOverflow)]
    [InlineData(1UL, ulong.MaxValue / 100, BookError.InsufficientFunds)]
    [InlineData(1UL, (ulong.MaxValue / 100) + 1, BookError.ValueOverflow)]
    public void Prices_and_quantities_outside_their_bounds_are_refused(ulong price, ulong lots, BookError expected)
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 1, Rich, out _);
        Assert.Equal(expected, market.PlaceOne(0, Side.Ask, price, lots, out _));
        Assert.Equal(expected, market.PlaceOne(0, Side.Bid, price, lots, out _));
    }

    [Fact]
    public void Full_slabs_refuse_what_may_rest_and_still_match_what_does_not()
    {
        MarketParameters parameters = TestMarket.Parameters with
        {
            OrderCapacity = 3,
            BlockCapacity = 2,
            MaxOpenOrdersPerSeat = 2,
        };
        Market market = TestMarket.CreateWithSeats(parameters, 3, Rich, out _);
        market.PlaceOk(0, Side.Ask, 70, 1);
        market.PlaceOk(0, Side.Ask, 130, 1);
        Assert.Equal(BookError.SeatOrdersFull, market.PlaceOne(0, Side.Ask, 130, 1, out _));
        Assert.Equal(BookError.LevelsFull, market.PlaceOne(1, Side.Bid, 6, 1, out _));
        Assert.Equal(BookError.LevelsFull, market.PlaceOne(1, Side.Bid, 7, 1, out _));
        market.PlaceOk(1, Side.Ask, 130, 1);
        Assert.Equal(BookError.OrdersFull, market.PlaceOne(2, Side.Ask, 130, 1, out _));

        Assert.Equal(2UL, market.PlaceOk(2, Side.Bid, 130, 2, OrderType.ImmediateOrCancel).FilledLots);
        Assert.Equal(1UL, market.PlaceOk(2, Side.Bid, 6, 1).RestingLots);
        market.AssertSound();
    }

    [Fact]
    public void A_client_order_id_is_unique_among_open_orders_and_free_again_afterwards()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 2, Rich, out _);
        market.PlaceOk(0, Side.Ask, 7, 1, clientId: 5);
        market.PlaceOk(0, Side.Ask, 7, 1, clientId: 9);
        market.PlaceOk(0, Side.Ask, 7, 1);
        market.PlaceOk(0, Side.Ask, 7, 1);
        Assert.Equal(BookError.DuplicateClientOrderId, market.PlaceOne(0, Side.Ask, 7, 1, out _, clientId: 5));
        Assert.Equal(BookError.DuplicateClientOrderId,
            market.PlaceOne(0, Side.Bid, 1, 1, out _, OrderType.ImmediateOrCancel, clientId: 9));
        market.PlaceOk(1, Side.Ask, 7, 1, clientId: 5);

        var events = new EventWriter(new BookEvent[8], 0);
        Assert.Equal(BookError.None, market.CancelByClientId(0, 5, ref events, out _));
        Assert.Equal(BookError.UnknownOrder, market.CancelByClientId(0, 5, ref events, out _));
        Assert.Equal(BookError.UnknownOrder, market.CancelByClientId(0, 0, ref events, out _));
        market.PlaceOk(0, Side.Ask, 7, 1, clientId: 5);
    }

    [Fact]
    public void An_order_of_another_seat_and_an_id_of_the_past_are_unknown()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 2, Rich, out _);
        ulong old = market.PlaceOk(0, Side.Ask, 7, 1).OrderId;
        var events = new EventWriter(new BookEvent[8], 0);
        Assert.Equal(BookError.UnknownOrder, market.Cancel(1, old, ref events, out _));
        Assert.Equal(BookError.None, market.Cancel(0, old, ref events, out _));

        ulong young = market.PlaceOk(0, Side.Ask, 7, 1).OrderId;
        const ulong LinkMask = (1UL << MarketLayout.OrderLinkBits) - 1;
        Assert.Equal(old & LinkMask, young & LinkMask);
        Assert.Equal(BookError.UnknownOrder, market.Cancel(0, old, ref events, out _));
        Assert.Equal(BookError.None, market.Cancel(0, young, ref events, out _));
    }

    [Fact]
    public void Cancel_all_takes_the_newest_orders_up_to_its_limit()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 1, Rich, out _);
        for (ulong price = 1; price <= 5; price++)
            market.PlaceOk(0, Side.Bid, price, 2);
        var events = new EventWriter(new BookEvent[8], 0);
        Assert.Equal(BookError.InvalidCancelLimit, market.CancelAll(0, 0, ref events, out _));
        Assert.Equal(BookError.InvalidCancelLimit, market.CancelAll(0, Market.MaxCancelsPerOperation + 1, ref events, out _));
        Assert.Equal(BookError.None, market.CancelAll(0, 3, ref events, out OperationResult result));
        Assert.Equal((3U, 6UL), (result.CancelledOrders, result.CancelledLots));
        Assert.Equal([2UL, 1UL], market.AllOrders(Side.Bid).Select(order => order.PriceTicks));
        Assert.Equal(60UL, market.Seat(0).QuoteLocked);
    }

    [Fact]
    public void After_the_last_order_number_no_order_is_taken()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 1, Rich, out var memory);
        memory.Write<MarketHeader>(0).NextOrderSequence = MarketLayout.MaxOrderSequence;
        OperationResult last = market.PlaceOk(0, Side.Bid, 1, 1);
        Assert.Equal(MarketLayout.MaxOrderSequence, last.OrderId >> MarketLayout.OrderLinkBits);
        Assert.Equal(BookError.SequenceExhausted, market.PlaceOne(0, Side.Bid, 1, 1, out _));
        Assert.Equal(BookError.None, Market.TryOpen(memory, out market));
        market.AssertSound();
    }
}
