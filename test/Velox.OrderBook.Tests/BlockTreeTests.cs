using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <summary>The tree stays balanced whatever prices come and go: the full check proves it at every level.</summary>
public class BlockTreeTests
{
    private const uint Blocks = 4_000;

    private static readonly MarketParameters Parameters = TestMarket.Parameters with
    {
        OrderCapacity = Blocks,
        BlockCapacity = Blocks,
        MaxOpenOrdersPerSeat = Blocks,
        LotSize = 1,
        TickSize = 1,
    };

    public static TheoryData<string> Sequences => new(
        "rising", "falling", "from both ends", "from the middle", "bit-reversed", "random");

    [Theory]
    [MemberData(nameof(Sequences))]
    public void Hostile_prices_cannot_unbalance_the_tree(string name)
    {
        foreach (Side side in (Side[])[Side.Bid, Side.Ask])
        {
            Market market = TestMarket.CreateWithSeats(Parameters, 1, 1UL << 40, out TrackedMemory memory);
            ulong[] prices = Prices(name, new Random(401));
            var ids = new ulong[prices.Length];
            for (int i = 0; i < prices.Length; i++)
            {
                ids[i] = market.PlaceOk(0, side, prices[i], 1).OrderId;
                if (i % 500 == 0)
                    market.AssertSound();
            }

            market.AssertSound();
            int blocks = MarketLayout.HeaderBytes + ((int)Parameters.SeatCapacity * MarketLayout.SeatBytes);
            uint root = side == Side.Bid ? market.Header.BidRoot : market.Header.AskRoot;
            uint height = memory.Read<PriceBlock>(blocks + ((int)(root - 1) * MarketLayout.BlockBytes)).Height;
            Assert.InRange(height, 12U, (uint)(1.44 * Math.Log2(Blocks + 2)));

            RemoveHalf(market, ids);
            ulong[] left = market.AllLevels(side).Select(level => level.PriceTicks).ToArray();
            ulong[] expected = prices.Where((_, i) => i % 2 == 1).Order().ToArray();
            Assert.Equal(side == Side.Bid ? expected.Reverse() : expected, left);
        }
    }

    [Fact]
    public void A_tree_that_levels_enter_and_leave_at_random_stays_sound_after_every_step()
    {
        const int Seed = 402;
        var random = new Random(Seed);
        MarketParameters parameters = Parameters with { OrderCapacity = 64, BlockCapacity = 64 };
        Market market = TestMarket.CreateWithSeats(parameters, 1, 1UL << 40, out _);
        var open = new List<ulong>();
        var events = new EventWriter(new BookEvent[1], 0);
        for (int step = 0; step < 20_000; step++)
        {
            // Long runs of growing and of shrinking, so that all sizes are met.
            bool grows = random.Next(100) < (step / 500 % 2 == 0 ? 70 : 30);
            ulong price = (ulong)random.Next(1, 200 * 40);
            if (grows && market.PlaceOne(0, Side.Ask, price, 1, out OperationResult result) == BookError.None)
            {
                open.Add(result.OrderId);
            }
            else if (open.Count > 0)
            {
                int which = random.Next(open.Count);
                events.Clear();
                Assert.Equal(BookError.None, market.Cancel(0, open[which], ref events, out _));
                open.RemoveAt(which);
            }

            BookError error = market.CheckInvariants(out string detail);
            Assert.True(error == BookError.None, $"seed {Seed}, step {step}: {detail}");
        }
    }

    private static void RemoveHalf(Market market, ulong[] ids)
    {
        var events = new EventWriter(new BookEvent[1], 0);
        for (int i = 0; i < ids.Length; i += 2)
        {
            events.Clear();
            Assert.Equal(BookError.None, market.Cancel(0, ids[i], ref events, out _));
            if (i % 500 == 0)
                market.AssertSound();
        }

        market.AssertSound();
    }

    private static ulong[] Prices(string name, Random random)
    {
        ulong[] rising = Enumerable.Range(1, (int)Blocks).Select(block => (ulong)block * 64).ToArray();
        switch (name)
        {
            case "rising":
                return rising;
            case "falling":
                return rising.Reverse().ToArray();
            case "from both ends":
                return rising.Select((_, i) => i % 2 == 0 ? rising[i / 2] : rising[^((i / 2) + 1)]).ToArray();
            case "from the middle":
                return rising.OrderBy(price => Math.Abs((long)price - (Blocks * 32))).ToArray();
            case "bit-reversed":
                return rising.OrderBy(price => Enumerable.Range(0, 16).Sum(bit => (int)((price >> 6 >> bit) & 1) << (15 - bit)))
                    .ToArray();
            default:
                random.Shuffle(rising);
                return rising;
        }
    }
}
