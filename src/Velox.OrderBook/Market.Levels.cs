namespace Velox.OrderBook;

/// <content>One level by its price.</content>
public readonly partial struct Market
{
    /// <summary>The level of a side at a price; false when no order rests there. O(log blocks).</summary>
    /// <param name="side">Bid or ask; another value has no levels.</param>
    /// <param name="priceTicks">The price.</param>
    /// <param name="level">What rests there, or all zero.</param>
    public bool TryGetLevel(Side side, ulong priceTicks, out DepthLevel level)
    {
        level = default;
        if (side > Side.Ask)
            return false;

        uint tick = (uint)(priceTicks % MarketLayout.BlockTicks);
        uint link = BlockTree.Find(_slab, Header.ReadRoot(side), priceTicks - tick, out _);
        if (link == 0 || (_slab.ReadBlock(link).Occupied & (1UL << (int)tick)) == 0)
            return false;
        level = ToDepth(priceTicks, _slab.ReadLevel((link * MarketLayout.BlockTicks) | tick));
        return true;
    }
}
