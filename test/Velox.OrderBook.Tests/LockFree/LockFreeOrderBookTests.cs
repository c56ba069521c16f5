namespace Velox.OrderBook.Tests;

public sealed class EpochOrderBookTests() : LockFreeOrderBookTests(LockFreeReclamation.Epochs);

public sealed class HazardOrderBookTests() : LockFreeOrderBookTests(LockFreeReclamation.HazardPointers);

/// <summary>The lock-free book as one thread sees it, with either way of using nodes again.</summary>
public abstract class LockFreeOrderBookTests : IDisposable
{
    private readonly LockFreeOrderBook _book;
    private readonly LockFreeTrader _trader;
    private readonly LockFreeFill[] _fills = new LockFreeFill[16];

    protected LockFreeOrderBookTests(LockFreeReclamation way)
    {
        _book = new LockFreeOrderBook(capacity: 64, maxThreads: 2, way);
        _trader = _book.TryJoin()!;
    }

    public void Dispose()
    {
        _trader.Dispose();
        _book.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void The_best_price_fills_first_and_inside_it_the_oldest_order()
    {
        Place(Side.Ask, 11, 5, client: 1);
        Place(Side.Ask, 10, 2, client: 2);
        Place(Side.Ask, 10, 2, client: 3);
        LockFreePlacement taken = Place(Side.Bid, 11, 7, client: 4);
        Assert.Equal((LockFreeOutcome.Done, 0ul, 7u, 0u), (taken.Outcome, taken.OrderId, taken.TakenLots, taken.RestedLots));
        Assert.Equal(
            [(2ul, 10ul, 2u), (3ul, 10ul, 2u), (1ul, 11ul, 3u)],
            _fills[..taken.Fills].Select(fill => (fill.MakerClientOrderId, fill.PriceTicks, fill.Lots)));
        Assert.Equal([new DepthLevel(11, 2, 1)], Depth(Side.Ask));
        Assert.Equal((11ul, (ulong?)null), (_trader.BestTicks(Side.Ask), _trader.BestTicks(Side.Bid)));
    }

    [Fact]
    public void What_does_not_match_rests_or_is_gone()
    {
        Place(Side.Ask, 10, 2);
        LockFreePlacement limit = Place(Side.Bid, 10, 5);
        Assert.Equal((2u, 3u, 0u), (limit.TakenLots, limit.RestedLots, limit.UnplacedLots));
        LockFreePlacement immediate = Place(Side.Ask, 10, 5, OrderType.ImmediateOrCancel);
        Assert.Equal((3u, 0u, 2u), (immediate.TakenLots, immediate.RestedLots, immediate.UnplacedLots));
        Assert.Empty(Depth(Side.Bid));
        Assert.Empty(Depth(Side.Ask));
    }

    [Fact]
    public void A_cancelled_order_is_open_no_more_and_says_what_was_open()
    {
        LockFreePlacement placed = Place(Side.Bid, 10, 5);
        Place(Side.Ask, 10, 2, OrderType.ImmediateOrCancel);
        Assert.Equal((LockFreeOutcome.Done, 3u), Cancel(placed.OrderId));
        Assert.Equal((LockFreeOutcome.NotOpen, 0u), Cancel(placed.OrderId));
        Assert.Empty(Depth(Side.Bid));
    }

    [Fact]
    public void An_id_is_refused_when_its_node_is_somebody_elses()
    {
        var ids = new HashSet<ulong>();
        for (int i = 0; i < 1_000; i++)
        {
            LockFreePlacement placed = Place(Side.Bid, 10, 1);
            Assert.True(ids.Add(placed.OrderId));
            Assert.Equal(LockFreeOutcome.Done, Cancel(placed.OrderId).Outcome);
        }

        LockFreePlacement last = Place(Side.Bid, 10, 1);
        Assert.All(ids, id => Assert.Equal(LockFreeOutcome.NotOpen, Cancel(id).Outcome));
        Assert.Equal(LockFreeOutcome.Done, Cancel(last.OrderId).Outcome);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(69)]
    [InlineData(ulong.MaxValue)]
    public void An_id_that_never_was_is_refused(ulong id) => Assert.Equal(LockFreeOutcome.NotOpen, Cancel(id).Outcome);

    [Fact]
    public void A_full_pool_refuses_the_order_and_takes_one_again_after_a_cancel()
    {
        var placed = new List<LockFreePlacement>();
        while (Place(Side.Bid, 10, 1) is { Outcome: LockFreeOutcome.Done } one)
            placed.Add(one);
        Assert.InRange(placed.Count, 60, 64);
        Assert.Equal((LockFreeOutcome.NoNode, 1u), (Place(Side.Bid, 10, 1).Outcome, Place(Side.Bid, 10, 1).UnplacedLots));
        Assert.Equal(1u, Place(Side.Ask, 10, 1, OrderType.ImmediateOrCancel).TakenLots);
        Assert.Equal(LockFreeOutcome.Done, Cancel(placed[^1].OrderId).Outcome);
        Assert.Equal(LockFreeOutcome.Done, Place(Side.Bid, 10, 1).Outcome);
    }

    [Fact]
    public void More_fills_than_there_is_room_for_end_the_order()
    {
        for (int i = 0; i < 17; i++)
            Place(Side.Ask, 10, 1);
        LockFreePlacement taken = Place(Side.Bid, 10, 20);
        Assert.Equal((LockFreeOutcome.FillLimit, 16u, 4u), (taken.Outcome, taken.TakenLots, taken.UnplacedLots));
        Assert.Equal([new DepthLevel(10, 1, 1)], Depth(Side.Ask));
    }

    [Theory]
    [InlineData(0ul, 1ul, OrderType.Limit, LockFreeOutcome.Invalid)]
    [InlineData(1ul, 0ul, OrderType.Limit, LockFreeOutcome.Invalid)]
    [InlineData(1ul, 1ul + uint.MaxValue, OrderType.Limit, LockFreeOutcome.Invalid)]
    [InlineData(1ul, 1ul, OrderType.PostOnly, LockFreeOutcome.Unsupported)]
    [InlineData(1ul, 1ul, OrderType.FillOrKill, LockFreeOutcome.Unsupported)]
    [InlineData(ulong.MaxValue, (ulong)uint.MaxValue, OrderType.Limit, LockFreeOutcome.Done)]
    public void What_it_cannot_do_is_said(ulong price, ulong lots, OrderType type, LockFreeOutcome outcome) =>
        Assert.Equal(outcome, _trader.Place(new NewOrder(Side.Bid, type, price, lots), _fills).Outcome);

    [Fact]
    public void There_are_as_many_traders_as_there_may_be()
    {
        using LockFreeTrader second = _book.TryJoin()!;
        Assert.NotNull(second);
        Assert.Null(_book.TryJoin());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_operation_does_what_a_plain_book_does(int seed)
    {
        using var book = new LockFreeOrderBook(30_000, 1, _book.Reclamation);
        using LockFreeTrader trader = book.TryJoin()!;
        var plain = new PlainLockFreePeer();
        var random = new Random(seed);
        var fills = new LockFreeFill[4_096];
        var plainFills = new List<(ulong Maker, ulong PriceTicks, uint Lots)>();
        var resting = new List<(ulong Id, PlainLockFreePeer.Order Order)>();
        for (int i = 1; i <= 30_000; i++)
        {
            string where = $"seed {seed}, operation {i}";
            if (resting.Count > 0 && random.Next(100) < 45)
            {
                int which = random.Next(resting.Count);
                (ulong id, PlainLockFreePeer.Order order) = resting[which];
                if (random.Next(10) > 0) // the others are cancelled again one day
                {
                    resting[which] = resting[^1];
                    resting.RemoveAt(resting.Count - 1);
                }

                uint open = plain.Cancel(order);
                LockFreeOutcome outcome = trader.Cancel(id, out uint lots);
                Assert.True((lots, outcome == LockFreeOutcome.Done) == (open, open > 0), where);
                continue;
            }

            Side side = (Side)random.Next(2);
            int behind = random.Next(-5, 30);
            OrderType type = random.Next(5) == 0 ? OrderType.ImmediateOrCancel : OrderType.Limit;
            var placed = new NewOrder(
                side, type, (ulong)(1_000 + (side == Side.Bid ? -behind : behind)), (ulong)random.Next(1, 50), (ulong)i);
            plainFills.Clear();
            PlainLockFreePeer.Order? rests = plain.Place(in placed, plainFills);
            LockFreePlacement result = trader.Place(in placed, fills);
            Assert.True(
                fills[..result.Fills].Select(fill => (fill.MakerClientOrderId, fill.PriceTicks, fill.Lots)).SequenceEqual(plainFills),
                where);
            Assert.True((result.OrderId != 0, result.RestedLots) == (rests is not null, rests?.Open ?? 0), where);
            if (rests is not null)
                resting.Add((result.OrderId, rests));
            if (i % 100 == 0)
            {
                Assert.Equal(plain.Depth(Side.Bid), Depth(trader, Side.Bid));
                Assert.Equal(plain.Depth(Side.Ask), Depth(trader, Side.Ask));
            }
        }
    }

    [Fact]
    public void Trading_allocates_nothing()
    {
        Trade(200);

        // The runtime may allocate on this thread once, when it optimises what runs here: trading would do so every time.
        long[] allocated = [.. Enumerable.Range(0, 5).Select(_ => Measure())];
        Assert.Contains(0L, allocated);

        long Measure()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Trade(2_000);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void Trade(int count)
        {
            for (int i = 0; i < count; i++)
            {
                ulong id = Place(Side.Bid, 10, 3).OrderId;
                Place(Side.Ask, 10, 1, OrderType.ImmediateOrCancel);
                Cancel(id);
            }
        }
    }

    private LockFreePlacement Place(
        Side side, ulong price, ulong lots, OrderType type = OrderType.Limit, ulong client = 0) =>
        _trader.Place(new NewOrder(side, type, price, lots, client), _fills);

    private (LockFreeOutcome Outcome, uint Lots) Cancel(ulong id) => (_trader.Cancel(id, out uint lots), lots);

    private DepthLevel[] Depth(Side side) => Depth(_trader, side);

    private static DepthLevel[] Depth(LockFreeTrader trader, Side side)
    {
        var levels = new DepthLevel[256];
        return levels[..trader.CopyDepth(side, levels)];
    }
}
