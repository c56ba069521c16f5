namespace Velox.OrderBook.Tests.Feed;

/// <summary>What a view cannot take in is a named error, and changes nothing.</summary>
public class ViewErrorTests
{
    private static readonly BookEvent Bid = new()
    {
        Kind = BookEventKind.Rested,
        OrderId = 1,
        PriceTicks = 10,
        Lots = 5,
        RemainingLots = 5,
        Seat = 3,
    };

    private static readonly BookEvent Taken = new()
    {
        Sequence = 1,
        Kind = BookEventKind.Reduced,
        OrderId = 1,
        PriceTicks = 10,
        Lots = 2,
        RemainingLots = 3,
        Seat = 3,
    };

    [Fact]
    public void Every_kind_of_event_is_known_to_the_views()
    {
        foreach (BookEventKind kind in Enum.GetValues<BookEventKind>())
            Assert.NotEqual(BookChange.Unknown, kind.ChangeOf());
    }

    [Fact]
    public void An_unknown_kind_is_refused_by_all_views()
    {
        for (int kind = 0; kind < 256; kind++)
        {
            if (!Enum.IsDefined((BookEventKind)kind))
                AssertRefused(Taken with { Kind = (BookEventKind)kind }, FeedError.UnknownKind);
        }
    }

    [Fact]
    public void Sequences_tell_what_is_missing_and_what_is_old()
    {
        AssertRefused(Taken with { Sequence = 2 }, FeedError.Gap);
        AssertRefused(Taken with { Sequence = ulong.MaxValue }, FeedError.Gap);
        AssertRefused(Taken with { Sequence = 0 }, FeedError.AlreadyApplied);
    }

    [Fact]
    public void Events_that_do_not_fit_the_book_are_refused()
    {
        AssertRefused(Taken with { PriceTicks = 11 }, FeedError.Contradiction);
        AssertRefused(Taken with { Side = Side.Ask }, FeedError.Contradiction);
        AssertRefused(Taken with { Side = (Side)2 }, FeedError.Contradiction);
        AssertRefused(Taken with { Lots = 6, RemainingLots = 0 }, FeedError.Contradiction);
        AssertRefused(Taken with { Lots = 2, RemainingLots = 0 }, FeedError.Contradiction);
        AssertRefused(Taken with { Lots = 5, RemainingLots = 1 }, FeedError.Contradiction);
        AssertRefused(Bid with { Sequence = 1, OrderId = 2, Lots = 0, RemainingLots = 0 }, FeedError.Contradiction);
        AssertRefused(Bid with { Sequence = 1, OrderId = 2, PriceTicks = 0 }, FeedError.Contradiction);
        AssertRefused(
            Bid with { Sequence = 1, OrderId = 2, Lots = ulong.MaxValue, RemainingLots = ulong.MaxValue }, FeedError.Contradiction);
    }

    [Fact]
    public void Orders_that_cannot_be_are_refused_order_by_order()
    {
        foreach (BookEvent e in (BookEvent[])[
            Taken with { OrderId = 2 }, Taken with { OrderId = 0 }, Taken with { Seat = 4 }, Taken with { RemainingLots = 4 },
            Bid with { Sequence = 1 }, Bid with { Sequence = 1, OrderId = 0 }])
        {
            var view = new OrderView(4);
            Assert.Equal(FeedError.None, view.Apply(Bid));
            Assert.Equal(FeedError.Contradiction, view.Apply(e));
            Assert.Equal(FeedError.None, view.Apply(Taken));
            Assert.Equal(new DepthLevel(10, 3, 1), view.Best.Bid);
        }
    }

    [Fact]
    public void A_full_view_refuses_and_goes_on_when_there_is_room()
    {
        var orders = new OrderView(1);
        var depth = new DepthView(1);
        BookEvent second = Bid with { Sequence = 1, OrderId = 2, PriceTicks = 9 };
        BookEvent gone = Taken with { Kind = BookEventKind.Cancelled, Lots = 5, RemainingLots = 0 };
        Assert.Equal((FeedError.None, FeedError.None), (orders.Apply(Bid), depth.Apply(Bid)));
        Assert.Equal((FeedError.Full, FeedError.Full), (orders.Apply(second), depth.Apply(second)));
        Assert.Equal((FeedError.None, FeedError.None), (orders.Apply(gone), depth.Apply(gone)));
        second.Sequence = 2;
        Assert.Equal((FeedError.None, FeedError.None), (orders.Apply(second), depth.Apply(second)));
        Assert.Equal(new DepthLevel(9, 5, 1), orders.Best.Bid);
        Assert.Equal(orders.Best, depth.Best);
    }

    [Fact]
    public void A_snapshot_too_large_leaves_an_empty_view_that_takes_the_next()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 2, 1_000_000, out _);
        for (ulong price = 1; price <= 3; price++)
            market.PlaceOk(0, Side.Bid, price, 1);
        var snapshot = new BookSnapshot(3);
        Assert.Equal(FeedError.None, snapshot.Take(market));

        var orders = new OrderView(2);
        var depth = new DepthView(2);
        Assert.Equal((FeedError.Full, FeedError.Full), (orders.Load(snapshot), depth.Load(snapshot)));
        Assert.Equal((0, default(BestLevels)), (orders.Count, orders.Best));
        Assert.Equal(default, depth.Best);

        var small = new BookSnapshot(2);
        Assert.Equal(FeedError.Full, small.Take(market));
        Assert.True(small.Bids.IsEmpty && small.Asks.IsEmpty);
        var whole = new OrderView(3);
        Assert.Equal(FeedError.None, whole.Load(snapshot));
        Assert.Equal(FeedError.Full, whole.CopyTo(small));
        Assert.Equal(FeedError.None, orders.Load(small));
    }

    private static void AssertRefused(BookEvent e, FeedError error)
    {
        var orders = new OrderView(4);
        var depth = new DepthView(4);
        var feed = new DepthFeed(2, 4, 4);
        Assert.Equal(FeedError.None, orders.Apply(Bid));
        Assert.Equal(FeedError.None, depth.Apply(Bid));
        Assert.Equal(FeedError.None, feed.Apply(Bid));
        Assert.Equal((error, error, error), (orders.Apply(e), depth.Apply(e), feed.Apply(e)));

        // Nothing has changed: the event that really comes next fits.
        Assert.Equal((1UL, 1UL, 1UL), (orders.NextSequence, depth.NextSequence, feed.NextSequence));
        Assert.Equal(new BestLevels(new DepthLevel(10, 5, 1), default), orders.Best);
        Assert.Equal((orders.Best, orders.Best), (depth.Best, feed.Window.Best));
        Assert.Equal((FeedError.None, FeedError.None, FeedError.None), (orders.Apply(Taken), depth.Apply(Taken), feed.Apply(Taken)));
        Assert.Equal(new BestLevels(new DepthLevel(10, 3, 1), default), orders.Best);
        Assert.Equal((orders.Best, orders.Best), (depth.Best, feed.Window.Best));
    }
}
