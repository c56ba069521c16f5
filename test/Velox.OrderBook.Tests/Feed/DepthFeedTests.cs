using Velox.Primitives;

namespace Velox.OrderBook.Tests.Feed;

/// <summary>Deltas of the best N levels.</summary>
public class DepthFeedTests
{
    [Theory]
    [InlineData(301, 1)]
    [InlineData(302, 2)]
    [InlineData(303, 5)]
    [InlineData(304, 20)]
    [InlineData(305, 1_024)]
    public void A_window_kept_by_deltas_equals_the_book_after_every_operation(int seed, int depth)
    {
        var market = new FeedMarket(seed);
        var feed = new DepthFeed(depth, FeedMarket.OrderCapacity, 1_024);
        BroadcastReader<LevelDelta> reader = feed.ReadFromNow();
        var window = new DepthWindow(depth);
        int newcomers = 0;
        for (int step = 0; step < 10_000; step++)
        {
            foreach (ref readonly BookEvent e in market.Step())
            {
                Assert.True(feed.Apply(e) == FeedError.None, market.Where);
                int deltas = 0;
                for (; reader.TryRead(out LevelDelta delta) == BroadcastRead.Item; deltas++)
                {
                    Assert.Equal(e.Sequence, delta.EventSequence);
                    Assert.True(window.Apply(delta) == FeedError.None, market.Where);
                }

                Assert.True(deltas <= 2, market.Where);
                newcomers += deltas == 2 ? 1 : 0;
            }

            market.AssertShows(window);
            market.AssertShows(feed.Window);
        }

        Assert.Equal(0, reader.MissedCount);
        Assert.True(newcomers > 100 || depth > 60, $"seed {seed}: only {newcomers} newcomers.");
    }

    [Theory]
    [InlineData(311, 3)]
    [InlineData(312, 10)]
    public void A_window_with_gaps_equals_the_book_after_a_refresh(int seed, int depth)
    {
        var market = new FeedMarket(seed);
        var random = new Random(seed);
        var feed = new DepthFeed(depth, FeedMarket.OrderCapacity, 16);
        BroadcastReader<LevelDelta> reader = feed.ReadFromNow();
        var window = new DepthWindow(depth);
        var snapshot = new BookSnapshot(FeedMarket.OrderCapacity);
        int refreshes = 0;
        for (int step = 0; step < 10_000; step++)
        {
            bool isLost = random.Next(500) == 0; // the feed itself loses events: the deltas must say so
            foreach (ref readonly BookEvent e in market.Step())
            {
                if (!isLost && feed.Apply(e) == FeedError.Gap)
                {
                    Assert.Equal(FeedError.None, snapshot.Take(market.Market));
                    Assert.Equal(FeedError.None, feed.Load(snapshot));
                    break;
                }
            }

            if (random.Next(40) != 0)
                continue;
            FeedError last = FeedError.None;
            while (reader.TryRead(out LevelDelta delta) is var read && read != BroadcastRead.Empty)
            {
                if (read == BroadcastRead.Gap)
                    continue;
                last = window.Apply(delta);
                if (last == FeedError.Gap)
                {
                    refreshes++;
                    window.Load(feed.Window);
                }
                else
                {
                    Assert.True(last is FeedError.None or FeedError.AlreadyApplied, $"{market.Where}: {last}");
                }
            }

            if (feed.NextSequence == market.Market.Header.NextEventSequence && window.NextSequence == feed.Window.NextSequence)
                market.AssertShows(window);
        }

        Assert.True(refreshes > 20 && reader.MissedCount > 0, $"seed {seed}: {refreshes} refreshes.");
    }

    [Fact]
    public void A_delta_that_does_not_fit_is_refused_and_changes_nothing()
    {
        var window = new DepthWindow(2);
        Assert.Equal(FeedError.None, window.Apply(new LevelDelta { PriceTicks = 10, Lots = 1, Orders = 1 }));
        Assert.Equal(FeedError.None, window.Apply(new LevelDelta { Sequence = 1, PriceTicks = 9, Lots = 1, Orders = 1 }));
        var next = new LevelDelta { Sequence = 2, PriceTicks = 10, Lots = 2, Orders = 1 };
        Assert.Equal(FeedError.Gap, window.Apply(next with { Sequence = 3 }));
        Assert.Equal(FeedError.AlreadyApplied, window.Apply(next with { Sequence = 1 }));
        Assert.Equal(FeedError.Contradiction, window.Apply(next with { PriceTicks = 8 }));
        Assert.Equal(FeedError.Contradiction, window.Apply(next with { PriceTicks = 8, Orders = 0 }));
        Assert.Equal(FeedError.Contradiction, window.Apply(next with { PriceTicks = 0 }));
        Assert.Equal(FeedError.Contradiction, window.Apply(next with { Side = (Side)2 }));
        Assert.Equal([new DepthLevel(10, 1, 1), new DepthLevel(9, 1, 1)], window.Bids.ToArray());
        Assert.Equal(FeedError.None, window.Apply(next));
        Assert.Equal([new DepthLevel(10, 2, 1), new DepthLevel(9, 1, 1)], window.Bids.ToArray());
        Assert.Throws<ArgumentException>(() => window.Load(new DepthWindow(3)));
    }
}
