using System.Diagnostics;
using Velox.Primitives;

namespace Velox.OrderBook.Tests.Feed;

/// <summary>A writer runs flat out, and what a checker reads beside it is the book of one moment, every time.</summary>
public class RacingReaderTests
{
    // Not a figure to reach: where threads do not meet in this time the machine does not run them at once.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(801)]
    [InlineData(802)]
    public void What_is_read_beside_a_writer_is_never_torn(int seed)
    {
        const int Wanted = 5_000;
        using var market = new CyclingMarket(seed, 120);
        LiveMarketReader reader = LiveMarketReaderTests.Open(market.Memory);
        var snapshot = new BookSnapshot(CyclingMarket.OrderCapacity);
        DepthWindow[] windows = [new(1), new(5)];
        int whole = 0;
        Race(market, () =>
        {
            if (reader.ReadPrices(out ulong bid, out ulong ask) == ReadResult.Whole)
                Require(market.IsExpected(bid, ask), seed, "prices that never stood together");
            foreach (DepthWindow window in windows)
            {
                ReadResult depth = reader.ReadDepth(window);
                Require(depth != ReadResult.Corrupt, seed, "a corrupt depth");
                if (depth == ReadResult.Whole)
                    Require(market.IsExpected(window), seed, "a depth that never was");
            }

            ReadResult orders = reader.ReadOrders(snapshot);
            Require(orders is ReadResult.Whole or ReadResult.Contended, seed, "corrupt orders, or too many");
            if (orders == ReadResult.Whole)
                Require(market.IsExpected(snapshot), seed, "orders that never were");
            whole += orders == ReadResult.Whole ? 1 : 0;
            return whole >= Wanted;
        });
        Assert.True(whole >= Wanted, $"seed {seed}: {whole} whole reads.");
    }

    [Fact]
    public void A_reader_that_does_not_look_at_the_counter_is_caught()
    {
        // The mutation: it compares a reserved word, which never changes.
        const int Reserved = 184;
        using var market = new CyclingMarket(803, 120);
        Assert.Equal(BookError.None, LiveMarketReader.TryOpen(market.Memory, Reserved, out LiveMarketReader? reader));
        var snapshot = new BookSnapshot(CyclingMarket.OrderCapacity);
        var window = new DepthWindow(5);
        bool tornDepth = false;
        bool tornOrders = false;
        Race(market, () =>
        {
            tornDepth |= reader!.ReadDepth(window) != ReadResult.Whole || !market.IsExpected(window);
            tornOrders |= reader.ReadOrders(snapshot) != ReadResult.Whole || !market.IsExpected(snapshot);
            return tornDepth && tornOrders;
        });
        Assert.True(tornDepth && tornOrders, $"depth {tornDepth}, orders {tornOrders}");
    }

    [Fact]
    public unsafe void Prices_read_without_their_counter_are_caught()
    {
        using var market = new CyclingMarket(804, 120);
        var header = (MarketHeader*)market.Memory.Address;
        bool isTorn = false;
        Race(market, () => isTorn |= !market.IsExpected(
            Volatile.Read(ref header->BestBidTicks), Volatile.Read(ref header->BestAskTicks)));
        Assert.True(isTorn);
    }

    [Theory]
    [InlineData(811)]
    [InlineData(812)]
    public void A_consumer_joins_a_live_market_by_itself_and_ends_with_its_book(int seed)
    {
        using var market = new CyclingMarket(seed, 120);
        var feed = new BookFeed(256, market.Market.Header.NextEventSequence);
        BroadcastReader<BookEvent> events = feed.ReadFromNow();
        LiveMarketReader reader = LiveMarketReaderTests.Open(market.Memory);
        var snapshot = new BookSnapshot(CyclingMarket.OrderCapacity);
        var view = new OrderView(CyclingMarket.OrderCapacity);
        int joined = 0;
        Race(
            market,
            () =>
            {
                Follow();
                return joined >= 50;
            },
            feed);

        while (Follow() != BroadcastRead.Empty)
        {
        }

        if (view.NextSequence != market.Market.Header.NextEventSequence)
        {
            // The last events were overwritten before they were read, and none came after to show the gap.
            Assert.True(events.MissedCount > 0);
            Assert.Equal(ReadResult.Whole, reader.ReadOrders(snapshot));
            Assert.Equal(FeedError.None, view.Load(snapshot));
        }

        var shown = new BookSnapshot(CyclingMarket.OrderCapacity);
        Assert.Equal(FeedError.None, view.CopyTo(shown));
        Assert.True(market.IsExpected(shown), $"seed {seed}");
        Assert.True(joined >= 50, $"seed {seed}: joined {joined} times.");

        BroadcastRead Follow()
        {
            BroadcastRead read = events.TryRead(out BookEvent e);
            if (read != BroadcastRead.Item)
                return read;
            FeedError error = view.Apply(e);
            Require(error is FeedError.None or FeedError.AlreadyApplied or FeedError.Gap, seed, "an event that does not fit");
            if (error == FeedError.Gap && reader.ReadOrders(snapshot) == ReadResult.Whole)
            {
                Require(view.Load(snapshot) == FeedError.None, seed, "a snapshot that is no book");
                joined++;
            }

            return read;
        }
    }

    /// <summary>Runs the writer on a thread of its own until the checker has had enough, and it has met some cycles.</summary>
    private static void Race(CyclingMarket market, Func<bool> isEnough, BookFeed? feed = null)
    {
        const int LeastCycles = 10;
        int stop = 0;
        int cycles = 0;
        Exception? failure = null;
        var writer = new Thread(() =>
        {
            try
            {
                for (; Volatile.Read(ref stop) == 0; Volatile.Write(ref cycles, cycles + 1))
                {
                    market.Cycle(events =>
                    {
                        if (feed?.Publish(events.Span) is not (null or FeedError.None))
                            throw new InvalidOperationException("The feed refused its market's events.");
                    });
                }
            }
            catch (Exception thrown) when (thrown is InvalidOperationException or CorruptMarketException)
            {
                failure = thrown;
            }
        });
        writer.Start();
        try
        {
            bool isDone = false;
            for (long start = Stopwatch.GetTimestamp(); !isDone && Stopwatch.GetElapsedTime(start) < Patience;)
            {
                for (int i = 0; i < 100 && !isDone; i++)
                    isDone = isEnough() && Volatile.Read(ref cycles) >= LeastCycles;
            }
        }
        finally
        {
            Volatile.Write(ref stop, 1);
            writer.Join();
        }

        Assert.Null(failure);
        Assert.True(cycles >= LeastCycles, $"The writer went through {cycles} cycles.");
    }

    // Makes its message only when it fails: the checker is to be fast.
    private static void Require(bool holds, int seed, string what)
    {
        if (!holds)
            Assert.Fail($"seed {seed}: {what}.");
    }
}
