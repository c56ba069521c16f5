namespace Velox.OrderBook;

/// <summary>
/// Which waiting stop is triggered first: a leftist heap of bids (lowest trigger first) and one of asks (highest first), equal
/// ones by id.
/// </summary>
/// <remarks>
/// A leftist heap is a tree in which the way down on the right is the shortest way out, at most log2(n + 1) long; the
/// rank of a node is its length. Joining two heaps walks down their right sides, and everything else is joining. Chosen
/// because waiting stops have just three links to spare, and because its worst case is its bound. On a sound slab no walk is longer than
/// <see cref="MaxWalk"/>; corrupt links cannot make one longer.
/// </remarks>
internal static class StopHeap
{
    /// <summary>Two right sides of 20 nodes each, of the most orders there can be.</summary>
    private const int MaxWalk = 2 * MarketLayout.OrderLinkBits;

    private const uint LinkMask = (1U << MarketLayout.OrderLinkBits) - 1;

    /// <summary>Adds a waiting stop that is in no heap.</summary>
    internal static void Add(in Slab slab, ref MarketHeader header, uint link)
    {
        ref OrderNode node = ref slab.WriteOrder(link);
        node.Previous = 0;
        node.Next = 0;
        node.Level = Pack(rank: 1, parent: 0);
        ref uint first = ref FirstOf(ref header, node.Side);
        first = Join(slab, first, link, 0);
        SetParent(slab, first, 0);
    }

    /// <summary>Takes a stop out, wherever in its heap it is.</summary>
    internal static void Remove(in Slab slab, ref MarketHeader header, uint link)
    {
        OrderNode node = slab.ReadOrder(link);
        uint children = Join(slab, node.Previous, node.Next, 0);
        uint parent = ParentOf(node);
        if (children != 0)
            SetParent(slab, children, parent);
        if (parent == 0)
        {
            FirstOf(ref header, node.Side) = children;
            return;
        }

        ref OrderNode above = ref slab.WriteOrder(parent);
        if (above.Previous == link)
            above.Previous = children;
        else
            above.Next = children;
        RestoreRanks(slab, parent);
    }

    internal static uint RankOf(in Slab slab, uint link) => link == 0 ? 0 : slab.ReadOrder(link).Level >> MarketLayout.OrderLinkBits;

    internal static uint ParentOf(in OrderNode node) => node.Level & LinkMask;

    /// <summary>Whether a stop is triggered before another of its side.</summary>
    internal static bool IsBefore(in Slab slab, uint link, uint other)
    {
        ref readonly OrderNode order = ref slab.ReadOrder(link);
        ulong trigger = slab.ReadExtra(link).TriggerTicks;
        ulong otherTrigger = slab.ReadExtra(other).TriggerTicks;
        if (trigger == otherTrigger)
            return order.OrderId < slab.ReadOrder(other).OrderId;
        return order.Side == Side.Bid ? trigger < otherTrigger : trigger > otherTrigger;
    }

    /// <summary>Makes one heap of two. Its first node keeps the parent it had.</summary>
    private static uint Join(in Slab slab, uint one, uint two, int depth)
    {
        if (one == 0 || two == 0)
            return one | two;
        if (depth > MaxWalk)
            Slab.ThrowCorrupt("A heap of stops is deeper than its ranks allow.");
        if (IsBefore(slab, two, one))
            (one, two) = (two, one);

        ref OrderNode top = ref slab.WriteOrder(one);
        uint right = Join(slab, top.Next, two, depth + 1);
        top.Next = right;
        SetParent(slab, right, one);
        Rerank(slab, ref top);
        return one;
    }

    /// <summary>Goes up from a node until a rank stays: each that changes is one lower than it was.</summary>
    private static void RestoreRanks(in Slab slab, uint link)
    {
        for (int steps = 0; link != 0; steps++)
        {
            if (steps > MaxWalk)
                Slab.ThrowCorrupt("A heap of stops is higher than its ranks allow.");
            ref OrderNode node = ref slab.WriteOrder(link);
            uint before = node.Level;
            Rerank(slab, ref node);
            if (node.Level == before)
                return;
            link = ParentOf(node);
        }
    }

    /// <summary>Puts the child with the shorter way out on the right, and counts anew.</summary>
    private static void Rerank(in Slab slab, ref OrderNode node)
    {
        if (RankOf(slab, node.Previous) < RankOf(slab, node.Next))
            (node.Previous, node.Next) = (node.Next, node.Previous);
        node.Level = Pack(RankOf(slab, node.Next) + 1, ParentOf(node));
    }

    private static void SetParent(in Slab slab, uint link, uint parent)
    {
        ref OrderNode node = ref slab.WriteOrder(link);
        node.Level = (node.Level & ~LinkMask) | parent;
    }

    private static uint Pack(uint rank, uint parent) => (rank << MarketLayout.OrderLinkBits) | parent;

    private static ref uint FirstOf(ref MarketHeader header, Side side) =>
        ref side == Side.Bid ? ref header.FirstStopBid : ref header.FirstStopAsk;
}
