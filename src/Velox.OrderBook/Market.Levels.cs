namespace Velox.OrderBook;

/// <content>One level by its price.</content>
public readonly partial struct Market
{
    /// <summary>The level of a side at a price; false when no order rests there. O(log levels).</summary>
    /// <param name="side">Bid or ask; another value has no levels.</param>
    /// <param name="priceTicks">The price.</param>
    /// <param name="level">What rests there, or all zero.</param>
    public bool TryGetLevel(Side side, ulong priceTicks, out DepthLevel level)
    {
        uint link = side > Side.Ask ? 0 : LevelTree.Find(_slab, Header.ReadSide(side), side, priceTicks, out _);
        level = link == 0 ? default : ToDepth(_slab.ReadLevel(link));
        return link != 0;
    }
}
