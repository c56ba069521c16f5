using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>Markets in native memory, several in one region.</summary>
public class NativeMarketTests
{
    private static readonly int Bytes = (int)MarketLayout.RequiredBytes(
        TestMarket.Parameters.OrderCapacity, TestMarket.Parameters.BlockCapacity, TestMarket.Parameters.SeatCapacity);

    [Theory]
    [InlineData(701, MarketFlags.None, 20)]
    [InlineData(703, MarketFlags.None, 0)]
    [InlineData(704, MarketFlags.MatchingOnly, 0)]
    public void Markets_side_by_side_hold_what_a_market_in_tracked_memory_holds(int seed, MarketFlags flags, int specialPercent)
    {
        MarketParameters parameters = TestMarket.Parameters with { Flags = flags };
        using var region = new NativeRegion(new NativeRegionOptions(2L * Bytes));
        Market[] markets =
            [Create(region, 0, parameters), Create(region, Bytes, parameters), TestMarket.Create(parameters, out TrackedMemory tracked)];
        var buffer = new BookEvent[Market.MaxEventsPerOperation];
        foreach (Market market in markets)
        {
            var flow = new Flow(seed, new FlowShape(6, 500, 60, 40, 300, 2, 65) { SpecialPercent = specialPercent });
            for (uint i = 0; i < 6 && flags == MarketFlags.None; i++)
            {
                Assert.Equal(BookError.None, market.OpenSeat(TestMarket.OwnerOf(i), out uint seat));
                Assert.Equal(BookError.None, market.Credit(seat, Asset.Base, 1UL << 40));
                Assert.Equal(BookError.None, market.Credit(seat, Asset.Quote, 1UL << 40));
            }

            for (int step = 0; step < 5_000; step++)
            {
                flow.Clock = (ulong)step;
                var events = new EventWriter(buffer, flow.Clock, flow.Clock);
                market.Apply(flow.Next(), ref events, out OperationResult result);
                flow.Remember(result.OrderId);
            }

            market.AssertSound();
        }

        Assert.True(region.Slice(0, Bytes).SequenceEqual(tracked.Bytes), $"seed {seed}");
        Assert.True(region.Slice(Bytes, Bytes).SequenceEqual(tracked.Bytes), $"seed {seed}");
        Assert.True(markets[0].Header.TradeCount > 100, $"seed {seed}");
        Assert.Equal(BookError.None, Market.TryOpen(region, Bytes, Bytes, out Market again));
        Assert.Equal(markets[1].Header.NextEventSequence, again.Header.NextEventSequence);
    }

    [Theory]
    [InlineData(MarketFlags.None)]
    [InlineData(MarketFlags.MatchingOnly)]
    public void An_order_with_a_side_that_there_is_not_reaches_nothing_behind_the_market(MarketFlags flags)
    {
        // So small that the last of 256 sides would lie behind the end.
        MarketParameters parameters = TestMarket.Parameters with
        {
            OrderCapacity = 1,
            BlockCapacity = 1,
            SeatCapacity = 1,
            MaxOpenOrdersPerSeat = 1,
            Flags = flags,
        };
        int length = (int)MarketLayout.RequiredBytes(1, 1, 1);
        var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 0);
        for (int side = 2; side < 256; side++)
        {
            using var region = new NativeRegion(new NativeRegionOptions(2L * length));
            Assert.Equal(BookError.None, Market.TryCreate(region, 0, length, parameters, out Market market));
            if (flags == MarketFlags.None)
            {
                Assert.Equal(BookError.None, market.OpenSeat(TestMarket.OwnerOf(0), out _));
                Assert.Equal(BookError.None, market.Credit(0, Asset.Quote, 1UL << 40));
                Assert.Equal(BookError.None, market.Credit(0, Asset.Base, 1UL << 40));
            }

            events.Clear();
            Assert.Equal(
                BookError.None,
                market.Place(0, new NewOrder(Side.Bid, OrderType.Limit, 5, 1), ref events, out OperationResult placed));
            region.Slice(length, length).Fill(0xA5);
            region.Slice(MarketLayout.OrderOffset(1, 1) + 62, 1)[0] = (byte)side;
            try
            {
                market.Cancel(0, placed.OrderId, ref events, out _);
            }
            catch (CorruptMarketException)
            {
            }

            Assert.False(region.Slice(length, length).ContainsAnyExcept((byte)0xA5), $"side {side}");
        }
    }

    [Fact]
    public void A_part_that_leaves_the_region_or_begins_off_a_line_is_refused()
    {
        using var region = new NativeRegion(new NativeRegionOptions(2L * Bytes));
        MarketParameters parameters = TestMarket.Parameters;
        Assert.Throws<ArgumentOutOfRangeException>(() => Market.TryCreate(region, 32, Bytes, parameters, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => Market.TryCreate(region, Bytes + 64, Bytes, parameters, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => Market.TryOpen(region, -64, Bytes, out _));
        Assert.Equal(BookError.MemoryTooShort, Market.TryCreate(region, 0, Bytes - 64, parameters, out _));
        Assert.Equal(BookError.MemoryTooShort, Market.TryOpen(region, 0, 64, out _));
        Assert.Equal(BookError.NotAMarket, Market.TryOpen(region, 0, Bytes, out _));
        region.Slice(Bytes - 1, 1)[0] = 1;
        Assert.Equal(BookError.MemoryNotEmpty, Market.TryCreate(region, 0, Bytes, parameters, out _));
    }

    [Fact]
    public void Looks_at_messages_that_never_come_change_nothing()
    {
        const int Seed = 702;
        var random = new Random(Seed);
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 3, 1UL << 40, out TrackedMemory memory);
        for (ulong id = 1; id <= 200; id++)
            market.PlaceOk((uint)id % 3, Side.Bid, 100 + id, 1, clientId: id);
        byte[] before = memory.Bytes.ToArray();
        memory.ClearDirty();
        for (int i = 0; i < 10_000; i++)
        {
            uint seat = random.Next(4) == 0 ? (uint)random.NextInt64(uint.MaxValue) : (uint)random.Next(3);
            ulong id = random.Next(4) == 0 ? (ulong)random.NextInt64() : (ulong)random.Next(210);
            market.Look(seat, id, out OrderLook look);
            market.LookAtOrder(ref look);
            market.LookAtNeighbours(in look);
            market.LookAtPlace(seat, (Side)random.Next(2), (ulong)random.NextInt64(), ref look);
            market.LookAtQueue(in look);
        }

        Assert.True(memory.Bytes.SequenceEqual(before), $"seed {Seed}");
        Assert.False(memory.IsDirty);
    }

    private static Market Create(NativeRegion region, long offset, MarketParameters parameters)
    {
        Assert.Equal(BookError.None, Market.TryCreate(region, offset, Bytes, parameters, out Market market));
        return market;
    }
}
