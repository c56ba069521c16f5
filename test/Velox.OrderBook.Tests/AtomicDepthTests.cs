namespace Velox.OrderBook.Tests;

public sealed class AtomicDepthTests
{
    [Fact]
    public void Each_tick_of_a_bucket_has_its_own_total_and_the_best_prices_are_exact()
    {
        using var depth = new AtomicDepth(1_000);
        Assert.Null(depth.BestBidTicks);
        Assert.Null(depth.SpreadTicks);
        Assert.Equal(DepthResult.Done, depth.Add(Side.Bid, 1_017, 5));
        Assert.Equal(DepthResult.Done, depth.Add(Side.Bid, 1_031, 6));
        Assert.Equal(DepthResult.Done, depth.Add(Side.Ask, 1_100, 7));
        Assert.Equal(DepthResult.Done, depth.Add(Side.Ask, 1_097, 8));
        Assert.Equal((5ul, 6ul, 0ul), (depth.LotsAt(Side.Bid, 1_017), depth.LotsAt(Side.Bid, 1_031), depth.LotsAt(Side.Bid, 1_016)));
        Assert.Equal((11ul, 0ul, 15ul), (depth.LotsInBucket(Side.Bid, 1_016), depth.LotsInBucket(Side.Bid, 1_032), depth.LotsInBucket(Side.Ask, 1_100)));
        Assert.Equal((1_031ul, 1_097ul, 66L), (depth.BestBidTicks, depth.BestAskTicks, depth.SpreadTicks));
        Assert.Equal(DepthResult.Done, depth.Remove(Side.Bid, 1_031, 6));
        Assert.Equal(DepthResult.Done, depth.Remove(Side.Ask, 1_097, 8));
        Assert.Equal((1_017ul, 1_100ul), (depth.BestBidTicks, depth.BestAskTicks));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(255)]
    public void A_side_that_there_is_not_is_refused(byte number)
    {
        using var depth = new AtomicDepth(0);
        var side = (Side)number;
        foreach (Action use in (Action[])[
            () => depth.Add(side, 1, 1), () => depth.Remove(side, 1, 1), () => depth.TakeBest(side, 1, 1, out _, out _),
            () => depth.LotsAt(side, 1), () => depth.LotsInBucket(side, 1)])
        {
            Assert.Equal("side", Assert.Throws<ArgumentOutOfRangeException>(use).ParamName);
        }
    }

    [Fact]
    public void What_rests_at_another_tick_of_the_bucket_cannot_be_taken()
    {
        using var depth = new AtomicDepth(0);
        depth.Add(Side.Ask, 33, 5);
        Assert.Equal(DepthResult.NotEnough, depth.Remove(Side.Ask, 34, 1));
        Assert.Equal((5ul, 5ul), (depth.LotsAt(Side.Ask, 33), depth.LotsInBucket(Side.Ask, 34)));
    }

    [Theory]
    [InlineData(Side.Bid)]
    [InlineData(Side.Ask)]
    public void Taking_the_best_goes_from_price_to_price_as_far_as_it_may(Side side)
    {
        ulong On(ulong price) => side == Side.Bid ? price : (1_024 * 16) - 1 - price;
        using var depth = new AtomicDepth(0);
        Assert.Equal(DepthResult.NotEnough, depth.TakeBest(side, On(0), 1, out _, out _));
        depth.Add(side, On(530), 4);
        depth.Add(side, On(525), 3);
        depth.Add(side, On(100), 2);
        Assert.Equal(DepthResult.NotEnough, depth.TakeBest(side, On(531), 9, out _, out ulong none));
        Assert.Equal(DepthResult.NotEnough, depth.TakeBest(side, On(540), 9, out _, out _));
        Assert.Equal(DepthResult.NotEnough, depth.TakeBest(side, On(0), 0, out _, out _));
        Assert.Equal(0ul, none);
        (ulong Price, ulong Lots)[] expected = [(530, 1), (530, 3), (525, 3), (100, 2)];
        foreach ((ulong price, ulong lots) in expected)
        {
            Assert.Equal(DepthResult.Done, depth.TakeBest(side, On(0), price == 530 && lots == 1 ? 1ul : 9, out ulong at, out ulong taken));
            Assert.Equal((On(price), lots), (at, taken));
        }

        Assert.Equal(DepthResult.NotEnough, depth.TakeBest(side, On(0), 1, out _, out _));
        Assert.Equal(0ul, depth.LotsInBucket(side, On(525)));
    }

    [Fact]
    public void An_emptied_best_bucket_gives_way_to_the_next()
    {
        using var depth = new AtomicDepth(0);
        depth.Add(Side.Bid, 160, 1);
        depth.Add(Side.Bid, 320, 1);
        depth.Add(Side.Ask, 480, 1);
        depth.Add(Side.Ask, 400, 1);
        depth.Remove(Side.Bid, 320, 1);
        depth.Remove(Side.Ask, 400, 1);
        Assert.Equal((160ul, 480ul), (depth.BestBidTicks, depth.BestAskTicks));
        depth.Remove(Side.Bid, 160, 1);
        depth.Remove(Side.Ask, 480, 1);
        Assert.Equal((null, null), (depth.BestBidTicks, depth.BestAskTicks));
    }

    [Theory]
    [InlineData(999)]
    [InlineData(1_000 + (1_024 * 16))]
    [InlineData(ulong.MaxValue)]
    public void A_price_outside_the_window_changes_nothing(ulong price)
    {
        using var depth = new AtomicDepth(1_000);
        Assert.Equal(DepthResult.OutOfWindow, depth.Add(Side.Ask, price, 1));
        Assert.Equal(DepthResult.OutOfWindow, depth.Remove(Side.Ask, price, 1));
        Assert.Null(depth.BestAskTicks);
    }

    [Fact]
    public void More_than_a_bucket_can_hold_is_refused()
    {
        using var depth = new AtomicDepth(0);
        Assert.Equal(DepthResult.Done, depth.Add(Side.Bid, 5, long.MaxValue - 1));
        Assert.Equal(DepthResult.TooMany, depth.Add(Side.Bid, 5, 2));
        Assert.Equal(DepthResult.TooMany, depth.Add(Side.Bid, 5, ulong.MaxValue));
        Assert.Equal(DepthResult.NotEnough, depth.Remove(Side.Bid, 5, ulong.MaxValue));
        Assert.Equal(DepthResult.TooMany, depth.Add(Side.Bid, 6, 2)); // of the bucket, whose total holds both
        Assert.Equal(DepthResult.Done, depth.Add(Side.Bid, 6, 1));
        Assert.Equal(((ulong)long.MaxValue - 1, 1ul), (depth.LotsAt(Side.Bid, 5), depth.LotsAt(Side.Bid, 6)));
    }

    [Theory]
    [InlineData(Side.Bid)]
    [InlineData(Side.Ask)]
    public void When_two_threads_have_ended_the_best_price_is_right(Side side)
    {
        // One empties the best bucket while the other fills one on the way to the next, which is far.
        const ulong far = 0, near = 900 * 16, best = 1_000 * 16;
        ulong On(ulong price) => side == Side.Bid ? price : (1_023 * 16) - price;
        using var depth = new AtomicDepth(0);
        depth.Add(side, On(far), 1);
        using var start = new Barrier(2);
        const int rounds = 3_000;
        var other = new Thread(() =>
        {
            for (int round = 0; round < rounds; round++)
            {
                start.SignalAndWait();
                depth.Add(side, On(near), 5);
                start.SignalAndWait();
            }
        });
        other.Start();
        int wrong = 0;
        for (int round = 0; round < rounds; round++)
        {
            depth.Add(side, On(best), 1);
            start.SignalAndWait();
            depth.Remove(side, On(best), 1);
            start.SignalAndWait();
            wrong += (side == Side.Bid ? depth.BestBidTicks : depth.BestAskTicks) == On(near) ? 0 : 1;
            depth.Remove(side, On(near), 5);
        }

        other.Join();
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void It_may_be_disposed_of_twice()
    {
        var depth = new AtomicDepth(0);
        depth.Add(Side.Bid, 5, 3);
        depth.Dispose();
        depth.Dispose();
    }

    [Fact]
    public void More_than_there_is_cannot_be_taken()
    {
        using var depth = new AtomicDepth(0);
        depth.Add(Side.Bid, 5, 3);
        Assert.Equal(DepthResult.NotEnough, depth.Remove(Side.Bid, 5, 4));
        Assert.Equal(3ul, depth.LotsAt(Side.Bid, 5));
    }

    [Fact]
    public void Two_threads_lose_nothing_and_every_timeout_changed_nothing()
    {
        using var depth = new AtomicDepth(0);
        long[] sums = new long[2];
        var threads = new Thread[2];
        for (int i = 0; i < threads.Length; i++)
        {
            int own = i;
            threads[i] = new Thread(() =>
            {
                var random = new Random(own);
                for (int turn = 0; turn < 200_000; turn++)
                {
                    ulong price = (ulong)random.Next(3) * 16;
                    ulong lots = (ulong)random.Next(1, 10);
                    bool adds = random.Next(2) == 0;
                    DepthResult result = adds ? depth.Add(Side.Bid, price, lots) : depth.Remove(Side.Bid, price, lots);
                    if (result == DepthResult.Done)
                        sums[own] += adds ? (long)lots : -(long)lots;
                }
            });
            threads[i].Start();
        }

        foreach (Thread thread in threads)
            thread.Join();
        Assert.Equal(sums.Sum(), (long)(depth.LotsAt(Side.Bid, 0) + depth.LotsAt(Side.Bid, 16) + depth.LotsAt(Side.Bid, 32)));
    }
}
