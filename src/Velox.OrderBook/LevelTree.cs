namespace Velox.OrderBook;

/// <summary>
/// The levels of one side: an AVL tree for look-up and a list in price order through the same nodes. Left is better.
/// </summary>
/// <remarks>
/// AVL because its worst case is its bound: whatever prices a hostile trader chooses, n levels are at most
/// 1.44 * log2(n + 2) high. The list gives the best level and each following one in O(1), and the successor that a
/// removal needs. Every climb and descent is bounded by <see cref="MarketLayout.MaxTreeHeight"/>, so corrupt links
/// cannot make one circle.
/// </remarks>
internal static class LevelTree
{
    /// <summary>The link of the level at a price, or 0 and the node under which it would be inserted.</summary>
    internal static uint Find(in Slab slab, in BookSide book, Side side, ulong price, out uint parent)
    {
        parent = 0;
        uint link = book.Root;
        if (link == 0)
            return 0;

        // Most orders come at the best price or improve it. The best level has nothing to its left.
        ulong bestPrice = slab.ReadLevel(book.Best).PriceTicks;
        if (price == bestPrice)
            return book.Best;
        if (side.IsBetter(price, bestPrice))
        {
            parent = book.Best;
            return 0;
        }

        for (int depth = 0; link != 0; depth++)
        {
            RequireDepth(depth);
            ref readonly LevelNode node = ref slab.ReadLevel(link);
            if (node.PriceTicks == price)
                return link;
            parent = link;
            link = side.IsBetter(price, node.PriceTicks) ? node.Left : node.Right;
        }

        return 0;
    }

    /// <summary>Inserts an empty level under the node that <see cref="Find"/> named.</summary>
    internal static uint Insert(in Slab slab, ref MarketHeader header, Side side, ulong price, uint parent)
    {
        ref BookSide book = ref header.SideOf(side);
        uint link = slab.TakeLevel(ref header);
        ref LevelNode level = ref slab.WriteLevel(link);
        level = new LevelNode { PriceTicks = price, Parent = parent, Height = 1 };
        book.LevelCount++;
        if (parent == 0)
        {
            book.Root = link;
            book.Best = link;
            return link;
        }

        ref LevelNode above = ref slab.WriteLevel(parent);
        if (side.IsBetter(price, above.PriceTicks))
        {
            above.Left = link;
            Join(slab, ref book, above.Better, link);
            Join(slab, ref book, link, parent);
        }
        else
        {
            above.Right = link;
            Join(slab, ref book, link, above.Worse);
            Join(slab, ref book, parent, link);
        }

        Rebalance(slab, ref book, parent);
        return link;
    }

    /// <summary>Removes a level and frees its node.</summary>
    internal static void Remove(in Slab slab, ref MarketHeader header, Side side, uint link)
    {
        ref BookSide book = ref header.SideOf(side);
        LevelNode level = slab.ReadLevel(link);
        Join(slab, ref book, level.Better, level.Worse);
        uint changed;
        if (level.Left == 0 || level.Right == 0)
        {
            Replace(slab, ref book, level.Parent, link, level.Left | level.Right);
            changed = level.Parent;
        }
        else
        {
            changed = PutSuccessorInPlace(slab, ref book, link, level);
        }

        slab.FreeLevel(ref header, link);
        book.LevelCount--;
        Rebalance(slab, ref book, changed);
    }

    /// <summary>
    /// Moves the next worse level to the place of one with two children. Returns the lowest node whose height may
    /// change.
    /// </summary>
    private static uint PutSuccessorInPlace(in Slab slab, ref BookSide book, uint link, in LevelNode level)
    {
        uint successorLink = level.Worse;
        ref LevelNode successor = ref slab.WriteLevel(successorLink);
        if (successor.Left != 0)
            Slab.ThrowCorrupt("The next worse level is not the leftmost of the right subtree.");

        uint changed = successorLink;
        if (successor.Parent != link)
        {
            changed = successor.Parent;
            Replace(slab, ref book, changed, successorLink, successor.Right);
            successor.Right = level.Right;
            slab.WriteLevel(level.Right).Parent = successorLink;
        }

        successor.Left = level.Left;
        successor.Height = level.Height;
        slab.WriteLevel(level.Left).Parent = successorLink;
        Replace(slab, ref book, level.Parent, link, successorLink);
        return changed;
    }

    /// <summary>Restores heights and balance from a node up, until a subtree is as high as it was before.</summary>
    private static void Rebalance(in Slab slab, ref BookSide book, uint link)
    {
        for (int depth = 0; link != 0; depth++)
        {
            RequireDepth(depth);
            ref readonly LevelNode node = ref slab.ReadLevel(link);
            uint oldHeight = node.Height;
            uint left = HeightOf(slab, node.Left);
            uint right = HeightOf(slab, node.Right);
            uint top = left > right + 1 ? LowerLeft(slab, ref book, link)
                : right > left + 1 ? LowerRight(slab, ref book, link)
                : UpdateHeight(slab, link);

            ref readonly LevelNode subtree = ref slab.ReadLevel(top);
            if (subtree.Height == oldHeight)
                return;
            link = subtree.Parent;
        }
    }

    private static uint LowerLeft(in Slab slab, ref BookSide book, uint link)
    {
        uint leftLink = slab.ReadLevel(link).Left;
        ref readonly LevelNode left = ref slab.ReadLevel(leftLink);
        if (HeightOf(slab, left.Left) < HeightOf(slab, left.Right))
            RotateLeft(slab, ref book, leftLink);
        return RotateRight(slab, ref book, link);
    }

    private static uint LowerRight(in Slab slab, ref BookSide book, uint link)
    {
        uint rightLink = slab.ReadLevel(link).Right;
        ref readonly LevelNode right = ref slab.ReadLevel(rightLink);
        if (HeightOf(slab, right.Right) < HeightOf(slab, right.Left))
            RotateRight(slab, ref book, rightLink);
        return RotateLeft(slab, ref book, link);
    }

    private static uint RotateRight(in Slab slab, ref BookSide book, uint link)
    {
        ref LevelNode node = ref slab.WriteLevel(link);
        uint top = node.Left;
        ref LevelNode raised = ref slab.WriteLevel(top);
        Replace(slab, ref book, node.Parent, link, top);
        node.Left = raised.Right;
        if (raised.Right != 0)
            slab.WriteLevel(raised.Right).Parent = link;
        raised.Right = link;
        node.Parent = top;
        UpdateHeight(slab, link);
        return UpdateHeight(slab, top);
    }

    private static uint RotateLeft(in Slab slab, ref BookSide book, uint link)
    {
        ref LevelNode node = ref slab.WriteLevel(link);
        uint top = node.Right;
        ref LevelNode raised = ref slab.WriteLevel(top);
        Replace(slab, ref book, node.Parent, link, top);
        node.Right = raised.Left;
        if (raised.Left != 0)
            slab.WriteLevel(raised.Left).Parent = link;
        raised.Left = link;
        node.Parent = top;
        UpdateHeight(slab, link);
        return UpdateHeight(slab, top);
    }

    private static uint UpdateHeight(in Slab slab, uint link)
    {
        ref readonly LevelNode node = ref slab.ReadLevel(link);
        uint height = Math.Max(HeightOf(slab, node.Left), HeightOf(slab, node.Right)) + 1;

        // Asking for a writable view dirties the page: only where something changes.
        if (node.Height != height)
            slab.WriteLevel(link).Height = height;
        return link;
    }

    private static uint HeightOf(in Slab slab, uint link) => link == 0 ? 0 : slab.ReadLevel(link).Height;

    /// <summary>Makes two levels neighbours in the list; 0 stands for either end.</summary>
    private static void Join(in Slab slab, ref BookSide book, uint better, uint worse)
    {
        if (better == 0)
            book.Best = worse;
        else
            slab.WriteLevel(better).Worse = worse;
        if (worse != 0)
            slab.WriteLevel(worse).Better = better;
    }

    /// <summary>Puts a node, or nothing, where another was a child or the root.</summary>
    private static void Replace(in Slab slab, ref BookSide book, uint parent, uint oldLink, uint newLink)
    {
        if (newLink != 0)
            slab.WriteLevel(newLink).Parent = parent;
        if (parent == 0)
        {
            book.Root = newLink;
            return;
        }

        ref LevelNode node = ref slab.WriteLevel(parent);
        if (node.Left == oldLink)
            node.Left = newLink;
        else
            node.Right = newLink;
    }

    private static void RequireDepth(int depth)
    {
        if (depth > MarketLayout.MaxTreeHeight)
            Slab.ThrowCorrupt("The level tree is deeper than its balance allows.");
    }
}
