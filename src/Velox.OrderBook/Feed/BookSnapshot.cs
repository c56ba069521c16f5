namespace Velox.OrderBook;

/// <summary>All open orders of a market between two events: what a consumer with a gap, or a late one, begins with.</summary>
/// <remarks>
/// Order by order (L3), each side in the order in which it will match; L2 and L1 follow from it. The memory is made once
/// and used again. One thread at a time.
/// </remarks>
public sealed class BookSnapshot
{
    private readonly BookOrder[] _orders;
    private OrderNode[] _nodes = [];
    private int _bids;
    private int _asks;

    /// <param name="orderCapacity">Most orders of both sides together, 1..<see cref="MarketLayout.MaxOrders"/>: the
    /// market's orderCapacity holds whatever comes.</param>
    public BookSnapshot(int orderCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(orderCapacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(orderCapacity, (int)MarketLayout.MaxOrders);
        _orders = new BookOrder[orderCapacity];
    }

    public int Capacity => _orders.Length;

    /// <summary>Sequence of the first event that is not in it.</summary>
    public ulong NextSequence { get; private set; }

    /// <summary>Best price first, at one price the oldest first.</summary>
    public ReadOnlySpan<BookOrder> Bids => _orders.AsSpan(0, _bids);

    /// <inheritdoc cref="Bids"/>
    public ReadOnlySpan<BookOrder> Asks => _orders.AsSpan(_bids, _asks);

    /// <summary>Copies the orders of a market. On the thread that changes it, between two operations.</summary>
    /// <returns><see cref="FeedError.Full"/> when it has more orders than <see cref="Capacity"/>: then the snapshot is
    /// empty.</returns>
    public FeedError Take(in Market market)
    {
        // One more than fits tells a full side from one that goes on. Made at the first use: who only reads needs none.
        if (_nodes.Length == 0)
            _nodes = new OrderNode[Capacity + 1];
        Begin(market.Header.NextEventSequence);
        return TakeSide(market, Side.Bid) && TakeSide(market, Side.Ask) ? FeedError.None : Refuse();
    }

    internal ReadOnlySpan<BookOrder> Orders(Side side) => side == Side.Bid ? Bids : Asks;

    internal void Begin(ulong nextSequence)
    {
        NextSequence = nextSequence;
        _bids = 0;
        _asks = 0;
    }

    /// <summary>Appends an order: all bids first. False when there is no room.</summary>
    internal bool TryAdd(in BookOrder order)
    {
        int count = _bids + _asks;
        if (count == Capacity)
            return false;
        _orders[count] = order;
        if (order.Side == Side.Bid)
            _bids++;
        else
            _asks++;
        return true;
    }

    internal FeedError Refuse()
    {
        Begin(0);
        return FeedError.Full;
    }

    private bool TakeSide(in Market market, Side side)
    {
        foreach (ref readonly OrderNode node in _nodes.AsSpan(0, market.Orders(side, _nodes)))
        {
            if (!TryAdd(BookOrder.From(node)))
                return false;
        }

        return true;
    }
}
