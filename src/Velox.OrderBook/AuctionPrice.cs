namespace Velox.OrderBook;

/// <summary>What an uncross would do.</summary>
/// <param name="PriceTicks">The clearing price; 0 when nothing crosses.</param>
/// <param name="Lots">Lots that it would execute, pairs of one seat included.</param>
public readonly record struct AuctionPrice(ulong PriceTicks, ulong Lots);

/// <summary>What one operation of an uncross did.</summary>
public struct UncrossResult
{
    /// <summary>Whether the market trades continuously now; else ask again.</summary>
    public bool IsDone { get; internal set; }

    /// <summary>The clearing price once it is found; 0 before, and when nothing crosses.</summary>
    public ulong PriceTicks { get; internal set; }

    /// <summary>Lots traded in this operation.</summary>
    public ulong FilledLots { get; internal set; }

    /// <summary>Lots that pairs of orders of one seat lost in this operation, each of the two orders so many.</summary>
    public ulong SelfTradeLots { get; internal set; }
}
