namespace Velox.OrderBook;

/// <summary>
/// The price blocks of one side: an AVL tree for look-up and a list in price order through the same nodes. Left is lower.
/// </summary>
/// <remarks>
/// AVL because its worst case is its bound: whatever prices a hostile trader chooses, n blocks are at most
/// 1.44 * log2(n + 2) high. Every climb and descent is bounded by <see cref="MarketLayout.MaxTreeHeight"/>, so corrupt
/// links cannot make one circle.
/// </remarks>
internal static class BlockTree
{
    /// <summary>The link of the block that begins at a price, or 0 and the node under which it would be inserted.</summary>
    internal static uint Find(in Slab slab, uint root, ulong firstTick, out uint parent)
    {
        parent = 0;
        uint link = root;
        for (int depth = 0; link != 0; depth++)
        {
            RequireDepth(depth);
            ref readonly PriceBlock block = ref slab.ReadBlock(link);
            if (block.FirstTick == firstTick)
                return link;
            parent = link;
            link = firstTick < block.FirstTick ? block.Left : block.Right;
        }

        return 0;
    }

    /// <summary>Inserts a block without orders under the node that <see cref="Find"/> named.</summary>
    internal static uint Insert(in Slab slab, ref MarketHeader header, ref uint root, ulong firstTick, uint parent)
    {
        uint link = slab.TakeBlock(ref header);
        ref PriceBlock block = ref slab.WriteBlock(link);
        block = default;
        block.FirstTick = firstTick;
        block.Parent = parent;
        block.Height = 1;
        if (parent == 0)
        {
            root = link;
            return link;
        }

        ref PriceBlock above = ref slab.WriteBlock(parent);
        if (firstTick < above.FirstTick)
        {
            above.Left = link;
            Join(slab, above.Lower, link);
            Join(slab, link, parent);
        }
        else
        {
            above.Right = link;
            Join(slab, link, above.Higher);
            Join(slab, parent, link);
        }

        Rebalance(slab, ref root, parent);
        return link;
    }

    /// <summary>Removes a block and frees it.</summary>
    internal static void Remove(in Slab slab, ref MarketHeader header, ref uint root, uint link)
    {
        ref readonly PriceBlock block = ref slab.ReadBlock(link);
        Join(slab, block.Lower, block.Higher);
        uint changed;
        if (block.Left == 0 || block.Right == 0)
        {
            changed = block.Parent;
            Replace(slab, ref root, changed, link, block.Left | block.Right);
        }
        else
        {
            changed = PutSuccessorInPlace(slab, ref root, link, block);
        }

        slab.FreeBlock(ref header, link);
        Rebalance(slab, ref root, changed);
    }

    /// <summary>
    /// Moves the next higher block to the place of one with two children. Returns the lowest node whose height may
    /// change.
    /// </summary>
    private static uint PutSuccessorInPlace(in Slab slab, ref uint root, uint link, in PriceBlock block)
    {
        uint successorLink = block.Higher;
        ref PriceBlock successor = ref slab.WriteBlock(successorLink);
        if (successor.Left != 0)
            Slab.ThrowCorrupt("The next higher block is not the leftmost of the right subtree.");

        uint changed = successorLink;
        if (successor.Parent != link)
        {
            changed = successor.Parent;
            Replace(slab, ref root, changed, successorLink, successor.Right);
            successor.Right = block.Right;
            slab.WriteBlock(block.Right).Parent = successorLink;
        }

        successor.Left = block.Left;
        successor.Height = block.Height;
        slab.WriteBlock(block.Left).Parent = successorLink;
        Replace(slab, ref root, block.Parent, link, successorLink);
        return changed;
    }

    /// <summary>Restores heights and balance from a node up, until a subtree is as high as it was before.</summary>
    private static void Rebalance(in Slab slab, ref uint root, uint link)
    {
        for (int depth = 0; link != 0; depth++)
        {
            RequireDepth(depth);
            ref readonly PriceBlock block = ref slab.ReadBlock(link);
            uint oldHeight = block.Height;
            uint left = HeightOf(slab, block.Left);
            uint right = HeightOf(slab, block.Right);
            uint top = left > right + 1 ? LowerLeft(slab, ref root, link)
                : right > left + 1 ? LowerRight(slab, ref root, link)
                : UpdateHeight(slab, link);

            ref readonly PriceBlock subtree = ref slab.ReadBlock(top);
            if (subtree.Height == oldHeight)
                return;
            link = subtree.Parent;
        }
    }

    private static uint LowerLeft(in Slab slab, ref uint root, uint link)
    {
        uint leftLink = slab.ReadBlock(link).Left;
        ref readonly PriceBlock left = ref slab.ReadBlock(leftLink);
        if (HeightOf(slab, left.Left) < HeightOf(slab, left.Right))
            RotateLeft(slab, ref root, leftLink);
        return RotateRight(slab, ref root, link);
    }

    private static uint LowerRight(in Slab slab, ref uint root, uint link)
    {
        uint rightLink = slab.ReadBlock(link).Right;
        ref readonly PriceBlock right = ref slab.ReadBlock(rightLink);
        if (HeightOf(slab, right.Right) < HeightOf(slab, right.Left))
            RotateRight(slab, ref root, rightLink);
        return RotateLeft(slab, ref root, link);
    }

    private static uint RotateRight(in Slab slab, ref uint root, uint link)
    {
        ref PriceBlock block = ref slab.WriteBlock(link);
        uint top = block.Left;
        ref PriceBlock raised = ref slab.WriteBlock(top);
        Replace(slab, ref root, block.Parent, link, top);
        block.Left = raised.Right;
        if (raised.Right != 0)
            slab.WriteBlock(raised.Right).Parent = link;
        raised.Right = link;
        block.Parent = top;
        UpdateHeight(slab, link);
        return UpdateHeight(slab, top);
    }

    private static uint RotateLeft(in Slab slab, ref uint root, uint link)
    {
        ref PriceBlock block = ref slab.WriteBlock(link);
        uint top = block.Right;
        ref PriceBlock raised = ref slab.WriteBlock(top);
        Replace(slab, ref root, block.Parent, link, top);
        block.Right = raised.Left;
        if (raised.Left != 0)
            slab.WriteBlock(raised.Left).Parent = link;
        raised.Left = link;
        block.Parent = top;
        UpdateHeight(slab, link);
        return UpdateHeight(slab, top);
    }

    private static uint UpdateHeight(in Slab slab, uint link)
    {
        ref readonly PriceBlock block = ref slab.ReadBlock(link);
        uint height = Math.Max(HeightOf(slab, block.Left), HeightOf(slab, block.Right)) + 1;

        // Asking for a writable view dirties the page: only where something changes.
        if (block.Height != height)
            slab.WriteBlock(link).Height = height;
        return link;
    }

    private static uint HeightOf(in Slab slab, uint link) => link == 0 ? 0 : slab.ReadBlock(link).Height;

    /// <summary>Makes two blocks neighbours in the list; 0 stands for either end.</summary>
    private static void Join(in Slab slab, uint lower, uint higher)
    {
        if (lower != 0)
            slab.WriteBlock(lower).Higher = higher;
        if (higher != 0)
            slab.WriteBlock(higher).Lower = lower;
    }

    /// <summary>Puts a node, or nothing, where another was a child or the root.</summary>
    private static void Replace(in Slab slab, ref uint root, uint parent, uint oldLink, uint newLink)
    {
        if (newLink != 0)
            slab.WriteBlock(newLink).Parent = parent;
        if (parent == 0)
        {
            root = newLink;
            return;
        }

        ref PriceBlock block = ref slab.WriteBlock(parent);
        if (block.Left == oldLink)
            block.Left = newLink;
        else
            block.Right = newLink;
    }

    private static void RequireDepth(int depth)
    {
        if (depth > MarketLayout.MaxTreeHeight)
            Slab.ThrowCorrupt("The tree of blocks is deeper than its balance allows.");
    }
}
