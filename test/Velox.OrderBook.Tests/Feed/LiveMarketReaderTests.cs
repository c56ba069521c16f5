using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.OrderBook.Tests.Feed;

/// <summary>What a reader says of a market that stands still, is damaged, or is held by its writer.</summary>
public class LiveMarketReaderTests
{
    private const uint Canary = 0xEEEE_EEEE;

    [Theory]
    [InlineData(701)]
    [InlineData(702)]
    public void A_reader_of_a_market_at_rest_sees_exactly_the_book(int seed)
    {
        using var market = new CyclingMarket(seed, 300);
        LiveMarketReader reader = Open(market.Memory);
        var snapshot = new BookSnapshot(CyclingMarket.OrderCapacity);
        DepthWindow[] windows = [new(1), new(3), new(64)];
        int orders = 0;
        market.Cycle(_ =>
        {
            Assert.Equal(ReadResult.Whole, reader.ReadPrices(out ulong bid, out ulong ask));
            Assert.Equal(ReadResult.Whole, reader.ReadOrders(snapshot));
            Assert.Equal(market.Market.Header.NextEventSequence, snapshot.NextSequence);
            Assert.True(market.IsExpected(snapshot));
            foreach (DepthWindow window in windows)
            {
                Assert.Equal(ReadResult.Whole, reader.ReadDepth(window));
                Assert.Equal(market.Market.Header.NextEventSequence, window.NextEventSequence);
                Assert.True(market.IsExpected(window));
                Assert.Equal((bid, ask), (window.Best.Bid.PriceTicks, window.Best.Ask.PriceTicks));
            }

            orders = Math.Max(orders, snapshot.Bids.Length + snapshot.Asks.Length);
        });
        Assert.True(orders > 30, $"seed {seed}: never more than {orders} orders.");
    }

    [Fact]
    public void While_an_operation_is_under_way_every_read_is_contended_and_ends()
    {
        using var market = new CyclingMarket(711, 100);
        LiveMarketReader reader = Open(market.Memory);
        var snapshot = new BookSnapshot(CyclingMarket.OrderCapacity);
        var window = new DepthWindow(5);
        market.Play(60);
        ref MarketHeader header = ref HeaderOf(market.Memory);
        header.Changes++;
        Assert.Equal(ReadResult.Contended, reader.ReadOrders(snapshot));
        Assert.Equal(ReadResult.Contended, reader.ReadDepth(window, maxTries: 1));
        Assert.True(snapshot.Bids.IsEmpty && snapshot.Asks.IsEmpty && window.Bids.IsEmpty && window.Asks.IsEmpty);
        Assert.Equal(ReadResult.Whole, reader.ReadPrices(out _, out _)); // has a counter of its own
        header.Changes++;
        Assert.Equal(ReadResult.Whole, reader.ReadOrders(snapshot));
        Assert.Equal(ReadResult.Whole, reader.ReadDepth(window));
        Assert.False(snapshot.Bids.IsEmpty || window.Bids.IsEmpty);

        header.QuoteChanges++;
        Assert.Equal(ReadResult.Contended, reader.ReadPrices(out ulong bid, out ulong ask));
        Assert.Equal((0UL, 0UL), (bid, ask));
        header.QuoteChanges++;
        Assert.Equal(ReadResult.Whole, reader.ReadPrices(out bid, out ask));
        Assert.Equal((window.Bids[0].PriceTicks, window.Asks[0].PriceTicks), (bid, ask));
    }

    [Fact]
    public void A_snapshot_too_small_and_memory_without_a_market_are_named()
    {
        using var market = new CyclingMarket(712, 100);
        market.Play(80);
        var small = new BookSnapshot(3);
        Assert.Equal(ReadResult.Full, Open(market.Memory).ReadOrders(small));
        Assert.True(small.Bids.IsEmpty && small.Asks.IsEmpty);

        using var empty = new NativeRegion(new NativeRegionOptions(CyclingMarket.RegionBytes));
        Assert.Equal(BookError.NotAMarket, LiveMarketReader.TryOpen(empty, out LiveMarketReader? none));
        Assert.Null(none);
    }

    [Theory]
    [InlineData(721, 3)]
    [InlineData(722, 300)]
    [InlineData(723, 5_000)]
    public void Whatever_bytes_it_meets_a_reader_ends_and_stays_inside_the_slab(int seed, int damagedBytes)
    {
        // Bytes behind the market that nobody may read: what was read from there would show up in the result.
        using var memory = new NativeRegion(new NativeRegionOptions(CyclingMarket.RegionBytes + (1 << 20)));
        using var market = new CyclingMarket(seed, 100);
        market.Play(80);
        int length = (int)CyclingMarket.RegionBytes;
        ReadOnlySpan<byte> sound = market.Memory.Slice(0, length);
        memory.Slice(length, 1 << 20).Fill(unchecked((byte)Canary));
        Span<byte> bytes = memory.Slice(0, length);
        sound.CopyTo(bytes);
        LiveMarketReader reader = Open(memory);

        var random = new Random(seed);
        var snapshot = new BookSnapshot(CyclingMarket.OrderCapacity);
        var window = new DepthWindow(100);
        var seen = new int[4];
        for (int trial = 0; trial < 2_000; trial++)
        {
            sound.CopyTo(bytes);
            for (int i = 0; i < damagedBytes; i++)
            {
                // Of the header what is read: sides and sequences. Of all else anything.
                int place = random.Next(4) == 0 ? random.Next(64, 128) : random.Next(MarketLayout.HeaderBytes, length);
                bytes[place] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)random.Next(4);
            }

            ReadResult orders = reader.ReadOrders(snapshot);
            ReadResult depth = reader.ReadDepth(window);
            Assert.True(orders != ReadResult.Contended && depth is ReadResult.Whole or ReadResult.Corrupt, $"seed {seed}, trial {trial}");
            seen[(int)orders]++;
            seen[(int)depth]++;
            AssertNoCanary(MemoryMarshal.AsBytes(snapshot.Bids), seed, trial);
            AssertNoCanary(MemoryMarshal.AsBytes(snapshot.Asks), seed, trial);
            AssertNoCanary(MemoryMarshal.AsBytes(window.Bids), seed, trial);
            AssertNoCanary(MemoryMarshal.AsBytes(window.Asks), seed, trial);
        }

        Assert.True(seen[(int)ReadResult.Corrupt] > 100, $"seed {seed}: {seen[(int)ReadResult.Corrupt]} were corrupt.");
    }

    [Fact]
    public void A_link_one_behind_the_last_order_is_not_followed()
    {
        // What stands there, in the next array, is made to look like the order it should have led to.
        using var market = new CyclingMarket(713, 100);
        market.Play(80);
        LiveMarketReader reader = Open(market.Memory);
        var snapshot = new BookSnapshot(CyclingMarket.OrderCapacity);
        Assert.Equal(ReadResult.Whole, reader.ReadOrders(snapshot));
        int levels = MarketLayout.HeaderBytes + ((int)CyclingMarket.Seats * MarketLayout.SeatBytes)
            + (16 * MarketLayout.BlockBytes);
        int orders = levels + (16 * MarketLayout.BlockTicks * MarketLayout.LevelBytes);
        int best = levels + (((int)HeaderOf(market.Memory).Bids.Best - MarketLayout.BlockTicks) * MarketLayout.LevelBytes);
        ref PriceLevel level = ref MemoryMarshal.AsRef<PriceLevel>(market.Memory.Slice(best, MarketLayout.LevelBytes));
        int first = orders + (((int)level.FirstOrder - 1) * MarketLayout.OrderBytes);
        int behind = orders + (CyclingMarket.OrderCapacity * MarketLayout.OrderBytes);
        market.Memory.Slice(first, MarketLayout.OrderBytes).CopyTo(market.Memory.Slice(behind, MarketLayout.OrderBytes));
        level.FirstOrder = CyclingMarket.OrderCapacity + 1;
        Assert.Equal(ReadResult.Corrupt, reader.ReadOrders(snapshot));
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        using var market = new CyclingMarket(731, 100);
        market.Play(80);
        LiveMarketReader reader = Open(market.Memory);
        var snapshot = new BookSnapshot(CyclingMarket.OrderCapacity);
        var window = new DepthWindow(10);
        Read(10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Read(1_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Read(int times)
        {
            for (int i = 0; i < times; i++)
            {
                reader.ReadPrices(out _, out _);
                reader.ReadDepth(window);
                reader.ReadOrders(snapshot);
            }
        }
    }

    internal static LiveMarketReader Open(NativeRegion memory)
    {
        Assert.Equal(BookError.None, LiveMarketReader.TryOpen(memory, out LiveMarketReader? reader));
        return reader!;
    }

    private static ref MarketHeader HeaderOf(NativeRegion memory) =>
        ref MemoryMarshal.AsRef<MarketHeader>(memory.Slice(0, MarketHeader.Size));

    private static void AssertNoCanary(ReadOnlySpan<byte> bytes, int seed, int trial)
    {
        if (MemoryMarshal.Cast<byte, uint>(bytes).Contains(Canary))
            Assert.Fail($"seed {seed}, trial {trial}: bytes behind the slab were read.");
    }
}
