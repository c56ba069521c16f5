namespace Velox.OrderBook;

/// <summary>One thread's membership in a <see cref="LockFreeOrderBook"/>, which says what is guaranteed.</summary>
public sealed class LockFreeTrader : IDisposable
{
    // Keeps the memory of the nodes.
    private readonly LockFreeOrderBook _book;
    private readonly LockFreeNodes _nodes;
    private readonly LockFreeMatcher _matcher;

    internal LockFreeTrader(LockFreeOrderBook book, LockFreeNodes nodes, LockFreeMatcher matcher) =>
        (_book, _nodes, _matcher) = (book, nodes, matcher);

    /// <summary>Matches an order against the other side; the rest of a limit order then rests.</summary>
    /// <param name="order">
    /// Limit or immediate-or-cancel; price from 1, lots from 1 to <see cref="LockFreeOrderBook.MaxLots"/>.
    /// </param>
    /// <param name="fills">Room for the fills.</param>
    public LockFreePlacement Place(in NewOrder order, Span<LockFreeFill> fills)
    {
        if (order.PriceTicks == 0 || order.QuantityLots is 0 or > LockFreeOrderBook.MaxLots)
            return new LockFreePlacement(LockFreeOutcome.Invalid, 0, 0, 0, 0, 0, 0);
        uint lots = (uint)order.QuantityLots;
        if (order.Type is not (OrderType.Limit or OrderType.ImmediateOrCancel))
            return new LockFreePlacement(LockFreeOutcome.Unsupported, 0, 0, 0, 0, 0, lots);
        if (order.Type.MayRest() && !_nodes.TryReserve())
            return new LockFreePlacement(LockFreeOutcome.NoNode, 0, 0, 0, 0, 0, lots);
        return _matcher.Place(in order, fills);
    }

    /// <summary>Cancels what is open of an order, whoever placed it.</summary>
    /// <param name="orderId">As <see cref="Place"/> or a fill said.</param>
    /// <param name="lots">How many lots were open, and are not filled any more; 0 unless done.</param>
    /// <returns>Done, not open, or timeout.</returns>
    public LockFreeOutcome Cancel(ulong orderId, out uint lots)
    {
        if ((uint)orderId - 1 < (uint)_book.NodeCount)
            return _matcher.Cancel(orderId, out lots);
        lots = 0;
        return LockFreeOutcome.NotOpen;
    }

    /// <summary>The price of the best open order of a side; null without one, or when others are always faster.</summary>
    public ulong? BestTicks(Side side) => _matcher.TryGetBest(side, out ulong priceTicks) ? priceTicks : null;

    /// <summary>Copies the levels of a side, best first: exact when nobody trades, otherwise each order as of some moment.</summary>
    /// <returns>How many levels were copied.</returns>
    public int CopyDepth(Side side, Span<DepthLevel> levels) => _matcher.CopyDepth(side, levels);

    /// <summary>Leaves; orders stay.</summary>
    public void Dispose() => _nodes.Dispose();
}
