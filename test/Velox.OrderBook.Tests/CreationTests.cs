using System.Runtime.CompilerServices;
using Velox.Primitives;

namespace Velox.OrderBook.Tests;

public class CreationTests
{
    [Fact]
    public void Structures_have_their_documented_sizes()
    {
        Assert.Equal(MarketHeader.Size, Unsafe.SizeOf<MarketHeader>());
        Assert.Equal(MarketLayout.SeatBytes, Unsafe.SizeOf<SeatNode>());
        Assert.Equal(MarketLayout.BlockBytes, Unsafe.SizeOf<PriceBlock>());
        Assert.Equal(MarketLayout.LevelBytes, Unsafe.SizeOf<PriceLevel>());
        Assert.Equal(MarketLayout.ExtraBytes, Unsafe.SizeOf<OrderExtra>());
        Assert.Equal(MarketLayout.OrderBytes, Unsafe.SizeOf<OrderNode>());
        Assert.Equal(BookEvent.Size, Unsafe.SizeOf<BookEvent>());
        Assert.Equal(OrderMessage.Size, Unsafe.SizeOf<OrderMessage>());
    }

    [Fact]
    public void The_first_seat_block_level_order_and_bucket_stand_where_the_layout_says()
    {
        MarketParameters parameters = WithCapacities(orders: 2, levels: 5, seats: 3);
        Market market = TestMarket.CreateWithSeats(parameters, 1, 1_000_000, out TrackedMemory memory);
        ulong id = market.PlaceOk(0, Side.Bid, 7, 5, clientId: 11).OrderId;

        Assert.Equal("VELOXMKT"u8, memory.Bytes[..8]);
        Assert.Equal(TestMarket.OwnerOf(0), memory.Read<SeatNode>(4096).Owner);
        const int Blocks = 4096 + (3 * 128);
        const int Levels = Blocks + (5 * 64);
        const int Orders = Levels + (5 * 64 * 24);
        Assert.Equal(1UL << 7, memory.Read<PriceBlock>(Blocks).Occupied);
        PriceLevel level = memory.Read<PriceLevel>(Levels + (7 * 24));
        Assert.Equal((5UL, 1U, 1U, 1U), (level.TotalLots, level.FirstOrder, level.LastOrder, level.OrderCount));
        OrderNode order = memory.Read<OrderNode>(Orders);
        Assert.Equal((id, 11UL, 5UL), (order.OrderId, order.ClientOrderId, order.OpenLots));
        Assert.Equal((1UL << 20) | 1, id);
        Assert.Equal(64u + 7, order.Level);
        const int Buckets = Orders + (2 * (64 + 32));
        Assert.Equal(1U, memory.Read<uint>(Buckets) & 0xFFFFF);
        Assert.Equal(Buckets + 64, memory.Length);
    }

    [Fact]
    public void Creating_a_large_market_writes_one_page()
    {
        MarketParameters parameters = WithCapacities(95_000, 100, 1);
        TestMarket.Create(parameters, out TrackedMemory memory);
        var pages = new List<int>();
        memory.CollectDirtyPages(pages);
        Assert.Equal([0], pages);
        Assert.InRange(memory.Length, 10_000_000, MarketLayout.MaxAccountBytes);
        Assert.True(MarketLayout.MaxOrders < 1 << MarketLayout.OrderLinkBits);
        Assert.InRange(MarketLayout.RequiredBytes(MarketLayout.MaxOrders, MarketLayout.MaxBlocks, MarketLayout.MaxSeats), 1, MarketLayout.MaxMarketBytes);
    }

    public static TheoryData<string, BookError> BadParameters => new()
    {
        { "no orders", BookError.InvalidCapacity },
        { "no levels", BookError.InvalidCapacity },
        { "no seats", BookError.InvalidCapacity },
        { "too many orders", BookError.InvalidCapacity },
        { "too many levels", BookError.InvalidCapacity },
        { "too many seats", BookError.InvalidCapacity },
        { "all at the top", BookError.InvalidCapacity },
        { "lot of nothing", BookError.InvalidLotSize },
        { "tick of nothing", BookError.InvalidTickSize },
        { "maker fee", BookError.InvalidFee },
        { "taker fee", BookError.InvalidFee },
        { "no open orders", BookError.InvalidOpenOrderLimit },
        { "too many open orders", BookError.InvalidOpenOrderLimit },
    };

    [Theory]
    [MemberData(nameof(BadParameters))]
    public void Parameters_outside_their_bounds_are_refused_on_creation_and_on_opening(string what, BookError expected)
    {
        MarketParameters good = TestMarket.Parameters;
        MarketParameters bad = what switch
        {
            "no orders" => good with { OrderCapacity = 0 },
            "no levels" => good with { BlockCapacity = 0 },
            "no seats" => good with { SeatCapacity = 0 },
            "too many orders" => WithCapacities(MarketLayout.MaxOrders + 1, 1, 1),
            "too many levels" => WithCapacities(1, MarketLayout.MaxBlocks + 1, 1),
            "too many seats" => good with { SeatCapacity = MarketLayout.MaxSeats + 1 },
            "all at the top" => WithCapacities(uint.MaxValue, uint.MaxValue, uint.MaxValue),
            "lot of nothing" => good with { LotSize = 0 },
            "tick of nothing" => good with { TickSize = 0 },
            "maker fee" => good with { MakerFeeBps = MarketLayout.MaxFeeBps + 1 },
            "taker fee" => good with { TakerFeeBps = MarketLayout.MaxFeeBps + 1 },
            "no open orders" => good with { MaxOpenOrdersPerSeat = 0 },
            _ => good with { MaxOpenOrdersPerSeat = MarketLayout.MaxOpenOrdersPerSeat + 1 },
        };
        var memory = new TrackedMemory(1 << 20);
        Assert.Equal(expected, Market.TryCreate(memory, bad, out _));
        Assert.False(memory.IsDirty);

        TestMarket.Create(good, out memory);
        ref MarketHeader header = ref memory.Write<MarketHeader>(0);
        header.OrderCapacity = bad.OrderCapacity;
        header.BlockCapacity = bad.BlockCapacity;
        header.SeatCapacity = bad.SeatCapacity;
        header.LotSize = bad.LotSize;
        header.TickSize = bad.TickSize;
        header.MakerFeeBps = bad.MakerFeeBps;
        header.TakerFeeBps = bad.TakerFeeBps;
        header.MaxOpenOrdersPerSeat = bad.MaxOpenOrdersPerSeat;
        Assert.Equal(expected, Market.TryOpen(memory, out _));
    }

    [Fact]
    public void A_memory_that_is_short_or_not_zero_is_refused()
    {
        TrackedMemory exact = TestMarket.MemoryFor(TestMarket.Parameters);
        var shortByOne = new TrackedMemory(exact.Length - 1);
        Assert.Equal(BookError.MemoryTooShort, Market.TryCreate(shortByOne, TestMarket.Parameters, out _));
        exact.Write(exact.Length - 1, 1)[0] = 1;
        Assert.Equal(BookError.MemoryNotEmpty, Market.TryCreate(exact, TestMarket.Parameters, out _));
        Assert.Equal(BookError.MemoryNotEmpty, Market.TryCreate(CreatedMemory(), TestMarket.Parameters, out _));
    }

    [Fact]
    public void Opening_names_what_is_wrong_with_the_header()
    {
        Assert.Equal(BookError.MemoryTooShort, Market.TryOpen(new TrackedMemory(4095), out _));
        Assert.Equal(BookError.NotAMarket, Market.TryOpen(new TrackedMemory(4096), out _));

        TrackedMemory memory = CreatedMemory();
        memory.Resize(memory.Length - 1);
        Assert.Equal(BookError.MemoryTooShort, Market.TryOpen(memory, out _));
        Assert.Equal(BookError.UnsupportedVersion, OpenWith((ref MarketHeader header) => header.Version++));
        Assert.Equal(BookError.UnsupportedVersion, OpenWith((ref MarketHeader header) => header.Flags = (MarketFlags)2));
        Assert.Equal(
            BookError.CorruptMarket, OpenWith((ref MarketHeader header) => header.SeatCount = header.SeatCapacity + 1));
        Assert.Equal(
            BookError.CorruptMarket, OpenWith((ref MarketHeader header) => header.UsedOrders = header.OrderCapacity + 1));
        Assert.Equal(
            BookError.CorruptMarket, OpenWith((ref MarketHeader header) => header.UsedBlocks = header.BlockCapacity + 1));
        Assert.Equal(BookError.CorruptMarket, OpenWith((ref MarketHeader header) => header.NextOrderSequence = 0));
        Assert.Equal(BookError.CorruptMarket, OpenWith((ref MarketHeader header) => header.IndexBuckets = 0));
        Assert.Equal(BookError.None, OpenWith((ref MarketHeader header) => header.SeatCount = 0));
    }

    private static MarketParameters WithCapacities(uint orders, uint levels, uint seats) =>
        TestMarket.Parameters with { OrderCapacity = orders, BlockCapacity = levels, SeatCapacity = seats };

    private delegate void HeaderChange(ref MarketHeader header);

    private static BookError OpenWith(HeaderChange change)
    {
        TrackedMemory memory = CreatedMemory();
        change(ref memory.Write<MarketHeader>(0));
        return Market.TryOpen(memory, out _);
    }

    private static TrackedMemory CreatedMemory()
    {
        TestMarket.Create(TestMarket.Parameters, out TrackedMemory memory);
        return memory;
    }
}
