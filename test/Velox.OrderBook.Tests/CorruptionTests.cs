using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>
/// Damaged slabs: always a named error or the one exception, never an endless loop or a foreign exception.
/// </summary>
public class CorruptionTests
{
    private static readonly FlowShape Shape = new(
        4, MiddlePrice: 300, PriceSpread: 120, MaxLots: 20, ClientIds: 50, HostilePercent: 2, PlacePercent: 60);

    private static readonly FlowShape SpecialShape = Shape with { SpecialPercent = 70, StopPercent = 40, PlacePercent = 75 };

    private static readonly MarketParameters Parameters = TestMarket.Parameters with
    {
        OrderCapacity = 60,
        BlockCapacity = 8,
        SeatCapacity = 4,
        MaxOpenOrdersPerSeat = 30,
        MakerFeeBps = 3,
        TakerFeeBps = 7,
    };

    [Theory]
    [InlineData(501, false)]
    [InlineData(502, false)]
    [InlineData(503, true)]
    [InlineData(504, true)]
    [InlineData(505, true)]
    public void Random_damage_ends_in_an_error_or_the_one_exception(int seed, bool isSpecial)
    {
        var random = new Random(seed);
        byte[] sound = Grow(seed, 400, isSpecial);
        int found = 0;
        int refused = 0;
        for (int round = 0; round < 3_000; round++)
        {
            TrackedMemory memory = Copy(sound);
            Damage(random, memory);
            if (Market.TryOpen(memory, out Market market) != BookError.None)
            {
                refused++;
                continue;
            }

            found += market.CheckInvariants(out _) == BookError.CorruptMarket ? 1 : 0;
            UseWhileDamaged(market, seed + round, isSpecial ? SpecialShape with { ControlPermille = 150 } : Shape);
        }

        Assert.True(found > 1_000 && refused > 10, $"seed {seed}: {found} contradictions found, {refused} headers refused.");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Bytes_of_pure_noise_behind_a_sound_header_are_found_and_survived(bool isSpecial)
    {
        var random = new Random(505);
        byte[] sound = Grow(505, 400, isSpecial);
        for (int round = 0; round < 300; round++)
        {
            TrackedMemory memory = Copy(sound);
            random.NextBytes(memory.Write(MarketLayout.HeaderBytes, memory.Length - MarketLayout.HeaderBytes));
            Assert.Equal(BookError.None, Market.TryOpen(memory, out Market market));
            Assert.Equal(BookError.CorruptMarket, market.CheckInvariants(out string detail));
            Assert.NotEmpty(detail);
            UseWhileDamaged(market, round, isSpecial ? SpecialShape : Shape);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_full_check_finds_a_flip_of_any_bit_that_carries_structure_or_money(bool isSpecial)
    {
        byte[] sound = Grow(506, 400, isSpecial);
        Assert.Equal(BookError.None, Market.TryOpen(Copy(sound), out Market market));
        market.AssertSound();
        for (int offset = 0; offset < sound.Length; offset++)
        {
            if (IsFree(market.Header, offset) || IsFreeOfSpecial(sound, market.Header, offset))
                continue;
            for (int bit = 0; bit < 8; bit++)
            {
                TrackedMemory memory = Copy(sound);
                memory.Write(offset, 1)[0] ^= (byte)(1 << bit);
                BookError error = Market.TryOpen(memory, out Market damaged);
                if (error == BookError.None)
                    error = damaged.CheckInvariants(out _);
                Assert.True(error != BookError.None, $"A flip of bit {bit} of byte {offset} is not found.");
            }
        }
    }

    [Fact]
    public void A_ring_in_a_list_ends()
    {
        TrackedMemory memory = Copy(Grow(507, 400, isSpecial: false));
        Assert.Equal(BookError.None, Market.TryOpen(memory, out Market market));
        uint best = market.Header.Asks.Best;
        int blocks = MarketLayout.HeaderBytes + ((int)Parameters.SeatCapacity * MarketLayout.SeatBytes);
        int block = blocks + ((int)((best / 64) - 1) * MarketLayout.BlockBytes);
        int level = blocks + ((int)Parameters.BlockCapacity * MarketLayout.BlockBytes) + ((int)(best - 64) * MarketLayout.LevelBytes);
        memory.Write<PriceBlock>(block).Higher = best / 64;
        Assert.Equal(1_000, market.Depth(Side.Ask, new DepthLevel[1_000]));
        memory.Write<PriceLevel>(level).FirstOrder = 0;
        Assert.Throws<CorruptMarketException>(() => market.Orders(Side.Ask, new OrderNode[1_000]));
        Assert.Equal(BookError.CorruptMarket, market.CheckInvariants(out _));
    }

    /// <summary>A slab with orders on both sides, freed nodes of both kinds, and nodes never used.</summary>
    private static byte[] Grow(int seed, int operations, bool isSpecial)
    {
        Market market = TestMarket.CreateWithSeats(Parameters, 3, 5_000_000, out TrackedMemory memory);
        var flow = new Flow(seed, isSpecial ? SpecialShape : Shape);
        var buffer = new BookEvent[Market.MaxEventsPerOperation];
        for (int i = 0; i < operations || !IsInteresting(market.Header) || (isSpecial && !IsSpecial(market.Header)); i++)
        {
            var events = new EventWriter(buffer, 0);
            market.Apply(flow.Next(), ref events, out OperationResult result);
            flow.Remember(result.OrderId);
            Assert.True(i < 100_000, $"seed {seed}: the flow never leaves nodes of every state.");
        }

        return memory.Bytes.ToArray();
    }

    private static bool IsInteresting(in MarketHeader header) =>
        header is { FreeOrder: not 0, FreeBlock: not 0, Bids.LevelCount: > 2, Asks.LevelCount: > 2 }
        && header.UsedBlocks < header.BlockCapacity;

    private static bool IsSpecial(in MarketHeader header) =>
        header is { SlotExpiries: > 2, TimeExpiries: > 2, FirstStopBid: not 0, FirstStopAsk: not 0 };

    private static TrackedMemory Copy(byte[] bytes)
    {
        var memory = new TrackedMemory(bytes.Length);
        bytes.CopyTo(memory.Write(0, bytes.Length));
        return memory;
    }

    /// <summary>Flips bits, or overwrites a word with a number that may be a plausible link.</summary>
    private static void Damage(Random random, TrackedMemory memory)
    {
        for (int count = random.Next(1, 6); count > 0; count--)
        {
            int offset = random.Next(4) == 0 ? random.Next(MarketHeader.Size) : random.Next(MarketLayout.HeaderBytes, memory.Length);
            if (random.Next(2) == 0)
                memory.Write(offset, 1)[0] ^= (byte)(1 << random.Next(8));
            else
                memory.Write<uint>(offset & ~3) = (uint)random.Next(70);
        }
    }

    private static void UseWhileDamaged(Market market, int seed, FlowShape shape)
    {
        var flow = new Flow(seed, shape);
        var buffer = new BookEvent[Market.MaxEventsPerOperation];
        try
        {
            market.Depth(Side.Bid, new DepthLevel[100]);
            market.Orders(Side.Ask, new OrderNode[100]);
            market.OrdersOf(0, new OrderNode[100]);
            for (ulong i = 0; i < 30; i++)
            {
                flow.Clock = i * 4;
                var events = new EventWriter(buffer, flow.Clock, flow.Clock);
                market.Apply(flow.Next(), ref events, out OperationResult result);
                flow.Remember(result.OrderId);
            }
        }
        catch (CorruptMarketException)
        {
            // The documented end of an operation on a damaged slab. Any other exception fails the test.
        }

        market.CheckInvariants(out _);
    }

    /// <summary>
    /// Bytes whose value nothing else in the slab determines: names, keys, counters of the past, reserved bytes.
    /// </summary>
    private static bool IsFree(in MarketHeader header, int offset)
    {
        int seats = MarketLayout.HeaderBytes;
        int blocks = seats + ((int)header.SeatCapacity * MarketLayout.SeatBytes);
        int levels = blocks + ((int)header.BlockCapacity * MarketLayout.BlockBytes);
        int orders = levels + ((int)header.BlockCapacity * MarketLayout.BlockTicks * MarketLayout.LevelBytes);
        int extras = orders + ((int)header.OrderCapacity * MarketLayout.OrderBytes);
        if (offset < seats)
        {
            // Capacities, limits, sizes and fees may be other and still lawful, and a bucket without orders be there or not;
            // sequences, versions, last trade, addresses, hints (BlockHintTests).
            return offset is (>= 12 and < 52) or (>= 56 and < 80) or (>= 100 and < 104) or (>= 124 and < 128) or (>= 152 and < 156) or (>= 160 and < 184) or (>= 192 and < 200)
                or (>= 216 and < 256) or (>= 304 and < 512) or (>= 520 and < 528) or (>= 532 and < 544) or (>= 640 and < 768);
        }

        if (offset < blocks)
        {
            int inSeat = (offset - seats) % MarketLayout.SeatBytes;
            bool isOpen = offset < seats + ((int)header.SeatCount * MarketLayout.SeatBytes);
            return isOpen && inSeat is < 64 or >= 120;
        }

        if (offset < levels)
            return (offset - blocks) % MarketLayout.BlockBytes >= 40;
        if (offset < orders)
            return (offset - levels) % MarketLayout.LevelBytes >= 20;

        // An order's id may still ascend after a flip, its client id belong on the same path, its type be the other that rests.
        return offset < extras && (offset - orders) % MarketLayout.OrderBytes is < 16 or 63;
    }

    /// <summary>
    /// Bytes of special orders that may be other and still lawful: sizes of peaks, expiries and triggers that keep their
    /// order, and the price of a waiting ask, behind which stands base and not quote.
    /// </summary>
    private static bool IsFreeOfSpecial(byte[] bytes, in MarketHeader header, int offset)
    {
        int orders = MarketLayout.HeaderBytes + ((int)header.SeatCapacity * MarketLayout.SeatBytes)
            + ((int)header.BlockCapacity * (MarketLayout.BlockBytes + (MarketLayout.BlockTicks * MarketLayout.LevelBytes)));
        int extras = orders + ((int)header.OrderCapacity * MarketLayout.OrderBytes);
        if (offset < orders)
            return false;
        if (offset < extras)
        {
            int start = offset - ((offset - orders) % MarketLayout.OrderBytes);
            OrderNode node = MemoryMarshal.Read<OrderNode>(bytes.AsSpan(start));
            return node is { IsWaiting: true, Side: Side.Ask } && offset - start is >= 16 and < 24;
        }

        int inExtra = (offset - extras) % MarketLayout.ExtraBytes;
        return offset < extras + ((int)header.OrderCapacity * MarketLayout.ExtraBytes) && inExtra < 24
            && bytes.AsSpan(offset - inExtra, 24).ContainsAnyExcept((byte)0);
    }
}
