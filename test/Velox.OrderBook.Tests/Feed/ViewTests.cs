using Velox.Primitives;

namespace Velox.OrderBook.Tests.Feed;

/// <summary>Views made of events alone hold exactly the book.</summary>
public class ViewTests
{
    [Theory]
    [InlineData(201, 0)]
    [InlineData(202, 0)]
    [InlineData(203, 0)]
    [InlineData(204, 50)]
    [InlineData(205, 65)]
    public void All_views_equal_the_book_after_every_operation(int seed, int specialPercent)
    {
        var feed = new FeedMarket(seed, FeedMarket.Shape with { SpecialPercent = specialPercent });
        var orders = new OrderView(FeedMarket.OrderCapacity);
        var depth = new DepthView(FeedMarket.OrderCapacity);
        int fills = 0;
        int mostOpen = 0;
        for (int step = 0; step < 10_000; step++)
        {
            foreach (ref readonly BookEvent e in feed.Step())
            {
                Assert.True(orders.Apply(e) == FeedError.None && depth.Apply(e) == FeedError.None, feed.Where);
                fills += e.Kind == BookEventKind.Fill ? 1 : 0;
            }

            feed.AssertShows(orders);
            feed.AssertShows(depth);
            mostOpen = Math.Max(mostOpen, orders.Count);
        }

        Assert.True(fills > 500 && mostOpen > 20, $"seed {seed}: {fills} fills, at most {mostOpen} open orders.");
    }

    [Theory]
    [InlineData(211)]
    [InlineData(212)]
    public void Views_equal_the_book_after_gaps_and_snapshots(int seed)
    {
        var feed = new FeedMarket(seed);
        var random = new Random(seed);
        var orders = new OrderView(FeedMarket.OrderCapacity);
        var depth = new DepthView(FeedMarket.OrderCapacity);
        var snapshot = new BookSnapshot(FeedMarket.OrderCapacity);
        var late = new List<BookEvent>();
        int gaps = 0;
        for (int step = 0; step < 10_000; step++)
        {
            bool isGap = false;
            foreach (ref readonly BookEvent e in feed.Step())
            {
                late.Add(e);
                if (random.Next(50) == 0)
                    continue; // lost on the way
                FeedError error = orders.Apply(e);
                Assert.True(error is FeedError.None or FeedError.Gap && depth.Apply(e) == error, $"{feed.Where}: {error}");
                isGap |= error == FeedError.Gap;
            }

            if (isGap)
            {
                // The snapshot may be of any moment after the gap: here from before some more operations.
                gaps++;
                Assert.Equal(FeedError.None, snapshot.Take(feed.Market));
                late.Clear();
                for (int more = random.Next(4); more > 0; more--)
                    late.AddRange(feed.Step());
                Assert.Equal(FeedError.None, orders.Load(snapshot));
                Assert.Equal(FeedError.None, depth.Load(snapshot));
                foreach (BookEvent e in late)
                    Assert.True(orders.Apply(e) == FeedError.None && depth.Apply(e) == FeedError.None, feed.Where);
            }

            late.Clear();
            if (orders.NextSequence != feed.Market.Header.NextEventSequence)
                continue; // lost the last ones, and cannot know it yet
            feed.AssertShows(orders);
            feed.AssertShows(depth);
        }

        Assert.True(gaps > 100, $"seed {seed}: only {gaps} gaps.");
    }

    [Theory]
    [InlineData(221, 16)]
    [InlineData(222, 128)]
    public void A_slow_consumer_of_the_ring_sees_its_gaps_and_comes_back_by_snapshot(int seed, int capacity)
    {
        var feed = new FeedMarket(seed);
        var random = new Random(seed);
        var ring = new BookFeed(capacity, feed.Market.Header.NextEventSequence);
        BroadcastReader<BookEvent> reader = ring.ReadFromNow();
        var view = new OrderView(FeedMarket.OrderCapacity);
        var snapshot = new BookSnapshot(FeedMarket.OrderCapacity);
        int snapshots = 0;
        for (int step = 0; step < 10_000; step++)
        {
            Assert.Equal(FeedError.None, ring.Publish(feed.Step()));
            if (random.Next(capacity / 2) != 0)
                continue;
            while (true)
            {
                BroadcastRead read = reader.TryRead(out BookEvent e);
                if (read == BroadcastRead.Empty)
                    break;
                if (read == BroadcastRead.Gap)
                    continue;
                FeedError error = view.Apply(e);
                if (error == FeedError.Gap)
                {
                    snapshots++;
                    Assert.Equal(FeedError.None, snapshot.Take(feed.Market));
                    Assert.Equal(FeedError.None, view.Load(snapshot));
                }
                else
                {
                    Assert.True(error is FeedError.None or FeedError.AlreadyApplied, $"{feed.Where}: {error}");
                }
            }

            feed.AssertShows(view);
        }

        while (reader.TryRead(out _) != BroadcastRead.Empty)
        {
        }

        Assert.Equal(ring.NextSequence - ring.FirstSequence, (ulong)(reader.ReadCount + reader.MissedCount));
        Assert.True(snapshots > 10 && reader.MissedCount > 0, $"seed {seed}: {snapshots} snapshots.");
    }

    [Theory]
    [InlineData(231)]
    [InlineData(232)]
    public void Late_consumers_equal_the_book_whether_from_the_market_or_from_another_view(int seed)
    {
        var feed = new FeedMarket(seed);
        var first = new OrderView(FeedMarket.OrderCapacity);
        var late = new List<(OrderView Orders, DepthView Depth)>();
        var snapshot = new BookSnapshot(FeedMarket.OrderCapacity);
        for (int step = 0; step < 4_000; step++)
        {
            foreach (ref readonly BookEvent e in feed.Step())
            {
                Assert.Equal(FeedError.None, first.Apply(e));
                foreach ((OrderView orders, DepthView depth) in late)
                    Assert.True(orders.Apply(e) == FeedError.None && depth.Apply(e) == FeedError.None, feed.Where);
            }

            foreach ((OrderView orders, DepthView depth) in late)
            {
                feed.AssertShows(orders);
                feed.AssertShows(depth);
            }

            if (step % 500 == 250)
            {
                Assert.Equal(FeedError.None, step % 1_000 == 250 ? snapshot.Take(feed.Market) : first.CopyTo(snapshot));
                var joined = (new OrderView(FeedMarket.OrderCapacity), new DepthView(FeedMarket.OrderCapacity));
                Assert.Equal(FeedError.None, joined.Item1.Load(snapshot));
                Assert.Equal(FeedError.None, joined.Item2.Load(snapshot));
                late.Add(joined);
            }
        }
    }
}
