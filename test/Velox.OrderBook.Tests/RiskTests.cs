using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>Price band, limits of seats and kill switch, by example. The flows of the differential tests use them at random.</summary>
public class RiskTests
{
    [Fact]
    public void Prices_are_bound_to_a_band_around_the_last_trade()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 2, 1UL << 40, out _);
        Assert.Equal(BookError.NotAuthority, market.SetPriceBand(TestMarket.OwnerOf(0), 100, 0));
        Assert.Equal(BookError.InvalidLimit, market.SetPriceBand(TestMarket.Authority, Market.MaxPriceBandBps + 1, 0));
        Assert.Equal(BookError.None, market.SetPriceBand(TestMarket.Authority, 500, 0));

        // No trade and no reference: no band. 5 % of 1,010 are 50, rounded down.
        market.PlaceOk(0, Side.Ask, 1_010, 5);
        market.PlaceOk(1, Side.Bid, 1, 5);
        market.PlaceOk(1, Side.Bid, 1_010, 5);
        Assert.Equal(BookError.OutsidePriceBand, market.PlaceOne(0, Side.Ask, 1_061, 1, out _));
        Assert.Equal(BookError.OutsidePriceBand, market.PlaceOne(0, Side.Bid, 959, 1, out _));
        Assert.Equal(BookError.OutsidePriceBand, market.PlaceOne(0, Side.Bid, 959, 1, out _, OrderType.ImmediateOrCancel));
        ulong id = market.PlaceOk(0, Side.Ask, 1_060, 1).OrderId;
        market.PlaceOk(0, Side.Bid, 960, 1);
        var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 0);
        Assert.Equal(BookError.OutsidePriceBand, market.Replace(0, id, 1_061, 1, default, ref events, out _));
        var quote = new TwoSidedQuote(1, 960, 1, 2, 1_061, 1, OrderType.Limit, default, default);
        Assert.Equal(BookError.OutsidePriceBand, market.ReplaceQuote(0, quote, ref events, out _, out _));
        Assert.Equal(BookError.None, market.SetPriceBand(TestMarket.Authority, 0, 0));
        market.PlaceOk(0, Side.Ask, 5_000, 1);
        Assert.Equal(MarketRestrictions.None, market.Header.Restrictions);
        market.AssertSound();

        // Before the first trade the reference that was set counts.
        market = TestMarket.CreateWithSeats(TestMarket.Parameters, 1, 1UL << 40, out _);
        Assert.Equal(BookError.None, market.SetPriceBand(TestMarket.Authority, 10_000, 50));
        Assert.Equal(BookError.OutsidePriceBand, market.PlaceOne(0, Side.Ask, 101, 1, out _));
        market.PlaceOk(0, Side.Ask, 100, 1);
    }

    [Fact]
    public void The_authority_sets_limits_and_the_owner_lowers_them()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters with { MaxOpenOrdersPerSeat = 2 }, 2, 1UL << 40, out _);
        Address owner = TestMarket.OwnerOf(0);
        Assert.Equal(BookError.UnknownSeat, market.SetSeatLimits(TestMarket.Authority, 9, default));
        Assert.Equal(BookError.NotSeatOwner, market.SetSeatLimits(TestMarket.OwnerOf(1), 0, default));
        Assert.Equal(BookError.InvalidLimit, market.SetSeatLimits(TestMarket.Authority, 0, new(MarketLayout.MaxOpenOrdersPerSeat + 1, 0)));
        Assert.Equal(BookError.LimitNotLowered, market.SetSeatLimits(owner, 0, new(3, 0)));
        Assert.Equal(BookError.None, market.SetSeatLimits(TestMarket.Authority, 0, new(3, 1_000)));
        Assert.Equal(BookError.LimitNotLowered, market.SetSeatLimits(owner, 0, new(3, 1_001)));
        Assert.Equal(BookError.LimitNotLowered, market.SetSeatLimits(owner, 0, new(3, 0)));
        Assert.Equal(BookError.None, market.SetSeatLimits(owner, 0, new(3, 999)));
        Assert.Equal(BookError.None, market.SetSeatLimits(TestMarket.Authority, 0, new(3, 0)));

        for (ulong price = 1; price <= 3; price++)
            market.PlaceOk(0, Side.Bid, price, 1);
        Assert.Equal(BookError.SeatOrdersFull, market.PlaceOne(0, Side.Bid, 4, 1, out _));
        Assert.Equal(BookError.None, market.SetSeatLimits(owner, 0, new(1, 0)));
        market.AssertSound();
        Assert.Equal(3U, market.Seat(0).OpenOrders);
        market.PlaceOk(1, Side.Bid, 4, 1);
        Assert.Equal(BookError.None, market.SetSeatLimits(TestMarket.Authority, 0, default));
        Assert.Equal(MarketRestrictions.None, market.Header.Restrictions);
    }

    [Fact]
    public void Open_orders_are_worth_at_most_the_limit()
    {
        // A tick is 10 atoms a lot.
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 2, 1UL << 40, out _);
        Assert.Equal(BookError.None, market.SetPriceBand(TestMarket.Authority, 0, 200));
        Assert.Equal(BookError.None, market.SetSeatLimits(TestMarket.Authority, 0, new(0, 10_000)));
        ulong bid = market.PlaceOk(0, Side.Bid, 100, 6).OrderId;
        Assert.Equal(BookError.SeatNotionalFull, market.PlaceOne(0, Side.Ask, 9_999, 3, out _));
        market.PlaceOk(0, Side.Ask, 9_999, 2);
        Assert.Equal(BookError.SeatNotionalFull, market.PlaceOne(0, Side.Bid, 1, 1, out _));
        var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 0);
        Assert.Equal(BookError.SeatNotionalFull, market.Replace(0, bid, 101, 6, default, ref events, out _));
        Assert.Equal(BookError.None, market.Replace(0, bid, 120, 5, default, ref events, out _));

        // What does not stay open is not counted, and other seats have no limit.
        market.PlaceOk(0, Side.Bid, 500, 5, OrderType.ImmediateOrCancel);
        market.PlaceOk(1, Side.Bid, 500, 500);
        market.AssertSound();
    }

    [Fact]
    public void A_stopped_seat_is_emptied_in_steps_and_takes_no_orders()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 2, 1UL << 40, out _);
        for (int i = 0; i < 300; i++)
            market.PlaceOk(0, Side.Bid, 100, 1);
        market.PlaceOk(1, Side.Ask, 110, 1);
        Address owner = TestMarket.OwnerOf(0);
        var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 0);
        var small = new EventWriter(new BookEvent[Market.MaxCancelsPerOperation - 1], 0);
        Assert.Equal(BookError.NotSeatOwner, market.StopSeat(TestMarket.OwnerOf(1), 0, ref events, out _));
        Assert.Equal(BookError.EventBufferFull, market.StopSeat(owner, 0, ref small, out _));
        Assert.Equal(SeatStops.None, market.Seat(0).Stops);
        Assert.Equal(BookError.None, market.StopSeat(owner, 0, ref events, out OperationResult result));
        Assert.Equal((256U, 44U), (result.CancelledOrders, market.Seat(0).OpenOrders));
        market.AssertSound();
        Assert.Equal(BookError.SeatStopped, market.PlaceOne(0, Side.Bid, 110, 1, out _, OrderType.ImmediateOrCancel));
        Assert.Equal(BookError.None, market.StopSeat(TestMarket.Authority, 0, ref events, out result));
        Assert.Equal((44U, 0U), (result.CancelledOrders, market.Seat(0).OpenOrders));

        // Each lifts its own stop.
        Assert.Equal(BookError.None, market.ResumeSeat(owner, 0));
        Assert.Equal(BookError.SeatStopped, market.PlaceOne(0, Side.Bid, 110, 1, out _));
        Assert.Equal(BookError.NotSeatOwner, market.ResumeSeat(TestMarket.OwnerOf(1), 0));
        Assert.Equal(BookError.None, market.ResumeSeat(TestMarket.Authority, 0));
        Assert.Equal(MarketRestrictions.None, market.Header.Restrictions);
        Assert.Equal(1UL, market.PlaceOk(0, Side.Bid, 110, 1).FilledLots);
        market.AssertSound();
    }
}
