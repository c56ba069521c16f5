namespace Velox.OrderBook;

/// <summary>What one thread does in a lock-free book, however nodes are kept.</summary>
internal abstract class LockFreeMatcher
{
    /// <summary>Places a valid limit or immediate-or-cancel order.</summary>
    internal abstract LockFreePlacement Place(in NewOrder order, Span<LockFreeFill> fills);

    /// <summary>Cancels what is open of an order.</summary>
    /// <param name="orderId">An id whose node exists.</param>
    /// <param name="lots">What was open; 0 unless done.</param>
    internal abstract LockFreeOutcome Cancel(ulong orderId, out uint lots);

    /// <summary>The best open order of a side: its price, or false without one, or when others are always faster.</summary>
    internal abstract bool TryGetBest(Side side, out ulong priceTicks);

    /// <summary>Copies levels, best first. Each order is read once: what changes meanwhile is seen before or after its change.</summary>
    /// <returns>How many levels; those that fit.</returns>
    internal abstract int CopyDepth(Side side, Span<DepthLevel> levels);
}
