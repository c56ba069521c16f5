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

        // Blocks are shared by both sides: what is not better than a side's best price is of this side.
        ref readonly MarketHeader header = ref Header;
        ref readonly BookSide book = ref header.ReadSide(side);
        if (book.Best == 0 || side.IsBetter(priceTicks, book.BestTicks))
            return false;
        uint tick = (uint)(priceTicks % MarketLayout.BlockTicks);
        uint link = BlockTree.Find(_slab, header.Root, priceTicks - tick, out _);
        if (link == 0 || (_slab.ReadBlock(link).Occupied & (1UL << (int)tick)) == 0)
            return false;
        level = ToDepth(priceTicks, _slab.ReadLevel((link * MarketLayout.BlockTicks) | tick));
        return true;
    }
}
