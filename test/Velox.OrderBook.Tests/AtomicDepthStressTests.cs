namespace Velox.OrderBook.Tests;

/// <summary>Several threads add, remove and take at few prices, while one more looks; then everything is counted.</summary>
public class AtomicDepthStressTests
{
    private const int Threads = 4;
    private const int TurnsEach = 400_000;
    private const int MaxLots = 9;

    // Two neighbouring buckets and one far behind: the best one changes all the time.
    private const int FirstTick = 1_600;
    private static readonly int[] Ticks = [0, 1, 7, 15, 16, 19, 31, 800, 815];

    [Theory]
    [InlineData(Side.Bid, 901)]
    [InlineData(Side.Ask, 902)]
    public void Every_lot_is_where_it_was_put_or_was_taken_once(Side side, int seed)
    {
        using var depth = new AtomicDepth(0);
        long[][] sums = [.. Enumerable.Range(0, Threads).Select(_ => new long[Ticks.Length])];
        using var start = new Barrier(Threads + 1);
        int running = Threads;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(own => new Thread(() =>
        {
            start.SignalAndWait();
            Trade(depth, side, new Random(seed + own), sums[own]);
            Interlocked.Decrement(ref running);
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        start.SignalAndWait();
        string? wrong = Watch(depth, side, ref running);
        foreach (Thread thread in threads)
            thread.Join();

        Assert.True(wrong is null, $"seed {seed}: {wrong}");
        long[] expected = [.. Ticks.Select((_, i) => sums.Sum(sum => sum[i]))];
        Assert.Equal(expected, Ticks.Select(tick => (long)depth.LotsAt(side, Price(tick))));
        foreach (int bucket in (int[])[0, 16, 800])
        {
            long inTicks = Ticks.Select((tick, i) => tick / 16 == bucket / 16 ? expected[i] : 0).Sum();
            Assert.Equal(inTicks, (long)depth.LotsInBucket(side, Price(bucket)));
        }

        ulong[] left = [.. Ticks.Where((_, i) => expected[i] > 0).Select(tick => Price(tick))];
        ulong? best = left.Length == 0 ? null : side == Side.Bid ? left.Max() : left.Min();
        Assert.Equal(best, side == Side.Bid ? depth.BestBidTicks : depth.BestAskTicks);
        Assert.Equal(expected.Sum(), (long)TakeAll(depth, side));
        Assert.Null(side == Side.Bid ? depth.BestBidTicks : depth.BestAskTicks);
    }

    private static ulong Price(int tick) => (ulong)(FirstTick + tick);

    private static void Trade(AtomicDepth depth, Side side, Random random, long[] sums)
    {
        ulong anyPrice = side == Side.Bid ? 0 : ulong.MaxValue;
        for (int turn = 0; turn < TurnsEach; turn++)
        {
            // Most at one price, where the threads meet.
            int tick = Math.Max(0, random.Next(-Ticks.Length, Ticks.Length));
            ulong lots = (ulong)random.Next(1, MaxLots + 1);
            int kind = random.Next(4);
            if (kind == 0)
                sums[tick] += depth.Add(side, Price(Ticks[tick]), lots) == DepthResult.Done ? (long)lots : 0;
            else if (kind == 1)
                sums[tick] -= depth.Remove(side, Price(Ticks[tick]), lots) == DepthResult.Done ? (long)lots : 0;
            else if (depth.TakeBest(side, anyPrice, lots, out ulong price, out ulong taken) == DepthResult.Done)
                sums[Array.IndexOf(Ticks, (int)price - FirstTick)] -= (long)taken;
        }
    }

    /// <summary>No total is ever negative, nor more than all that could have been added; no best price where nothing is put.</summary>
    private static string? Watch(AtomicDepth depth, Side side, ref int running)
    {
        const ulong most = Threads * (ulong)TurnsEach * MaxLots;
        int looks = 0;
        while (Volatile.Read(ref running) > 0)
        {
            foreach (int tick in Ticks)
            {
                ulong atTick = depth.LotsAt(side, Price(tick)), inBucket = depth.LotsInBucket(side, Price(tick));
                if (atTick > most || inBucket > most)
                    return $"{(long)atTick} lots at tick {tick}, {(long)inBucket} in its bucket";
            }

            ulong? best = side == Side.Bid ? depth.BestBidTicks : depth.BestAskTicks;
            if (best is { } price && !Ticks.Contains((int)price - FirstTick))
                return $"best price {price}";
            if (++looks % 64 == 0)
                Thread.Yield();
        }

        return null;
    }

    private static ulong TakeAll(AtomicDepth depth, Side side)
    {
        ulong all = 0;
        while (depth.TakeBest(side, side == Side.Bid ? 0 : ulong.MaxValue, ulong.MaxValue, out _, out ulong taken) == DepthResult.Done)
            all += taken;
        return all;
    }
}
