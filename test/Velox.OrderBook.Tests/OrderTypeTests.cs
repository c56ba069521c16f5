using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>The rules of docs/order-types.md by example: what each does, and what happens at each bound.</summary>
public class OrderTypeTests
{
    private static readonly MarketParameters Parameters =
        TestMarket.Parameters with { LotSize = 1, TickSize = 1, MakerFeeBps = 0, TakerFeeBps = 0 };

    private readonly BookEvent[] _buffer = new BookEvent[Market.MaxEventsPerOperation];
    private Market _market = TestMarket.CreateWithSeats(Parameters, 5, 1_000_000, out _);
    private BookEvent[] _events = [];
    private ulong _clock = 1;

    [Fact]
    public void A_market_bid_takes_what_its_money_buys()
    {
        _market = TestMarket.CreateWithSeats(Parameters, 2, 1_000, out _);
        Ok(1, Order(Side.Ask, 100, 5));
        Ok(1, Order(Side.Ask, 150, 5));
        OperationResult result = Ok(0, Order(Side.Bid, 0, 50) with { Type = OrderType.Market });

        // 500 for the first five, and of the 500 left three at 150.
        Assert.Equal((8UL, 42UL, DoneReason.InsufficientFunds), (result.FilledLots, result.CancelledLots, result.Reason));
        Assert.Equal(50UL, _market.Seat(0).QuoteFree);
        result = Ok(1, Order(Side.Ask, 0, 1) with { Type = OrderType.Market });
        Assert.Equal((0UL, DoneReason.ImmediateOrCancel), (result.FilledLots, result.Reason));
        Assert.Equal(BookError.InvalidPrice, Place(0, Order(Side.Bid, 1, 1) with { Type = OrderType.Market }));
        Assert.Equal(BookError.InsufficientFunds, Place(0, Order(Side.Ask, 0, 2_000) with { Type = OrderType.Market }));
    }

    [Fact]
    public void A_sliding_order_stops_one_tick_inside_and_is_refused_where_there_is_no_tick()
    {
        NewOrder slide = Order(Side.Bid, 9, 1) with { Type = OrderType.PostOnlySlide };
        Ok(1, Order(Side.Ask, 5, 1));
        Ok(0, slide);
        Assert.Equal(4UL, _market.AllOrders(Side.Bid).Single().PriceTicks);
        Assert.Equal(4UL, _market.Seat(0).QuoteLocked);
        Ok(0, slide with { Side = Side.Ask, PriceTicks = 1 });
        Assert.Equal(5UL, _market.AllOrders(Side.Ask)[1].PriceTicks);

        _market = TestMarket.CreateWithSeats(Parameters, 2, 1_000_000, out _);
        Ok(1, Order(Side.Ask, 1, 1));
        Assert.Equal(BookError.WouldCross, Place(0, slide));
        Assert.Equal(BookError.WouldCross, Place(0, slide with { Type = OrderType.PostOnly }));
    }

    [Fact]
    public void Peaks_of_an_iceberg_wait_their_turn_and_lock_everything()
    {
        Ok(1, Order(Side.Ask, 10, 9) with { DisplayLots = 4 });
        ulong iceberg = _events.Single().OrderId;
        ulong plain = Ok(2, Order(Side.Ask, 10, 3)).OrderId;
        Assert.Equal(9UL, _market.Seat(1).BaseLocked);
        Assert.Equal(new DepthLevel(10, 7, 2), _market.AllLevels(Side.Ask).Single());

        Ok(0, Order(Side.Bid, 10, 11));
        Assert.Equal(
            [(iceberg, 4UL), (plain, 3UL), (iceberg, 4UL)],
            Of(BookEventKind.Fill).Select(e => (e.OrderId, e.Lots)));
        Assert.Equal([4UL, 1UL], Of(BookEventKind.Replenished).Select(e => e.Lots));
        Assert.Equal(1UL, _market.Seat(1).BaseLocked);
        Assert.Equal(new DepthLevel(10, 1, 1), _market.AllLevels(Side.Ask).Single());

        OperationResult cancelled = Cancel(1, iceberg);
        Assert.Equal(1UL, cancelled.CancelledLots);
        Assert.Equal(0U, _market.Header.SpecialOrders);
        _market.AssertSound();
    }

    [Fact]
    public void Reducing_an_iceberg_takes_hidden_lots_first_and_keeps_its_place()
    {
        ulong iceberg = Ok(1, Order(Side.Ask, 10, 9) with { DisplayLots = 4 }).OrderId;
        Ok(2, Order(Side.Ask, 10, 3));
        Reduce(1, iceberg, 3);
        Assert.Equal((0UL, 4UL), (_events.Single().Lots, _events.Single().RemainingLots));
        Reduce(1, iceberg, 4);
        Assert.Equal((2UL, 2UL), (_events.Single().Lots, _events.Single().RemainingLots));
        Assert.Equal(iceberg, _market.AllOrders(Side.Ask)[0].OrderId);
        Assert.Equal(2UL, _market.Seat(1).BaseLocked);
    }

    [Fact]
    public void A_sweep_through_peaks_ends_after_255_events_and_fill_or_kill_knows()
    {
        NewOrder iceberg = Order(Side.Ask, 10, 1_000) with { DisplayLots = 1 };
        Ok(1, iceberg);
        NewOrder sweep = Order(Side.Bid, 10, 129);
        Assert.Equal(BookError.WouldNotFill, Place(0, sweep with { Type = OrderType.FillOrKill }));

        // 128 lots are 256 events: the last step began after 254.
        Assert.Equal(128UL, Ok(0, sweep with { Type = OrderType.FillOrKill, QuantityLots = 128 }).FilledLots);
        Assert.Equal(257, _events.Length);
        OperationResult result = Ok(0, sweep);
        Assert.Equal((128UL, DoneReason.FillLimit), (result.FilledLots, result.Reason));
    }

    [Fact]
    public void Stops_wait_outside_the_book_and_enter_in_the_order_of_their_triggers()
    {
        ulong late = Ok(2, Order(Side.Bid, 30, 1) with { TriggerTicks = 12, Type = OrderType.ImmediateOrCancel }).OrderId;
        ulong early = Ok(2, Order(Side.Bid, 30, 1) with { TriggerTicks = 11, Type = OrderType.ImmediateOrCancel }).OrderId;
        ulong never = Ok(2, Order(Side.Ask, 5, 1) with { TriggerTicks = 5 }).OrderId;
        Assert.Equal(BookEventKind.Accepted, _events.Single().Kind);
        Assert.Empty(_market.AllOrders(Side.Bid));
        Assert.Equal((60UL, 1UL), (_market.Seat(2).QuoteLocked, _market.Seat(2).BaseLocked));

        Ok(1, Order(Side.Ask, 12, 1));
        Ok(1, Order(Side.Ask, 20, 2));
        Ok(0, Order(Side.Bid, 12, 1));
        Assert.Equal([early, late], Of(BookEventKind.Triggered).Select(e => e.OrderId));
        Assert.Equal([12UL, 20UL, 20UL], Of(BookEventKind.Fill).Select(e => e.PriceTicks));
        Assert.True(_market.TryGetOpenOrder(never, out OpenOrder open) && open is { IsWaiting: true, Order.TriggerTicks: 5 });
        Assert.Equal(0UL, _market.Seat(2).QuoteLocked);
        Cancel(2, never);
        Assert.Equal((BookEventKind.Withdrawn, 5UL), (_events.Single().Kind, _events.Single().PriceTicks));
        _market.AssertSound();
    }

    [Fact]
    public void A_triggered_market_bid_spends_what_was_locked_for_it_and_no_more()
    {
        Ok(0, Order(Side.Bid, 10, 10) with { Type = OrderType.Market, TriggerTicks = 8 });
        Assert.Equal(100UL, _market.Seat(0).QuoteLocked);
        Ok(1, Order(Side.Ask, 8, 1));
        Ok(1, Order(Side.Ask, 11, 4));
        Ok(1, Order(Side.Ask, 25, 9));
        Ok(2, Order(Side.Bid, 8, 1));

        // 44 for four at 11, and of the 56 left two at 25.
        BookEvent closed = Of(BookEventKind.Closed).Last();
        Assert.Equal((4UL, DoneReason.InsufficientFunds), (closed.Lots, closed.Reason));
        Assert.Equal(1_000_000UL - 94, _market.Seat(0).QuoteFree);
        Assert.Equal(0UL, _market.Seat(0).QuoteLocked);
    }

    [Fact]
    public void A_cascade_ends_after_sixteen_and_goes_on_with_the_next_operation_whatever_the_price_does()
    {
        for (ulong i = 0; i < 40; i++)
            Ok(2, Order(Side.Bid, 1, 1) with { TriggerTicks = 100 + i });
        Ok(1, Order(Side.Ask, 500, 1));
        Ok(0, Order(Side.Bid, 500, 1));
        Assert.Equal(Market.MaxTriggersPerOperation, Of(BookEventKind.Triggered).Count());
        Assert.Equal(BookError.TriggersPending, Place(2, Order(Side.Bid, 1, 1) with { TriggerTicks = 900 }));
        Assert.Equal(Market.MaxTriggersPerOperation, Of(BookEventKind.Triggered).Count());

        // The price falls below all triggers: the last eight enter all the same.
        Ok(0, Order(Side.Bid, 50, 1));
        Assert.Equal(8, Of(BookEventKind.Triggered).Count());
        Assert.Equal(40 + 1, _market.AllOrders(Side.Bid).Length);
        Ok(2, Order(Side.Bid, 1, 1) with { TriggerTicks = 900 });
        _market.AssertSound();
    }

    [Fact]
    public void Expired_orders_leave_before_anything_else_happens()
    {
        Ok(1, Order(Side.Ask, 10, 1) with { Expiry = Expiry.AtSlot(5) });
        Ok(1, Order(Side.Ask, 10, 2) with { Expiry = Expiry.AtTime(6) });
        Ok(1, Order(Side.Bid, 5, 2) with { Expiry = Expiry.AtTime(6), TriggerTicks = 9 });
        _clock = 5;
        Ok(0, Order(Side.Bid, 9, 1));
        Assert.Single(_events);
        _clock = 6;
        Advance();
        Assert.Equal(DoneReason.Expired, _events.Single().Reason);
        _clock = 7;
        OperationResult result = Ok(0, Order(Side.Bid, 10, 1) with { Type = OrderType.ImmediateOrCancel });
        Assert.Equal(0UL, result.FilledLots);
        Assert.Equal(
            [BookEventKind.Cancelled, BookEventKind.Withdrawn, BookEventKind.Closed], _events.Select(e => e.Kind));
        Assert.Equal((0UL, 0UL), (_market.Seat(1).BaseLocked, _market.Seat(1).QuoteLocked));
        Assert.Equal(BookError.InvalidExpiry, Place(0, Order(Side.Bid, 1, 1) with { Expiry = Expiry.AtSlot(6) }));
        _market.AssertSound();
    }

    [Fact]
    public void More_expired_orders_than_one_operation_takes_out_never_trade()
    {
        const int Count = Market.MaxExpiriesPerOperation + 10;
        for (ulong i = 0; i < Count; i++)
            Ok(1, Order(Side.Ask, 10, 1) with { Expiry = Expiry.AtSlot(5) });
        _clock = 6;
        Assert.Equal(BookError.WouldNotFill, Place(0, Order(Side.Bid, 10, 1) with { Type = OrderType.FillOrKill }));
        Assert.Equal(Market.MaxExpiriesPerOperation, Of(BookEventKind.Cancelled).Count());
        Assert.Equal(10, _market.AllOrders(Side.Ask).Length);
        Advance();
        Assert.Empty(_market.AllOrders(Side.Ask));
        _market.AssertSound();
    }

    [Theory]
    [InlineData(SelfTrade.CancelTaker, 0, 5, 7)]
    [InlineData(SelfTrade.CancelMaker, 3, 2, 0)]
    [InlineData(SelfTrade.CancelBoth, 0, 5, 0)]
    [InlineData(SelfTrade.DecrementBoth, 0, 5, 2)]
    public void Each_self_trade_mode_does_what_it_says(SelfTrade mode, ulong filled, ulong cancelled, ulong ownLeft)
    {
        Ok(0, Order(Side.Ask, 10, 7));
        Ok(1, Order(Side.Ask, 11, 3));
        OperationResult result = Ok(0, Order(Side.Bid, 11, 5) with { SelfTrade = mode, Type = OrderType.ImmediateOrCancel });
        Assert.Equal((filled, cancelled), (result.FilledLots, result.CancelledLots));
        Assert.Equal(ownLeft, _market.Seat(0).BaseLocked);
        _market.AssertSound();
    }

    [Fact]
    public void A_rebate_is_paid_out_of_the_takers_fee_and_the_rest_stays_with_the_book()
    {
        _market = TestMarket.CreateWithSeats(Parameters with { MakerFeeBps = -30, TakerFeeBps = 30 }, 2, 1_000_000, out _);
        Ok(1, Order(Side.Ask, 2, 333));
        Ok(0, Order(Side.Bid, 2, 333));

        // 0.999 atoms of 333: the fee is 1, the rebate 0.
        Assert.Equal((1_000_000UL + 332, 1UL), (_market.Seat(0).BaseFree, _market.Header.FeesBase));
        Ok(1, Order(Side.Ask, 2, 1_000));
        Ok(0, Order(Side.Bid, 2, 1_000));
        Assert.Equal((1_000_000UL - 1_333 + 3, 1UL), (_market.Seat(1).BaseFree, _market.Header.FeesBase));
        Assert.Equal(0UL, _market.Header.FeesQuote);
        _market.AssertSound();
        TrackedMemory memory = TestMarket.MemoryFor(Parameters);
        Assert.Equal(BookError.InvalidFee, Market.TryCreate(memory, Parameters with { MakerFeeBps = -1 }, out _));
        Assert.Equal(
            BookError.InvalidFee, Market.TryCreate(memory, Parameters with { MakerFeeBps = -1_001, TakerFeeBps = 1_000 }, out _));
    }

    [Fact]
    public void Replacing_keeps_priority_when_it_may_and_changes_nothing_when_refused()
    {
        ulong first = Ok(0, Order(Side.Bid, 10, 5) with { ClientOrderId = 7 }).OrderId;
        ulong second = Ok(1, Order(Side.Bid, 10, 5)).OrderId;
        Assert.Equal(BookError.None, Replace(0, first, 10, 3));
        Assert.Equal([first, second], _market.AllOrders(Side.Bid).Select(order => order.OrderId));
        Assert.Equal(BookError.None, Replace(0, first, 10, 3));
        Assert.Empty(_events);

        Assert.Equal(BookError.InsufficientFunds, Replace(0, first, 10, 200_000));
        Assert.Equal(BookError.InvalidPrice, Replace(0, first, 0, 3));
        Assert.Equal(BookError.UnknownOrder, Replace(1, first, 10, 3));
        Assert.Equal(first, _market.AllOrders(Side.Bid)[0].OrderId);

        // All of its money: what the old one holds counts.
        Assert.Equal(BookError.None, Replace(0, first, 10, 100_000));
        Assert.Equal([BookEventKind.Cancelled, BookEventKind.Rested], _events.Select(e => e.Kind));
        Assert.Equal(DoneReason.Replaced, _events[0].Reason);
        OrderNode[] orders = _market.AllOrders(Side.Bid);
        Assert.Equal((second, 7UL), (orders[0].OrderId, orders[1].ClientOrderId));
        Assert.Equal(0UL, _market.Seat(0).QuoteFree);
        _market.AssertSound();
    }

    [Fact]
    public void A_quote_replaces_both_sides_or_none()
    {
        var quote = new TwoSidedQuote(1, 10, 5, 2, 12, 5);
        Assert.Equal(BookError.None, ReplaceQuote(0, quote));
        Assert.Equal(BookError.None, ReplaceQuote(0, quote with { BidLots = 4, AskPriceTicks = 11 }));
        Assert.Equal([BookEventKind.Reduced, BookEventKind.Cancelled, BookEventKind.Rested], _events.Select(e => e.Kind));

        // Its own old ask is no reason to refuse the bid that takes its place.
        Assert.Equal(BookError.None, ReplaceQuote(0, quote with { BidPriceTicks = 11 }));
        Ok(1, Order(Side.Ask, 12, 1));
        Assert.Equal(BookError.WouldCross, ReplaceQuote(0, quote with { BidPriceTicks = 12, AskPriceTicks = 13 }));
        Assert.Equal(BookError.InvalidQuote, ReplaceQuote(0, quote with { AskPriceTicks = 10 }));
        Assert.Equal(BookError.DuplicateClientOrderId, ReplaceQuote(0, quote with { BidClientOrderId = 2, AskClientOrderId = 3 }));
        Assert.Equal((11UL, 12UL), (_market.AllOrders(Side.Bid)[0].PriceTicks, _market.AllOrders(Side.Ask)[0].PriceTicks));
        Assert.Equal(BookError.None, ReplaceQuote(0, quote with { BidLots = 0, AskLots = 0 }));
        Assert.Empty(_market.AllOrders(Side.Bid));
        Assert.Single(_market.AllOrders(Side.Ask));
        _market.AssertSound();
    }

    [Fact]
    public void A_buffer_too_small_for_due_work_refuses_before_anything_changes()
    {
        _market = TestMarket.CreateWithSeats(Parameters, 2, 1_000_000, out TrackedMemory memory);
        Ok(1, Order(Side.Ask, 10, 1) with { Expiry = Expiry.AtSlot(5), ClientOrderId = 3 });
        ulong open = Ok(1, Order(Side.Ask, 10, 1)).OrderId;
        byte[] before = memory.Bytes.ToArray();
        var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation - 1], 6);
        Assert.Equal(BookError.EventBufferFull, _market.Cancel(1, open, ref events, out _));
        Assert.Equal(BookError.EventBufferFull, _market.Advance(ref events));
        Assert.Equal(BookError.EventBufferFull, _market.CancelSide(1, Side.Ask, 1, ref events, out _));
        Assert.Equal(BookError.EventBufferFull, _market.Replace(1, open, 10, 1, default, ref events, out _));
        Assert.Equal(BookError.EventBufferFull, _market.ReplaceQuote(1, default, ref events, out _, out _));
        Assert.True(memory.Bytes.SequenceEqual(before));

        // Refused for itself, the operation leaves the due work done.
        _clock = 6;
        Assert.Equal(BookError.InvalidQuantity, Place(0, Order(Side.Bid, 1, 0)));
        Assert.Equal(DoneReason.Expired, _events.Single().Reason);
        _market.AssertSound();
    }

    [Fact]
    public void Matching_only_markets_know_every_order_type_without_money()
    {
        MarketParameters parameters = Parameters with { Flags = MarketFlags.MatchingOnly };
        Market market = TestMarket.Create(parameters);
        var flow = new Flow(901, new FlowShape(6, 1_000, 100, 50, 200, 1, 70) { SpecialPercent = 60 });
        for (int step = 0; step < 20_000; step++)
        {
            flow.Clock = (ulong)step / 8;
            var events = new EventWriter(_buffer, flow.Clock, flow.Clock);
            market.Apply(flow.Next(), ref events, out OperationResult result);
            flow.Remember(result.OrderId);
            if (step % 64 == 0)
                market.AssertSound();
        }

        Assert.True(market.Header.TradeCount > 1_000, $"{market.Header.TradeCount} trades");
    }

    private static NewOrder Order(Side side, ulong priceTicks, ulong lots) => new(side, OrderType.Limit, priceTicks, lots);

    private IEnumerable<BookEvent> Of(BookEventKind kind) => _events.Where(e => e.Kind == kind);

    private OperationResult Ok(uint seat, NewOrder order)
    {
        Assert.Equal(BookError.None, Place(seat, order, out OperationResult result));
        return result;
    }

    private BookError Place(uint seat, NewOrder order) => Place(seat, order, out _);

    private BookError Place(uint seat, NewOrder order, out OperationResult result)
    {
        EventWriter events = Begin();
        return End(_market.Place(seat, order, ref events, out result), events);
    }

    private OperationResult Cancel(uint seat, ulong orderId)
    {
        EventWriter events = Begin();
        Assert.Equal(BookError.None, End(_market.Cancel(seat, orderId, ref events, out OperationResult result), events));
        return result;
    }

    private void Reduce(uint seat, ulong orderId, ulong byLots)
    {
        EventWriter events = Begin();
        Assert.Equal(BookError.None, End(_market.Reduce(seat, orderId, byLots, ref events, out _), events));
    }

    private BookError Replace(uint seat, ulong orderId, ulong priceTicks, ulong lots)
    {
        EventWriter events = Begin();
        return End(_market.Replace(seat, orderId, priceTicks, lots, default, ref events, out _), events);
    }

    private BookError ReplaceQuote(uint seat, TwoSidedQuote quote)
    {
        EventWriter events = Begin();
        return End(_market.ReplaceQuote(seat, quote, ref events, out _, out _), events);
    }

    private void Advance()
    {
        EventWriter events = Begin();
        Assert.Equal(BookError.None, End(_market.Advance(ref events), events));
    }

    private EventWriter Begin() => new(_buffer, _clock, _clock);

    private BookError End(BookError error, in EventWriter events)
    {
        _events = events.Written.ToArray();
        return error;
    }
}
