namespace Velox.OrderBook;

/// <summary>How a placement or a cancellation in a <see cref="LockFreeOrderBook"/> ended.</summary>
public enum LockFreeOutcome : byte
{
    /// <summary>All of it was done.</summary>
    Done,

    /// <summary>
    /// The order rests, but others kept this thread from finding out that it crosses no order of the other side: the book may
    /// stay crossed until somebody trades with one of the two.
    /// </summary>
    MayCross,

    /// <summary>Others were faster in every try. What was filled is filled; nothing rests; a cancellation changed nothing.</summary>
    Timeout,

    /// <summary>All nodes are in use. What was filled is filled; nothing rests.</summary>
    NoNode,

    /// <summary>There was more to match than room for fills. What was filled is filled; nothing rests.</summary>
    FillLimit,

    /// <summary>Price 0, no lots, or more lots than <see cref="LockFreeOrderBook.MaxLots"/>: nothing was done.</summary>
    Invalid,

    /// <summary>
    /// Fill-or-kill and post-only need to see and change several orders at once, which this book cannot: nothing was done.
    /// </summary>
    Unsupported,

    /// <summary>No order with that id is open: it was filled or cancelled before, or there never was one.</summary>
    NotOpen,
}

/// <summary>One trade, as the taking side sees it.</summary>
/// <param name="MakerOrderId">The resting order.</param>
/// <param name="MakerClientOrderId">What its owner calls it.</param>
/// <param name="PriceTicks">The resting order's price.</param>
/// <param name="Lots">The quantity.</param>
public readonly record struct LockFreeFill(ulong MakerOrderId, ulong MakerClientOrderId, ulong PriceTicks, uint Lots);

/// <summary>What became of an order that was placed: its quantity is the sum of the four numbers of lots.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="OrderId">For <see cref="LockFreeTrader.Cancel"/>; 0 when nothing rests.</param>
/// <param name="Fills">How many fills were written.</param>
/// <param name="TakenLots">Filled on arrival: the sum of the fills written.</param>
/// <param name="MadeLots">
/// Filled by others while the placement was still looking for crossing orders; or cancelled then, by somebody who had the id from
/// a fill.
/// </param>
/// <param name="RestedLots">Resting when the call ended, but for what others filled since.</param>
/// <param name="UnplacedLots">Neither filled nor resting: gone.</param>
public readonly record struct LockFreePlacement(
    LockFreeOutcome Outcome, ulong OrderId, int Fills, uint TakenLots, uint MadeLots, uint RestedLots, uint UnplacedLots);
