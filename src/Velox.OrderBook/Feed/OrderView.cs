namespace Velox.OrderBook;

/// <summary>The book order by order (L3), kept by a consumer from the events of a market alone.</summary>
/// <remarks>
/// It holds exactly the market's open orders, in the order in which they will match, after every event. An event costs
/// O(1), or O(log levels) when a level comes or goes, and allocates nothing. One thread at a time.
/// </remarks>
public sealed class OrderView
{
    private const int None = 0;

    private readonly PriceLadder[] _sides;
    private readonly OrderIndex _index;
    private readonly Node[] _nodes;
    private int _used;
    private int _free;

    /// <param name="orderCapacity">Most open orders, 1..<see cref="MarketLayout.MaxOrders"/>: the market's orderCapacity
    /// is enough for whatever comes. Takes about 250 bytes each.</param>
    public OrderView(int orderCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(orderCapacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(orderCapacity, (int)MarketLayout.MaxOrders);
        _sides = [new PriceLadder(Side.Bid, orderCapacity), new PriceLadder(Side.Ask, orderCapacity)];
        _index = new OrderIndex(orderCapacity);
        _nodes = new Node[orderCapacity + 1];
    }

    /// <summary>Sequence of the event that comes next.</summary>
    public ulong NextSequence { get; private set; }

    public int Count { get; private set; }

    /// <summary>Best bid and ask.</summary>
    public BestLevels Best => new(BestOf(Side.Bid), BestOf(Side.Ask));

    /// <summary>Takes in the next event.</summary>
    public FeedError Apply(in BookEvent e)
    {
        FeedError error = BookChanges.Check(e, NextSequence);
        if (error == FeedError.None)
        {
            error = e.Kind.ChangeOf() switch
            {
                BookChange.Nothing => FeedError.None,
                BookChange.Add => Add(BookOrder.From(e)),
                BookChange.Take => Take(e),
                _ => FeedError.UnknownKind,
            };
        }

        if (error == FeedError.None)
            NextSequence++;
        return error;
    }

    /// <summary>Becomes what a snapshot shows, whatever it was.</summary>
    /// <returns><see cref="FeedError.Full"/> or, of a snapshot that is no book, <see cref="FeedError.Contradiction"/>:
    /// then the view is empty and waits for another snapshot, as every event is a gap or applied already.</returns>
    public FeedError Load(BookSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        Clear();
        foreach (Side side in (ReadOnlySpan<Side>)[Side.Bid, Side.Ask])
        {
            foreach (ref readonly BookOrder order in snapshot.Orders(side))
            {
                FeedError error = Add(order);
                if (error == FeedError.None)
                    continue;
                Clear();
                return error;
            }
        }

        NextSequence = snapshot.NextSequence;
        return FeedError.None;
    }

    /// <summary>Makes a snapshot of what the view holds, for consumers behind it.</summary>
    /// <returns><see cref="FeedError.Full"/> when the snapshot is too small: then it is empty.</returns>
    public FeedError CopyTo(BookSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (snapshot.Capacity < Count)
            return snapshot.Refuse();
        snapshot.Begin(NextSequence);
        foreach (Side side in (ReadOnlySpan<Side>)[Side.Bid, Side.Ask])
        {
            PriceLadder levels = _sides[(int)side];
            for (int level = levels.Best; level != None; level = levels.Worse(level))
            {
                for (int node = levels[level].FirstOrder; node != None; node = _nodes[node].Next)
                    snapshot.TryAdd(_nodes[node].Order);
            }
        }

        return FeedError.None;
    }

    /// <summary>The best level of a side; false when it is empty.</summary>
    public bool TryGetBest(Side side, out DepthLevel level)
    {
        level = BestOf(side);
        return level.Orders != 0;
    }

    /// <summary>Copies the levels of a side, best first.</summary>
    /// <returns>How many: the length of <paramref name="levels"/>, or fewer when the side ends.</returns>
    public int Depth(Side side, Span<DepthLevel> levels) => _sides[(int)side].CopyTo(levels);

    /// <summary>Copies the orders of a side in the order in which they will match.</summary>
    /// <returns>How many: the length of <paramref name="orders"/>, or fewer when the side ends.</returns>
    public int Orders(Side side, Span<BookOrder> orders)
    {
        PriceLadder levels = _sides[(int)side];
        int count = 0;
        for (int level = levels.Best; level != None && count < orders.Length; level = levels.Worse(level))
        {
            for (int node = levels[level].FirstOrder; node != None && count < orders.Length; node = _nodes[node].Next)
                orders[count++] = _nodes[node].Order;
        }

        return count;
    }

    /// <summary>An open order by its engine id.</summary>
    public bool TryGetOrder(ulong orderId, out BookOrder order)
    {
        int node = orderId == 0 ? None : _index.Find(orderId);
        order = node == None ? default : _nodes[node].Order;
        return node != None;
    }

    private DepthLevel BestOf(Side side)
    {
        PriceLadder levels = _sides[(int)side];
        return levels.Best == None ? default : levels[levels.Best].ToDepth();
    }

    private FeedError Add(in BookOrder order)
    {
        if (order.OrderId == 0 || order.OpenLots == 0 || order.PriceTicks == 0 || order.Side > Side.Ask
            || _index.Find(order.OrderId) != None)
        {
            return FeedError.Contradiction;
        }

        if (Count == _nodes.Length - 1)
            return FeedError.Full;

        // There are as many levels as orders, so one is left for this order.
        PriceLadder levels = _sides[(int)order.Side];
        int levelIndex = levels.FindOrAdd(order.PriceTicks);
        ref PriceLadder.Level level = ref levels[levelIndex];
        if (level.Lots > ulong.MaxValue - order.OpenLots)
            return FeedError.Contradiction;

        int node = TakeNode();
        _nodes[node] = new Node { Order = order, Level = levelIndex, Previous = level.LastOrder };
        if (level.LastOrder == None)
            level.FirstOrder = node;
        else
            _nodes[level.LastOrder].Next = node;
        level.LastOrder = node;
        level.Orders++;
        level.Lots += order.OpenLots;
        _index.Add(order.OrderId, node);
        Count++;
        return FeedError.None;
    }

    private FeedError Take(in BookEvent e)
    {
        int index = e.OrderId == 0 ? None : _index.Find(e.OrderId);
        if (index == None)
            return FeedError.Contradiction;
        ref Node node = ref _nodes[index];
        BookOrder order = node.Order;
        if (e.Side != order.Side || e.PriceTicks != order.PriceTicks || e.Seat != order.Seat
            || e.Lots > order.OpenLots || order.OpenLots - e.Lots != e.RemainingLots)
        {
            return FeedError.Contradiction;
        }

        PriceLadder levels = _sides[(int)e.Side];
        levels[node.Level].Lots -= e.Lots;
        if (e.RemainingLots == 0)
            Unlink(levels, index);
        else
            node.Order = order with { OpenLots = e.RemainingLots };
        return FeedError.None;
    }

    private void Unlink(PriceLadder levels, int index)
    {
        Node node = _nodes[index];
        ref PriceLadder.Level level = ref levels[node.Level];
        if (node.Previous == None)
            level.FirstOrder = node.Next;
        else
            _nodes[node.Previous].Next = node.Next;
        if (node.Next == None)
            level.LastOrder = node.Previous;
        else
            _nodes[node.Next].Previous = node.Previous;
        if (--level.Orders == 0)
            levels.Remove(node.Level);

        _index.Remove(node.Order.OrderId);
        _nodes[index].Next = _free;
        _free = index;
        Count--;
    }

    private int TakeNode()
    {
        int node = _free;
        if (node == None)
            return ++_used;
        _free = _nodes[node].Next;
        return node;
    }

    private void Clear()
    {
        foreach (PriceLadder levels in _sides)
            levels.Clear();
        _index.Clear();
        (_used, _free, Count, NextSequence) = (0, 0, 0, 0);
    }

    private struct Node
    {
        internal BookOrder Order;
        internal int Level;
        internal int Previous;
        internal int Next;
    }
}
