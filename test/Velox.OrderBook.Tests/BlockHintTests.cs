using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>Hints at blocks save a search and change no answer; the check refuses those that lead elsewhere.</summary>
public class BlockHintTests
{
    private const int BidHints = 640;
    private const int AskHints = 704;
    private const int Places = 16;

    [Fact]
    public void Blocks_that_share_a_place_are_all_found()
    {
        const int Seed = 711;
        var random = new Random(Seed);
        Market market = TestMarket.CreateWithSeats(
            TestMarket.Parameters with { OrderCapacity = 400, BlockCapacity = 64, MaxOpenOrdersPerSeat = 400 }, 2, 1UL << 50,
            out _);
        var open = new List<(ulong Id, ulong Price)>();
        var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 0);
        for (int step = 0; step < 20_000; step++)
        {
            events.Clear();
            if (open.Count < 200 && random.Next(5) != 0)
            {
                // 30 blocks, all at one place.
                ulong price = 1 + (ulong)random.Next(64) + ((ulong)random.Next(1, 31) * 64 * Places);
                open.Add((market.PlaceOk(0, Side.Bid, price, 1).OrderId, price));
            }
            else if (open.Count != 0)
            {
                int which = random.Next(open.Count);
                Assert.Equal(BookError.None, market.Cancel(0, open[which].Id, ref events, out _));
                open.RemoveAt(which);
            }

            if (step % 100 == 0)
                market.AssertSound();
            ulong best = market.TryGetBest(Side.Bid, out DepthLevel level) ? level.PriceTicks : 0;
            Assert.True(best == open.Select(order => order.Price).DefaultIfEmpty().Max(), $"seed {Seed}, step {step}: best {best}");
        }
    }

    [Fact]
    public void A_hint_at_a_block_of_another_place_of_the_other_side_or_at_none_is_found()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 2, 1UL << 40, out TrackedMemory memory);
        market.PlaceOk(0, Side.Bid, 64, 1); // block 1, place 1
        market.PlaceOk(0, Side.Bid, 128, 1); // block 2, place 2
        market.PlaceOk(1, Side.Ask, 200, 1); // block 3, place 3
        Assert.Equal(1u, memory.Read<uint>(BidHints + 4));
        Assert.Equal(2u, memory.Read<uint>(BidHints + 8));
        Assert.Equal(3u, memory.Read<uint>(AskHints + 12));
        foreach ((int offset, uint link) in (ReadOnlySpan<(int, uint)>)[(BidHints, 1), (BidHints + 12, 3), (BidHints + 4, 4), (AskHints + 4, 1)])
        {
            uint before = memory.Read<uint>(offset);
            memory.Write<uint>(offset) = link;
            Assert.Equal(BookError.CorruptMarket, market.CheckInvariants(out _));
            memory.Write<uint>(offset) = before;
            market.AssertSound();
        }

        memory.Write<uint>(BidHints + 4) = 0; // that there is none is no contradiction
        market.AssertSound();
    }
}
