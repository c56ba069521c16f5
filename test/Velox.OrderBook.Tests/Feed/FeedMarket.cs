namespace Velox.OrderBook.Tests.Feed;

/// <summary>A market under random operations, and what its feed and its views are compared with.</summary>
internal sealed class FeedMarket
{
    public const int OrderCapacity = 1_000;

    public static readonly FlowShape Shape = new(
        6, MiddlePrice: 500, PriceSpread: 60, MaxLots: 40, ClientIds: 300, HostilePercent: 2, PlacePercent: 65)
    {
        SpecialPercent = 25,
    };

    private readonly BookEvent[] _buffer = new BookEvent[Market.MaxEventsPerOperation];
    private readonly OrderNode[] _orders = new OrderNode[OrderCapacity + 1];
    private readonly BookOrder[] _viewOrders = new BookOrder[OrderCapacity + 1];
    private readonly DepthLevel[] _levels = new DepthLevel[OrderCapacity + 1];
    private readonly DepthLevel[] _viewLevels = new DepthLevel[OrderCapacity + 1];
    private readonly Flow _flow;
    private readonly int _seed;
    private int _step;

    public FeedMarket(int seed, FlowShape? shape = null)
    {
        _seed = seed;
        _flow = new Flow(seed, shape ?? Shape);
        Market = TestMarket.CreateWithSeats(TestMarket.Parameters, 6, 50_000_000, out Velox.Primitives.TrackedMemory memory);
        for (uint seat = 0; seat < 6; seat++)
            Assert.Equal(BookError.None, Market.SetSessionKey(seat, TestMarket.SessionOf(seat)));
        Memory = memory;
    }

    public Market Market { get; }

    public Velox.Primitives.TrackedMemory Memory { get; }

    /// <summary>Slot of the last operation.</summary>
    public ulong LastSlot => (ulong)_step - 1;

    public string Where => $"seed {_seed}, step {_step}";

    /// <summary>One more operation; the events it wrote, valid until the next one.</summary>
    public ReadOnlySpan<BookEvent> Step() => Step(out _);

    public ReadOnlySpan<BookEvent> Step(out Operation operation)
    {
        ulong clock = (ulong)_step++;
        _flow.Clock = clock;
        operation = _flow.Next();
        var events = new EventWriter(_buffer, clock, clock);
        Market.Apply(operation, ref events, out OperationResult result);
        _flow.Remember(result.OrderId);
        return events.Written;
    }

    public void AssertShows(OrderView view)
    {
        if (view.NextSequence != Market.Header.NextEventSequence)
            Assert.Fail($"{Where}: L3 is at {view.NextSequence}.");
        AssertQuote(view.Best, "L3");
        foreach (Side side in (Side[])[Side.Bid, Side.Ask])
        {
            ReadOnlySpan<OrderNode> orders = _orders.AsSpan(0, Market.Orders(side, _orders));
            ReadOnlySpan<BookOrder> shown = _viewOrders.AsSpan(0, view.Orders(side, _viewOrders));
            if (orders.Length != shown.Length)
                Assert.Fail($"{Where}: {shown.Length} {side}s in L3, {orders.Length} in the book.");
            for (int i = 0; i < orders.Length; i++)
            {
                // Not Assert.True: it would make its message for every order.
                if (!IsShown(orders[i], shown[i]))
                    Assert.Fail($"{Where}: {side} {i} is {shown[i]} in L3.");
            }

            AssertLevels(side, _viewLevels.AsSpan(0, view.Depth(side, _viewLevels)), int.MaxValue, "L3");
        }
    }

    public void AssertShows(DepthView view)
    {
        if (view.NextSequence != Market.Header.NextEventSequence)
            Assert.Fail($"{Where}: L2 is at {view.NextSequence}.");
        AssertQuote(view.Best, "L2");
        foreach (Side side in (Side[])[Side.Bid, Side.Ask])
            AssertLevels(side, _viewLevels.AsSpan(0, view.Depth(side, _viewLevels)), int.MaxValue, "L2");
    }

    public void AssertShows(DepthWindow window)
    {
        AssertQuote(window.Best, $"The window of {window.Depth}");
        AssertLevels(Side.Bid, window.Bids, window.Depth, $"the window of {window.Depth}");
        AssertLevels(Side.Ask, window.Asks, window.Depth, $"the window of {window.Depth}");
    }

    private static bool IsShown(in OrderNode order, in BookOrder shown) =>
        (order.OrderId, order.ClientOrderId, order.PriceTicks, order.OpenLots, order.Seat, order.Side, order.Type)
        == (shown.OrderId, shown.ClientOrderId, shown.PriceTicks, shown.OpenLots, shown.Seat, shown.Side, shown.Type);

    private void AssertQuote(BestLevels quote, string what)
    {
        Market.TryGetBest(Side.Bid, out DepthLevel bid);
        Market.TryGetBest(Side.Ask, out DepthLevel ask);
        if (quote != new BestLevels(bid, ask))
            Assert.Fail($"{Where}: {what} quotes {quote}, the book {bid} and {ask}.");
    }

    private void AssertLevels(Side side, ReadOnlySpan<DepthLevel> shown, int depth, string what)
    {
        Span<DepthLevel> levels = _levels.AsSpan(0, Math.Min(depth, _levels.Length));
        levels = levels[..Market.Depth(side, levels)];
        if (!levels.SequenceEqual(shown))
            Assert.Fail($"{Where}: the {side} levels of {what} are not those of the book.");
    }
}
