using Velox.OrderBook;

namespace Velox.Cli;

/// <summary>The book one writes first: sorted prices, a linked list each, a dictionary by id. The peer of the benchmark.</summary>
/// <remarks>It is also the book that order flows are generated with. An id that is unknown or gone has no effect.</remarks>
/// <param name="traded">Is told of each trade; null: nobody is.</param>
internal sealed class PlainBook(PlainBook.TradeHandler? traded = null)
{
    private readonly SortedSet<ulong>[] _prices = [new(Comparer<ulong>.Create(static (left, right) => right.CompareTo(left))), []];
    private readonly Dictionary<ulong, LinkedList<Order>>[] _levels = [[], []];
    private readonly Dictionary<ulong, LinkedListNode<Order>> _orders = [];

    internal delegate void TradeHandler(ulong makerId, ulong takerId, ulong price, ulong quantity);

    /// <summary>How many rest.</summary>
    internal int Count => _orders.Count;

    /// <summary>All that rest, in no order.</summary>
    internal IEnumerable<Order> Orders => _orders.Values.Select(node => node.Value);

    /// <summary>The best price of a side; 0 when it is empty.</summary>
    internal ulong Best(Side side) => _prices[(int)side].Min;

    internal Order? Find(ulong id) => _orders.TryGetValue(id, out LinkedListNode<Order>? node) ? node.Value : null;

    internal void Place(ulong id, Side side, ulong price, ulong quantity, bool rests)
    {
        int other = 1 - (int)side;
        while (quantity > 0 && _prices[other].Count > 0)
        {
            ulong best = _prices[other].Min;
            if (side == Side.Bid ? best > price : best < price)
                break;
            LinkedList<Order> level = _levels[other][best];
            Order maker = level.First!.Value;
            ulong filled = Math.Min(quantity, maker.Quantity);
            quantity -= filled;
            traded?.Invoke(maker.Id, id, best, filled);
            Reduce(maker.Id, filled);
        }

        if (quantity > 0 && rests)
            Rest(new Order { Id = id, Side = side, Price = price, Quantity = quantity });
    }

    internal void Cancel(ulong id)
    {
        if (!_orders.Remove(id, out LinkedListNode<Order>? node))
            return;
        Order order = node.Value;
        int side = (int)order.Side;
        LinkedList<Order> level = _levels[side][order.Price];
        level.Remove(node);
        if (level.Count > 0)
            return;
        _levels[side].Remove(order.Price);
        _prices[side].Remove(order.Price);
    }

    /// <summary>Takes quantity off in place; at or above what is open it cancels.</summary>
    internal void Reduce(ulong id, ulong quantity)
    {
        if (Find(id) is not { } order)
            return;
        if (quantity >= order.Quantity)
            Cancel(id);
        else
            order.Quantity -= quantity;
    }

    /// <summary>Cancels and places again under the same id.</summary>
    internal void Replace(ulong id, ulong price, ulong quantity)
    {
        if (Find(id) is not { } order)
            return;
        Cancel(id);
        Place(id, order.Side, price, quantity, rests: true);
    }

    private void Rest(Order order)
    {
        int side = (int)order.Side;
        if (!_levels[side].TryGetValue(order.Price, out LinkedList<Order>? level))
        {
            _levels[side].Add(order.Price, level = new LinkedList<Order>());
            _prices[side].Add(order.Price);
        }

        _orders.Add(order.Id, level.AddLast(order));
    }

    internal sealed class Order
    {
        public ulong Id;
        public Side Side;
        public ulong Price;
        public ulong Quantity;
    }
}
