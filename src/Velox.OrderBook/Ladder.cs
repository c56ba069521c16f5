using System.Numerics;
using System.Runtime.CompilerServices;

namespace Velox.OrderBook;

/// <summary>The prices of both sides in order: which level is at a price, which is best, which comes next.</summary>
/// <remarks>
/// A level is a slot in the block of its 64 prices, found by address; only blocks are searched, and there are few. Within a
/// block the next level is one bit scan away, and between blocks one link: blocks without orders do not exist.
/// </remarks>
internal static class Ladder
{
    private const uint TickMask = MarketLayout.BlockTicks - 1;

    internal static uint BlockOf(uint level) => level / MarketLayout.BlockTicks;

    internal static ulong PriceOf(in Slab slab, uint level) => slab.ReadBlock(BlockOf(level)).FirstTick + (level & TickMask);

    /// <summary>Whether the block of a price exists, and so a level can be had there without another.</summary>
    internal static bool HasBlock(in Slab slab, in MarketHeader header, Side side, ulong priceTicks) =>
        FindBlock(slab, header, side, priceTicks, out _) != 0;

    /// <summary>The number that the level at a price has, occupied or not; 0 when its block does not exist.</summary>
    internal static uint LevelAt(in Slab slab, in MarketHeader header, Side side, ulong priceTicks)
    {
        uint link = FindBlock(slab, header, side, priceTicks, out _);
        return link == 0 ? 0 : (link * MarketLayout.BlockTicks) | ((uint)priceTicks & TickMask);
    }

    /// <summary>
    /// The level at a price: the one there is, or a new one of this side. For a new one the caller has checked that there is
    /// a block, and puts an order into it.
    /// </summary>
    internal static uint Obtain(in Slab slab, ref MarketHeader header, Side side, ulong priceTicks)
    {
        uint link = FindBlock(slab, header, side, priceTicks, out uint parent);
        if (link == 0)
            link = BlockTree.Insert(slab, ref header, ref header.RootOf(side), priceTicks & ~(ulong)TickMask, parent);

        uint level = (link * MarketLayout.BlockTicks) | ((uint)priceTicks & TickMask);
        ulong bit = 1UL << (int)(level & TickMask);
        if ((slab.ReadBlock(link).Occupied & bit) == 0)
        {
            slab.WriteBlock(link).Occupied |= bit;
            ref BookSide book = ref header.SideOf(side);
            book.LevelCount++;
            if (book.Best == 0 || side.IsBetter(priceTicks, book.BestTicks))
            {
                book.Best = level;
                book.BestTicks = priceTicks;
            }
        }

        return level;
    }

    /// <summary>Takes a level whose last order has gone out of its block, and a block without levels out of the tree.</summary>
    internal static void Remove(in Slab slab, ref MarketHeader header, Side side, uint level)
    {
        ref BookSide book = ref header.SideOf(side);
        book.LevelCount--;
        if (book.Best == level)
        {
            uint next = NextWorse(slab, side, level);
            book.Best = next;
            book.BestTicks = next == 0 ? 0 : PriceOf(slab, next);
        }

        uint link = BlockOf(level);
        ref PriceBlock block = ref slab.WriteBlock(link);
        block.Occupied &= ~(1UL << (int)(level & TickMask));
        if (block.Occupied == 0)
            BlockTree.Remove(slab, ref header, ref header.RootOf(side), link);
    }

    /// <summary>The number of the next level of a side behind one of its levels; 0 behind the last.</summary>
    /// <remarks>Each side has blocks of its own, so this holds in a crossed book too, which a call auction has.</remarks>
    internal static uint NextWorse(in Slab slab, Side side, uint level)
    {
        uint link = BlockOf(level);
        ref readonly PriceBlock block = ref slab.ReadBlock(link);
        int tick = (int)(level & TickMask);
        if (side == Side.Bid)
        {
            ulong below = block.Occupied & ((1UL << tick) - 1);
            if (below == 0)
            {
                link = block.Lower;
                if (link == 0)
                    return 0;
                below = OccupiedOf(slab, link);
            }

            return (link * MarketLayout.BlockTicks) | (uint)BitOperations.Log2(below);
        }

        ulong above = block.Occupied & (ulong.MaxValue << tick << 1);
        if (above == 0)
        {
            link = block.Higher;
            if (link == 0)
                return 0;
            above = OccupiedOf(slab, link);
        }

        return (link * MarketLayout.BlockTicks) | (uint)BitOperations.TrailingZeroCount(above);
    }

    private static ulong OccupiedOf(in Slab slab, uint link)
    {
        ulong occupied = slab.ReadBlock(link).Occupied;
        if (occupied == 0)
            Slab.ThrowCorrupt("A block has no levels.");
        return occupied;
    }

    /// <summary>The block of a price, or 0 and where in the tree it would be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint FindBlock(in Slab slab, in MarketHeader header, Side side, ulong priceTicks, out uint parent)
    {
        // Most orders come into the block of their side's best price.
        ulong firstTick = priceTicks & ~(ulong)TickMask;
        ref readonly BookSide book = ref header.ReadSide(side);
        if (book.Best != 0 && (book.BestTicks & ~(ulong)TickMask) == firstTick)
        {
            parent = 0;
            return BlockOf(book.Best);
        }

        return BlockTree.Find(slab, header.ReadRoot(side), firstTick, out parent);
    }
}
