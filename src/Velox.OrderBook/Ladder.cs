using System.Numerics;
using System.Runtime.CompilerServices;

namespace Velox.OrderBook;

/// <summary>The prices of both sides in order: which level is at a price, which is best, which comes next.</summary>
/// <remarks>
/// A level is a slot in the block of its 64 prices, found by address; only blocks are searched, and there are few. Within a
/// block the next level is one bit scan away, and between blocks one link: blocks without orders do not exist.
/// </remarks>
internal static unsafe class Ladder
{
    private const uint TickMask = MarketLayout.BlockTicks - 1;

    internal static uint BlockOf(uint level) => level / MarketLayout.BlockTicks;

    internal static ulong PriceOf(in Slab slab, uint level) => slab.ReadBlock(BlockOf(level)).FirstTick + (level & TickMask);

    /// <summary>Whether the block of a price exists, and so a level can be had there without another.</summary>
    internal static bool HasBlock(in Slab slab, in MarketHeader header, Side side, ulong priceTicks) =>
        FindBlock(slab, header, side, priceTicks) != 0;

    /// <summary>
    /// The level at a price: the one there is, or a new one of this side. For a new one the caller has checked that there is
    /// a block, and puts an order into it. The header must be noted as written.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Obtain<TMode>(in Slab slab, Side side, ulong priceTicks)
        where TMode : struct, IBookMode
    {
        uint tick = (uint)priceTicks & TickMask;
        uint link = Hints(slab.Header, side)[BlockHints.PlaceOf(priceTicks)];
        PriceBlock* block = link - 1 < slab.BlockCapacity ? slab.Block(link) : null;
        if (block == null || block->FirstTick != priceTicks - tick)
        {
            link = FindOrInsert(slab, side, priceTicks - tick);
            block = slab.Block(link);
        }

        uint level = (link * MarketLayout.BlockTicks) | tick;
        ulong bit = 1UL << (int)tick;
        if ((block->Occupied & bit) == 0)
        {
            slab.Writes<TMode>(block, sizeof(PriceBlock));
            block->Occupied |= bit;
            BookSide* book = SideOf(slab.Header, side);
            book->LevelCount++;
            if (book->Best == 0 || side.IsBetter(priceTicks, book->BestTicks))
            {
                book->Best = level;
                book->BestTicks = priceTicks;
            }
        }

        return level;
    }

    /// <summary>The block that begins at a price, found or made, and from now on hinted at.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint FindOrInsert(in Slab slab, Side side, ulong firstTick)
    {
        ref MarketHeader header = ref slab.WriteHeader();
        uint link = BlockTree.Find(slab, header.ReadRoot(side), firstTick, out uint parent);
        if (link == 0)
            link = BlockTree.Insert(slab, ref header, ref header.RootOf(side), firstTick, parent);
        Hints(slab.Header, side)[BlockHints.PlaceOf(firstTick)] = link;
        return link;
    }

    /// <summary>Takes a level whose last order has gone out of its block, and a block without levels out of the tree.</summary>
    internal static void Remove(in Slab slab, Side side, uint level)
    {
        ref MarketHeader header = ref slab.WriteHeader();
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
        if (block.Occupied != 0)
            return;
        uint* hint = Hints(slab.Header, side) + BlockHints.PlaceOf(block.FirstTick);
        if (*hint == link)
            *hint = 0;
        BlockTree.Remove(slab, ref header, ref header.RootOf(side), link);
    }

    /// <summary>The number that the level at a price may have, not looked at; below one block's when there is no hint.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint HintedLevel(in Slab slab, Side side, ulong priceTicks) =>
        (Hints(slab.Header, side)[BlockHints.PlaceOf(priceTicks)] * MarketLayout.BlockTicks) | ((uint)priceTicks & TickMask);

    /// <summary>A side of the header, without a branch.</summary>
    /// <remarks>One bit of it counts, here and below: in a damaged slab an order may be of a side that there is not.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static BookSide* SideOf(MarketHeader* header, Side side) => &header->Bids + ((nuint)side & 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint* Hints(MarketHeader* header, Side side) =>
        (uint*)&header->BidHints + (((nuint)side & 1) * BlockHints.Entries);

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

    /// <summary>The block of a price, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint FindBlock(in Slab slab, in MarketHeader header, Side side, ulong priceTicks)
    {
        ulong firstTick = priceTicks & ~(ulong)TickMask;
        uint link = Hints(slab.Header, side)[BlockHints.PlaceOf(priceTicks)];
        return link - 1 < slab.BlockCapacity && slab.Block(link)->FirstTick == firstTick
            ? link
            : BlockTree.Find(slab, header.ReadRoot(side), firstTick, out _);
    }
}
