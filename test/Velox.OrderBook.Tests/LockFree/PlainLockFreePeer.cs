namespace Velox.OrderBook.Tests;

/// <summary>What a <see cref="LockFreeOrderBook"/> does when one thread uses it, written the obvious way.</summary>
internal sealed class PlainLockFreePeer
{
    private static readonly Comparer<ulong> Descending = Comparer<ulong>.Create(static (left, right) => right.CompareTo(left));

    private readonly SortedDictionary<ulong, List<Order>>[] _sides = [new(Descending), []];

    internal sealed record Order(ulong ClientOrderId, Side Side, ulong PriceTicks)
    {
        internal uint Open { get; set; }
    }

    /// <summary>Places; returns the order if it rests, and the fills as owner, price and lots.</summary>
    internal Order? Place(in NewOrder placed, List<(ulong Maker, ulong PriceTicks, uint Lots)> fills)
    {
        uint open = (uint)placed.QuantityLots;
        SortedDictionary<ulong, List<Order>> makers = _sides[(int)placed.Side ^ 1];
        while (open > 0 && makers.Count > 0 && Crosses(placed.Side, placed.PriceTicks, makers.First().Key))
        {
            Order maker = makers.First().Value[0];
            uint lots = Math.Min(open, maker.Open);
            fills.Add((maker.ClientOrderId, maker.PriceTicks, lots));
            open -= lots;
            maker.Open -= lots;
            if (maker.Open == 0)
                Remove(maker);
        }

        if (open == 0 || placed.Type != OrderType.Limit)
            return null;
        var order = new Order(placed.ClientOrderId, placed.Side, placed.PriceTicks) { Open = open };
        SortedDictionary<ulong, List<Order>> own = _sides[(int)placed.Side];
        if (!own.TryGetValue(placed.PriceTicks, out List<Order>? level))
            own.Add(placed.PriceTicks, level = []);
        level.Add(order);
        return order;
    }

    /// <summary>Cancels; returns what was open.</summary>
    internal uint Cancel(Order order)
    {
        uint open = order.Open;
        order.Open = 0;
        if (open > 0)
            Remove(order);
        return open;
    }

    internal DepthLevel[] Depth(Side side) =>
        [.. _sides[(int)side].Select(level => new DepthLevel(
            level.Key, (ulong)level.Value.Sum(order => order.Open), (uint)level.Value.Count))];

    private void Remove(Order order)
    {
        SortedDictionary<ulong, List<Order>> side = _sides[(int)order.Side];
        side[order.PriceTicks].Remove(order);
        if (side[order.PriceTicks].Count == 0)
            side.Remove(order.PriceTicks);
    }

    private static bool Crosses(Side side, ulong limit, ulong price) => side == Side.Bid ? limit >= price : limit <= price;
}
