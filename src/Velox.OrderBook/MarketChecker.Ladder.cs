using static Velox.OrderBook.Contradiction;

namespace Velox.OrderBook;

/// <content>Checks of prices: trees and lists of blocks, hints at them, levels, and the best ones.</content>
internal sealed partial class MarketChecker
{
    private void CheckTree(Side side, uint root)
    {
        _treeSide = side;
        _last = 0;
        uint height = CheckSubtree(root, 0, 1);
        Require(height <= MarketLayout.MaxTreeHeight, $"{side}: the tree of blocks is {height} high.");
        Require(_last == 0 || _slab.ReadBlock(_last).Higher == 0, $"{side}: the list of blocks goes on after its last.");
    }

    /// <summary>Checks that hints lead to blocks of the side, whose tree is sound, each from its own place.</summary>
    private void CheckHints(Side side, uint root, in BlockHints hints)
    {
        for (int place = 0; place < BlockHints.Entries; place++)
        {
            uint link = hints[place];
            if (link == 0)
                continue;
            ulong firstTick = _slab.ReadBlock(link).FirstTick;
            Require(
                BlockHints.PlaceOf(firstTick) == place && BlockTree.Find(_slab, root, firstTick, out _) == link,
                $"{side}: hint {place} leads to block {link}, which does not belong there.");
        }
    }

    private void CheckSide(Side side, in BookSide book, in Count counted)
    {
        Require(
            counted.Levels == book.LevelCount,
            $"{side}: {counted.Levels} levels in the blocks, {book.LevelCount} counted.");
        Require(
            counted.Orders == book.OrderCount,
            $"{side}: {counted.Orders} orders in the book, {book.OrderCount} counted.");
        uint best = side == Side.Bid ? counted.Highest : counted.Lowest;
        Require(best == book.Best, $"{side}: best is level {book.Best}, the blocks say {best}.");
        ulong bestTicks = best == 0 ? 0 : Ladder.PriceOf(_slab, best);
        Require(bestTicks == book.BestTicks, $"{side}: best price is {book.BestTicks}, that of level {best} is {bestTicks}.");
    }

    /// <summary>
    /// Checks a subtree in price order, and the list, the levels and the queues along with it. Returns its height.
    /// </summary>
    private uint CheckSubtree(uint link, uint parent, int depth)
    {
        if (link == 0)
            return 0;
        Require(depth <= MarketLayout.MaxTreeHeight, $"Block {link}: deeper than an AVL tree can be.");
        PriceBlock block = _slab.ReadBlock(link);
        Visit(_seenBlocks, link, _slab.ReadHeader().UsedBlocks, "Block");
        Require(block.Parent == parent, $"Block {link}: parent is {block.Parent}, not {parent}.");

        uint left = CheckSubtree(block.Left, link, depth + 1);
        Require(block.Lower == _last, $"Block {link}: lower is {block.Lower}, not {_last}.");
        Require(block.FirstTick % MarketLayout.BlockTicks == 0, $"Block {link}: begins at {block.FirstTick}.");
        if (_last != 0)
        {
            ref readonly PriceBlock lower = ref _slab.ReadBlock(_last);
            Require(lower.Higher == link, $"Block {_last}: higher is {lower.Higher}, not {link}.");
            Require(lower.FirstTick < block.FirstTick, $"Block {link}: price out of order.");
        }

        _last = link;
        CheckLevels(link, block);

        uint right = CheckSubtree(block.Right, link, depth + 1);
        Require(left <= right + 1 && right <= left + 1, $"Block {link}: out of balance, {left} against {right}.");
        uint height = Math.Max(left, right) + 1;
        Require(block.Height == height, $"Block {link}: height is {block.Height}, not {height}.");
        return height;
    }

    /// <summary>Checks the 64 levels of a block.</summary>
    private void CheckLevels(uint link, in PriceBlock block)
    {
        Require(block.Occupied != 0, $"Block {link}: no levels.");
        for (uint tick = 0; tick < MarketLayout.BlockTicks; tick++)
        {
            uint number = (link * MarketLayout.BlockTicks) | tick;
            PriceLevel level = _slab.ReadLevel(number);
            if ((block.Occupied >> (int)tick & 1) == 0)
            {
                Require(IsZero(level), $"Level {number}: not in its block, and not zero.");
                continue;
            }

            Require(level.FirstOrder != 0, $"Level {number}: no orders.");
            ref Count counted = ref _treeSide == Side.Bid ? ref _bids : ref _asks;
            if (counted.Lowest == 0)
                counted.Lowest = number;
            counted.Highest = number;
            counted.Levels++;
            counted.Orders += CheckQueue(_treeSide, number, block.FirstTick + tick, level);
        }
    }
}
