using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>Growing a market: a market that grew is the market that was large from the beginning.</summary>
public class GrowthTests
{
    private const int Steps = 4_000;

    private static readonly FlowShape Plain = new(
        6, MiddlePrice: 1_000, PriceSpread: 60, MaxLots: 50, ClientIds: 300, HostilePercent: 1, PlacePercent: 60);

    private static readonly FlowShape Special = Plain with { SpecialPercent = 70, PlacePercent = 75 };

    // As many orders and blocks as all seats together may have open, so that the small market never refuses what the large
    // one takes; 120 orders fill 15 of 16 buckets of the index, so that it is not short of them either.
    private static readonly MarketParameters Small = TestMarket.Parameters with
    {
        OrderCapacity = 121,
        BlockCapacity = 121,
        SeatCapacity = 6,
        MaxOpenOrdersPerSeat = 20,
        MakerFeeBps = 2,
        TakerFeeBps = 5,
    };

    public static TheoryData<string, int> Flows => new()
    {
        { "plain", 801 }, { "plain", 802 }, { "plain", 803 },
        { "special", 804 }, { "special", 805 }, { "special", 806 },
        { "expiries", 807 }, { "expiries", 808 }, { "expiries", 809 },
        { "auctions", 810 }, { "auctions", 811 }, { "auctions", 812 },
        { "stops", 813 }, { "stops", 814 },
    };

    [Theory]
    [MemberData(nameof(Flows))]
    public void A_market_that_grew_is_to_the_byte_one_that_was_large_from_the_beginning(string name, int seed)
    {
        FlowShape shape = name switch
        {
            "plain" => Plain,
            "special" => Special,
            "expiries" => Special with { SpecialPercent = 90, StopPercent = 15, ExpiryPercent = 95, ExpirySpread = 30 },
            "auctions" => Special with { ControlPermille = 20 },
            _ => Special with { SpecialPercent = 85, StopPercent = 85, ExpiryPercent = 40 },
        };
        var random = new Random(seed);
        MarketCapacities[] sizes = RandomSizes(random);
        int[] moments = [.. Enumerable.Range(0, sizes.Length).Select(_ => random.Next(Steps)).Order()];
        MarketCapacities last = sizes[^1];
        Market large = TestMarket.CreateWithSeats(
            Small with { OrderCapacity = last.Orders, BlockCapacity = last.Blocks, SeatCapacity = last.Seats }, 6, 1UL << 40,
            out TrackedMemory largeMemory);
        Market market = TestMarket.CreateWithSeats(Small, 6, 1UL << 40, out TrackedMemory memory);
        var flow = new Flow(seed, shape);
        BookEvent[] buffer = new BookEvent[Market.MaxEventsPerOperation];
        BookEvent[] largeBuffer = new BookEvent[Market.MaxEventsPerOperation];
        int grown = 0;
        for (int step = 0; step < Steps; step++)
        {
            for (; grown < sizes.Length && moments[grown] == step; grown++)
                market = Grow(memory, sizes[grown], $"seed {seed}, step {step}");
            flow.Clock = (ulong)step / 7;
            Operation operation = flow.Next();

            // The seats of the small market are taken, and the authority may let one have more orders than there is room for.
            if (grown < sizes.Length && operation.Kind is OperationKind.OpenSeat or OperationKind.SetSeatLimits)
                continue;
            var events = new EventWriter(buffer, flow.Clock, flow.Clock);
            var largeEvents = new EventWriter(largeBuffer, flow.Clock, flow.Clock);
            BookError error = market.Apply(operation, ref events, out OperationResult result);
            BookError largeError = large.Apply(operation, ref largeEvents, out OperationResult largeResult);
            Assert.True(
                error == largeError && result.Equals(largeResult)
                && Bytes(events.Written).SequenceEqual(Bytes(largeEvents.Written)),
                $"seed {seed}, step {step}: {error} and {largeError} after {operation}");
            flow.Remember(result.OrderId);
        }

        market.AssertSound();
        Assert.True(memory.Bytes.SequenceEqual(largeMemory.Bytes), $"seed {seed}: the slabs differ.");
        Assert.True(market.Header.TradeCount > 200, $"seed {seed}: only {market.Header.TradeCount} trades.");
    }

    [Theory]
    [InlineData(821, 15U)]
    [InlineData(822, 33U)]
    [InlineData(823, 71U)]
    public void A_market_short_of_buckets_trades_as_the_large_one_after_it_grew(int seed, uint orders)
    {
        // One more order than 8 for each bucket: here the large market has a bucket more, and nobody can see it.
        MarketParameters small = Small with { OrderCapacity = orders, SeatCapacity = 6, MaxOpenOrdersPerSeat = orders / 6 };
        FlowShape shape = Plain with { PlacePercent = 85, PriceSpread = 400, ClientIds = 10_000 };
        Market large = TestMarket.CreateWithSeats(small with { OrderCapacity = 5_000 }, 6, 1UL << 40, out _);
        Market market = TestMarket.CreateWithSeats(small, 6, 1UL << 40, out TrackedMemory memory);
        var flow = new Flow(seed, shape);
        BookEvent[] buffer = new BookEvent[Market.MaxEventsPerOperation];
        BookEvent[] largeBuffer = new BookEvent[Market.MaxEventsPerOperation];
        for (int step = 0; step < Steps; step++)
        {
            if (step == Steps / 2)
                market = Grow(memory, new MarketCapacities(5_000, small.BlockCapacity, 6), $"seed {seed}");
            Operation operation = flow.Next();
            var events = new EventWriter(buffer, 0);
            var largeEvents = new EventWriter(largeBuffer, 0);
            BookError error = market.Apply(operation, ref events, out OperationResult result);
            BookError largeError = large.Apply(operation, ref largeEvents, out OperationResult largeResult);
            Assert.True(
                error == largeError && result.Equals(largeResult)
                && Bytes(events.Written).SequenceEqual(Bytes(largeEvents.Written)),
                $"seed {seed}, step {step}: {error} and {largeError} after {operation}");
            flow.Remember(result.OrderId);
        }

        market.AssertSound();
    }

    [Theory]
    [InlineData(831)]
    [InlineData(832)]
    public void A_copy_into_larger_memory_is_what_growing_in_place_gives(int seed)
    {
        var random = new Random(seed);
        Market market = Played(seed, Special with { ControlPermille = 10 }, out TrackedMemory memory);
        foreach (MarketCapacities size in (MarketCapacities[])[market.Capacities, .. RandomSizes(random)])
        {
            byte[] before = memory.Bytes.ToArray();
            memory.ClearDirty();
            var tracked = new TrackedMemory((int)size.RequiredBytes + 100);
            using var region = new NativeRegion(new NativeRegionOptions(size.RequiredBytes + 128));
            Assert.Equal(BookError.None, market.TryCopyTo(tracked, size, out Market copy));
            Assert.Equal(BookError.None, market.TryCopyTo(region, 64, (int)size.RequiredBytes + 64, size, out Market native));
            Assert.False(memory.IsDirty);
            Assert.True(memory.Bytes.SequenceEqual(before), $"seed {seed}: copying changed the original.");
            Assert.Equal(size, copy.Capacities);
            copy.AssertSound();
            native.AssertSound();

            TrackedMemory again = Copy(before);
            Grow(again, size, $"seed {seed}");
            Assert.True(tracked.Bytes[..again.Length].SequenceEqual(again.Bytes), $"seed {seed}, {size}: the copy differs.");
            Assert.True(region.Slice(64, again.Length).SequenceEqual(again.Bytes), $"seed {seed}, {size}: the native copy differs.");

            // From native memory as well.
            var back = new TrackedMemory(again.Length);
            Assert.Equal(BookError.None, native.TryCopyTo(back, size, out _));
            Assert.True(back.Bytes.SequenceEqual(again.Bytes));
            Assert.Equal(BookError.MemoryNotEmpty, native.TryCopyTo(region, 64, (int)size.RequiredBytes, size, out _));
        }
    }

    [Fact]
    public void What_is_refused_changes_nothing()
    {
        Market market = Played(841, Special, out TrackedMemory memory);
        MarketCapacities now = market.Capacities;
        MarketCapacities wanted = new(now.Orders + 1, now.Blocks + 1, now.Seats + 1);
        Refuse(BookError.InvalidCapacity, now with { Orders = now.Orders - 1 });
        Refuse(BookError.InvalidCapacity, wanted with { Blocks = now.Blocks - 1 });
        Refuse(BookError.InvalidCapacity, wanted with { Seats = now.Seats - 1 });
        Refuse(BookError.InvalidCapacity, wanted with { Orders = MarketLayout.MaxOrders + 1 });
        Refuse(BookError.InvalidCapacity, new(uint.MaxValue, uint.MaxValue, uint.MaxValue));
        Refuse(BookError.MemoryTooShort, wanted);
        memory.Resize((int)wanted.RequiredBytes - 1);
        Refuse(BookError.MemoryTooShort, wanted);
        memory.Resize((int)wanted.RequiredBytes + 1);
        memory.Write((int)now.RequiredBytes, 1)[0] = 1;
        Refuse(BookError.MemoryNotEmpty, wanted);
        memory.Write((int)now.RequiredBytes, 1)[0] = 0;

        // What lies behind the new end is not the market's.
        memory.Write((int)wanted.RequiredBytes, 1)[0] = 7;
        memory.Write((int)now.RequiredBytes - 1, 1)[0] = 1;
        Refuse(BookError.CorruptMarket, wanted);
        memory.Write((int)now.RequiredBytes - 1, 1)[0] = 0;
        market = Grow(memory, wanted, "at last");
        Assert.Equal(7, memory.Bytes[^1]);
        memory.ClearDirty();
        Grow(memory, wanted, "to the same size");
        Assert.False(memory.IsDirty);
        Assert.Equal(BookError.NotAMarket, Market.TryGrow(new TrackedMemory(1 << 20), wanted, out _));

        void Refuse(BookError expected, in MarketCapacities capacities)
        {
            byte[] before = memory.Bytes.ToArray();
            memory.ClearDirty();
            Assert.Equal(expected, Market.TryGrow(memory, capacities, out _));
            Assert.False(memory.IsDirty);
            Assert.True(memory.Bytes.SequenceEqual(before));
        }
    }

    [Fact]
    public void Growing_can_be_undone()
    {
        Market market = Played(851, Special, out TrackedMemory memory);
        byte[] before = memory.Bytes.ToArray();
        var size = new MarketCapacities(4_000, 300, 70);
        memory.Checkpoint();
        memory.Resize((int)size.RequiredBytes);
        Assert.Equal(BookError.None, Market.TryGrow(memory, size, out market));
        market.PlaceOk(0, Side.Bid, 5, 1);
        memory.Rollback();
        Assert.True(memory.Bytes.SequenceEqual(before));
    }

    [Theory]
    [InlineData(861)]
    [InlineData(862)]
    public void A_damaged_market_grows_or_is_refused_and_nothing_worse(int seed)
    {
        var random = new Random(seed);
        Market market = Played(seed, Special, out TrackedMemory sound);
        byte[] bytes = sound.Bytes.ToArray();
        MarketCapacities size = RandomSizes(random)[^1];
        int refused = 0;
        for (int round = 0; round < 2_000; round++)
        {
            TrackedMemory memory = Copy(bytes);
            memory.Resize((int)size.RequiredBytes);
            for (int count = random.Next(1, 4); count > 0; count--)
            {
                int offset = random.Next(2) == 0 ? random.Next(MarketHeader.Size) : random.Next(bytes.Length);
                memory.Write(offset, 1)[0] ^= (byte)(1 << random.Next(8));
            }

            byte[] before = memory.Bytes.ToArray();
            BookError error = Market.TryGrow(memory, size, out market);
            refused += error == BookError.None ? 0 : 1;
            if (error == BookError.None)
                market.CheckInvariants(out _);
            else
                Assert.True(memory.Bytes.SequenceEqual(before), $"seed {seed}, round {round}: {error} changed the slab.");
        }

        Assert.True(refused > 100, $"seed {seed}: only {refused} were refused.");
    }

    private static Market Grow(TrackedMemory memory, in MarketCapacities size, string where)
    {
        memory.Resize(Math.Max(memory.Length, (int)size.RequiredBytes));
        BookError error = Market.TryGrow(memory, size, out Market market);
        Assert.True(error == BookError.None, $"{where}: {error}");
        market.AssertSound();
        return market;
    }

    /// <summary>Three steps up, in some of which only one of the capacities grows.</summary>
    private static MarketCapacities[] RandomSizes(Random random)
    {
        var sizes = new MarketCapacities[3];
        MarketCapacities at = new(Small.OrderCapacity, Small.BlockCapacity, Small.SeatCapacity);
        for (int i = 0; i < sizes.Length; i++)
        {
            int what = random.Next(1, 8);
            at = new(
                at.Orders + ((what & 1) != 0 ? (uint)random.Next(1, 600) : 0),
                at.Blocks + ((what & 2) != 0 ? (uint)random.Next(1, 100) : 0),
                at.Seats + ((what & 4) != 0 ? (uint)random.Next(1, 40) : 0));
            sizes[i] = at;
        }

        return sizes;
    }

    private static Market Played(int seed, FlowShape shape, out TrackedMemory memory)
    {
        Market market = TestMarket.CreateWithSeats(Small, 6, 1UL << 40, out memory);
        var flow = new Flow(seed, shape with { ExpiryPercent = 90 });
        BookEvent[] buffer = new BookEvent[Market.MaxEventsPerOperation];
        for (int step = 0; step < 1_500 || market.Header is { TimeExpiries: < 3 } or { SlotExpiries: < 3 }; step++)
        {
            flow.Clock = (ulong)step / 7;
            var events = new EventWriter(buffer, flow.Clock, flow.Clock);
            market.Apply(flow.Next(), ref events, out OperationResult result);
            flow.Remember(result.OrderId);
            Assert.True(step < 100_000, $"seed {seed}: the flow never leaves expiries.");
        }

        return market;
    }

    private static TrackedMemory Copy(byte[] bytes)
    {
        var memory = new TrackedMemory(bytes.Length);
        bytes.CopyTo(memory.Write(0, bytes.Length));
        return memory;
    }

    private static ReadOnlySpan<byte> Bytes(ReadOnlySpan<BookEvent> events) => MemoryMarshal.AsBytes(events);
}
