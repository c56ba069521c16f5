namespace Velox.OrderBook.Tests;

/// <summary>What a consumer can rebuild from the events alone.</summary>
public class EventFeedTests
{
    private static readonly FlowShape Shape = new(
        6, MiddlePrice: 500, PriceSpread: 60, MaxLots: 40, ClientIds: 300, HostilePercent: 2, PlacePercent: 65);

    [Theory]
    [InlineData(101, 0)]
    [InlineData(102, 0)]
    [InlineData(103, 0)]
    [InlineData(105, 60)]
    [InlineData(106, 60)]
    [InlineData(107, 90)]
    public void A_consumer_of_events_ends_with_exactly_the_book(int seed, int specialPercent)
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 6, 50_000_000, out _);
        var flow = new Flow(seed, Shape with { SpecialPercent = specialPercent });
        var buffer = new BookEvent[Market.MaxEventsPerOperation];
        var mirror = new Mirror();
        for (int step = 0; step < 20_000; step++)
        {
            flow.Clock = (ulong)step / 8;
            Operation operation = flow.Next();
            var events = new EventWriter(buffer, flow.Clock, flow.Clock);
            market.Apply(operation, ref events, out OperationResult result);
            flow.Remember(result.OrderId);
            foreach (ref readonly BookEvent e in events.Written)
                mirror.Apply(e);
            if (step % 500 == 0)
                mirror.AssertEqualTo(market, seed, step);
        }

        mirror.AssertEqualTo(market, seed, 20_000);
        Assert.True(mirror.Fills > 1_000, $"seed {seed}: only {mirror.Fills} fills.");
        Assert.Equal(mirror.Fills, market.Header.TradeCount);
        Assert.Equal(mirror.LastPrice, market.Header.LastTradePriceTicks);
    }

    [Fact]
    public void Every_order_placed_ends_its_fills_with_one_rested_or_closed_event()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 6, 50_000_000, out _);
        var flow = new Flow(104, Shape with { PlacePercent = 100 });
        var buffer = new BookEvent[Market.MaxEventsPerOperation];
        for (int step = 0; step < 5_000; step++)
        {
            Operation operation = flow.Next();
            var events = new EventWriter(buffer, 0);
            if (market.Apply(operation, ref events, out OperationResult result) != BookError.None)
            {
                Assert.Equal(0, events.Count);
                continue;
            }

            BookEvent last = events.Written[^1];
            Assert.Equal(result.RestingLots > 0 ? BookEventKind.Rested : BookEventKind.Closed, last.Kind);
            Assert.Equal((result.OrderId, operation.Order.ClientOrderId), (last.OrderId, last.ClientOrderId));
            ulong filled = 0;
            foreach (ref readonly BookEvent fill in events.Written[..^1])
            {
                Assert.Equal((BookEventKind.Fill, result.OrderId), (fill.Kind, fill.TakerOrderId));
                filled += fill.Lots;
            }

            Assert.Equal(result.FilledLots, filled);
            Assert.Equal(operation.Order.QuantityLots, filled + result.RestingLots + result.CancelledLots);
        }
    }

    [Fact]
    public void A_full_event_buffer_refuses_before_anything_changes()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 1, 1_000_000, out var memory);
        ulong id = market.PlaceOk(0, Side.Bid, 5, 10, clientId: 7).OrderId;
        market.PlaceOk(0, Side.Bid, 5, 10);
        byte[] before = memory.Bytes.ToArray();

        var shortByOne = new EventWriter(new BookEvent[Market.MaxEventsPerOperation - 1], 0);
        Assert.Equal(BookError.EventBufferFull, market.Place(0, new(Side.Bid, OrderType.Limit, 5, 1), ref shortByOne, out _));
        var none = new EventWriter([], 0);
        Assert.Equal(BookError.EventBufferFull, market.Cancel(0, id, ref none, out _));
        Assert.Equal(BookError.EventBufferFull, market.CancelByClientId(0, 7, ref none, out _));
        Assert.Equal(BookError.EventBufferFull, market.Reduce(0, id, 1, ref none, out _));
        Assert.Equal(BookError.EventBufferFull, market.ReduceByClientId(0, 7, 1, ref none, out _));
        var one = new EventWriter(new BookEvent[1], 0);
        Assert.Equal(BookError.EventBufferFull, market.CancelAll(0, 2, ref one, out _));
        Assert.True(memory.Bytes.SequenceEqual(before));

        Assert.Equal(BookError.None, market.CancelAll(0, 1, ref one, out _));
        Assert.Equal(0, one.Remaining);
        one.Clear();
        Assert.Equal(BookError.None, market.Cancel(0, id, ref one, out _));
    }

    /// <summary>A book kept by a consumer: per side and price, ids and open lots in the order they came.</summary>
    private sealed class Mirror
    {
        private readonly SortedDictionary<ulong, List<(ulong Id, ulong Lots)>>[] _sides = [[], []];
        private ulong _nextSequence;

        public ulong Fills { get; private set; }

        public ulong LastPrice { get; private set; }

        public void Apply(in BookEvent e)
        {
            Assert.Equal(_nextSequence++, e.Sequence);
            switch (e.Kind)
            {
                case BookEventKind.Rested or BookEventKind.Replenished:
                    if (!Side(e).TryGetValue(e.PriceTicks, out var queue))
                        Side(e)[e.PriceTicks] = queue = [];
                    queue.Add((e.OrderId, e.Lots));
                    break;
                case BookEventKind.Fill:
                    Fills++;
                    LastPrice = e.PriceTicks;
                    Assert.Equal(0, Side(e)[e.PriceTicks].FindIndex(IsOrder(e)));
                    Shrink(e);
                    break;
                case BookEventKind.Reduced or BookEventKind.Cancelled:
                    Shrink(e);
                    break;
                default:
                    // Nothing of the book that everyone sees.
                    Assert.True(e.Kind is BookEventKind.Closed or BookEventKind.Accepted or BookEventKind.Triggered
                        or BookEventKind.Withdrawn);
                    break;
            }
        }

        public void AssertEqualTo(Market market, int seed, int step)
        {
            foreach (Side side in (Side[])[OrderBook.Side.Bid, OrderBook.Side.Ask])
            {
                var prices = side == OrderBook.Side.Bid ? _sides[0].Reverse() : _sides[1];
                var mine = prices.SelectMany(level => level.Value.Select(order => (order.Id, level.Key, order.Lots)));
                var theirs = market.AllOrders(side).Select(order => (order.OrderId, order.PriceTicks, order.OpenLots));
                Assert.True(mine.SequenceEqual(theirs), $"seed {seed}, step {step}: the {side} side rebuilt from events differs.");
            }
        }

        private SortedDictionary<ulong, List<(ulong Id, ulong Lots)>> Side(in BookEvent e) => _sides[(int)e.Side];

        private static Predicate<(ulong Id, ulong Lots)> IsOrder(in BookEvent e)
        {
            ulong id = e.OrderId;
            return order => order.Id == id;
        }

        private void Shrink(in BookEvent e)
        {
            var queue = Side(e)[e.PriceTicks];
            int index = queue.FindIndex(IsOrder(e));
            Assert.Equal(e.RemainingLots, queue[index].Lots - e.Lots);
            queue[index] = (e.OrderId, e.RemainingLots);
            if (e.RemainingLots != 0)
                return;
            queue.RemoveAt(index);
            if (queue.Count == 0)
                Side(e).Remove(e.PriceTicks);
        }
    }
}
