using Velox.OrderBook;

namespace Velox.Cli;

/// <summary>The book one writes first: sorted prices, a linked list each, a dictionary by id. The peer of the benchmark.</summary>
internal sealed class PlainBook
{
    private readonly SortedSet<ulong>[] _prices = [new(Comparer<ulong>.Create(static (left, right) => right.CompareTo(left))), []];
    private readonly Dictionary<ulong, LinkedList<Order>>[] _levels = [[], []];
    private readonly Dictionary<int, LinkedListNode<Order>> _orders = [];

    internal void Place(int id, Side side, ulong price, ulong quantity, bool rests)
    {
        int own = (int)side;
        int other = 1 - own;
        while (quantity > 0 && _prices[other].Count > 0)
        {
            ulong best = _prices[other].Min;
            if (side == Side.Bid ? best > price : best < price)
                break;
            LinkedList<Order> level = _levels[other][best];
            Order maker = level.First!.Value;
            ulong filled = Math.Min(quantity, maker.Quantity);
            quantity -= filled;
            maker.Quantity -= filled;
            if (maker.Quantity == 0)
                Cancel(maker.Id);
        }

        if (quantity > 0 && rests)
            Rest(new Order { Id = id, Side = own, Price = price, Quantity = quantity });
    }

    internal void Cancel(int id)
    {
        if (!_orders.Remove(id, out LinkedListNode<Order>? node))
            return;
        Order order = node.Value;
        LinkedList<Order> level = _levels[order.Side][order.Price];
        level.Remove(node);
        if (level.Count > 0)
            return;
        _levels[order.Side].Remove(order.Price);
        _prices[order.Side].Remove(order.Price);
    }

    private void Rest(Order order)
    {
        if (!_levels[order.Side].TryGetValue(order.Price, out LinkedList<Order>? level))
        {
            _levels[order.Side].Add(order.Price, level = new LinkedList<Order>());
            _prices[order.Side].Add(order.Price);
        }

        _orders.Add(order.Id, level.AddLast(order));
    }

    private sealed class Order
    {
        public int Id;
        public int Side;
        public ulong Price;
        public ulong Quantity;
    }
}
