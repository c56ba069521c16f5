using System.Runtime.CompilerServices;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>The algorithm of <see cref="LockFreeOrderBook"/>, as one thread runs it: lists, and the order at their front.</summary>
/// <remarks>
/// <para>
/// A side is a list of levels, best price first; a level is a list of orders, oldest first. Both are the same kind of list: a
/// node is removed by marking its own link, which nobody changes afterwards, and unlinked by whoever passes next. A level with
/// an empty list is closed by marking its first link: from then on no order can join it, and the level is removed likewise.
/// </para>
/// <para>
/// Order: links are published by compare-and-swap, which releases the node behind them, and loaded with acquire. Every change
/// of an order is one compare-and-swap of its <see cref="OrderWord"/>. Nodes that a thread finds stay what they are while the
/// caller has entered an epoch.
/// </para>
/// <para>Unsafe: links come from the lists, which hold nothing but numbers of nodes of the pool.</para>
/// </remarks>
/// <param name="nodes">The first node of the pool; it does not move.</param>
/// <param name="heads">Two nodes whose <see cref="LockFreeNode.Next"/> is the first level of bids and of asks.</param>
/// <param name="pool">This thread's way to nodes.</param>
/// <param name="maxTries">How many lost races one operation survives.</param>
/// <param name="maxRounds">How often an order is pulled out because one of the other side arrived at the same time.</param>
internal sealed unsafe partial class LockFreeMatcher<TModel>(
    LockFreeNode* nodes, (nint Bids, nint Asks) heads, ILockFreeNodes pool, int maxTries, int maxRounds)
    where TModel : struct, IMemoryModel
{
    // 2^6 pauses of some ten nanoseconds.
    private const int LongestBackOffShift = 6;

    private const int RecentOrders = 1_024;

    // This thread's last order of a price; price 0 is none.
    private readonly Recent[] _recent = new Recent[RecentOrders];
    private int _tries;

    private enum Found
    {
        Order,
        Nothing,
        Timeout,
    }

    /// <summary>The best open order of a side: its price, or false without one, or when others are always faster.</summary>
    internal bool TryGetBest(Side side, out ulong priceTicks)
    {
        _tries = 0;
        bool isFound = FindBest(side, out Best best) == Found.Order;
        priceTicks = best.PriceTicks;
        return isFound;
    }

    /// <summary>Copies levels, best first. Each order is read once: what changes meanwhile is seen before or after its change.</summary>
    /// <returns>How many levels; those that fit.</returns>
    internal int CopyDepth(Side side, Span<DepthLevel> levels)
    {
        _tries = 0;
        int count = 0;
        long* word = &Head(side)->Next;
        while (count < levels.Length)
        {
            if (!TryStep(word, out long link))
            {
                if (!TryAgain())
                    break;
                count = 0;
                word = &Head(side)->Next;
                continue;
            }

            if (link == Link.End)
                break;
            DepthLevel level = Sum(Node(link));
            if (level.Orders > 0)
                levels[count++] = level;
            word = &Node(link)->Next;
        }

        return count;
    }

    private DepthLevel Sum(LockFreeNode* level)
    {
        ulong lots = 0;
        uint orders = 0;

        // Marked nodes are passed over as they are: their links still lead on.
        for (long link = TModel.LoadAcquire(ref level->First) & ~Link.Mark; link != Link.End;)
        {
            LockFreeNode* order = Node(link);
            uint open = OrderWord.Lots(TModel.LoadAcquire(ref order->State));
            lots += open;
            orders += open > 0 ? 1u : 0;
            link = TModel.LoadAcquire(ref order->Next) & ~Link.Mark;
        }

        return new DepthLevel(TModel.Read(ref level->PriceTicks), lots, orders);
    }

    /// <summary>The oldest open order of the best level that has one. Levels without are removed on the way.</summary>
    private Found FindBest(Side side, out Best best)
    {
        best = default;
        do
        {
            if (!TryStep(&Head(side)->Next, out long level))
                continue;
            if (level == Link.End)
                return Found.Nothing;
            if (!TryStep(&Node(level)->First, out long order) || order == Link.End)
            {
                Close(level);
                continue;
            }

            long state = TModel.LoadAcquire(ref Node(order)->State);
            if (OrderWord.Lots(state) == 0)
            {
                SetMark(ref Node(order)->Next); // the next turn unlinks it
                continue;
            }

            best = new Best(level, order, state, TModel.Read(ref Node(level)->PriceTicks));
            return Found.Order;
        }
        while (TryAgain());
        return Found.Timeout;
    }

    /// <summary>Where a price belongs in a side: the word before it, and the first level that is not better.</summary>
    /// <returns>False when others are always faster.</returns>
    private bool TryFindLevel(Side side, ulong priceTicks, out long* word, out long link)
    {
        word = &Head(side)->Next;
        while (true)
        {
            if (!TryStep(word, out link))
            {
                if (!TryAgain())
                    return false;
                word = &Head(side)->Next;
                continue;
            }

            if (link == Link.End || !side.IsBetter(TModel.Read(ref Node(link)->PriceTicks), priceTicks))
                return true;
            word = &Node(link)->Next;
        }
    }

    /// <summary>Removes an order without open lots from its level, and the level if it was the last one.</summary>
    private void Remove(long order, long level)
    {
        SetMark(ref Node(order)->Next);
        if (level == Link.End)
            return; // cancelled before its placement ended: who passes next unlinks it

        long* word = &Node(level)->First;
        while (true)
        {
            bool isIt = TModel.LoadAcquire(ref *word) == order;
            if (!TryStep(word, out long link))
            {
                // A closed level has no order left. Otherwise somebody came first, or the node before it is removed too.
                if (Link.IsMarked(TModel.LoadAcquire(ref Node(level)->First)) || !TryAgain())
                    return;
                word = &Node(level)->First;
                continue;
            }

            if (link == Link.End && word == &Node(level)->First)
                Close(level);
            if (isIt || link == Link.End)
                return;
            word = &Node(link)->Next;
        }
    }

    /// <summary>Closes and removes a level that has no orders, or helps who does; leaves one with orders alone.</summary>
    private void Close(long level)
    {
        LockFreeNode* node = Node(level);
        long seen = TModel.CompareExchange(ref node->First, Link.Mark, Link.End);
        if (seen != Link.End && !Link.IsMarked(seen))
            return;
        SetMark(ref node->Next);
        TryFindLevel(TModel.Read(ref node->Side), TModel.Read(ref node->PriceTicks), out _, out _); // unlinks it
    }

    /// <summary>The first node behind a word that is not removed; those that are removed are unlinked.</summary>
    /// <returns>False when the word's own node is removed, or somebody changed the word: to be begun anew.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryStep(long* word, out long link)
    {
        link = TModel.LoadAcquire(ref *word);
        while (!Link.IsMarked(link))
        {
            if (link == Link.End)
                return true;
            long next = TModel.LoadAcquire(ref Node(link)->Next);
            if (!Link.IsMarked(next))
                return true;
            next &= ~Link.Mark;
            if (TModel.CompareExchange(ref *word, next, link) != link)
                return false;

            // Only one thread gets here with this node: there is one way to it.
            pool.Retire(Link.IndexOf(link));
            link = next;
        }

        return false;
    }

    private static void SetMark(ref long word)
    {
        long old = TModel.LoadAcquire(ref word);
        while (!Link.IsMarked(old))
        {
            long seen = TModel.CompareExchange(ref word, old | Link.Mark, old);
            if (seen == old)
                return;
            old = seen; // somebody appended, or unlinked what stood behind
        }
    }

    /// <summary>Counts a lost race, and lets the others get on.</summary>
    private bool TryAgain()
    {
        if (_tries == maxTries)
            return false;
        TModel.BackOff(1 << Math.Min(_tries++, LongestBackOffShift));
        return true;
    }

    private LockFreeNode* Head(Side side) => (LockFreeNode*)(side == Side.Bid ? heads.Bids : heads.Asks);

    private LockFreeNode* Node(long link) => nodes + Link.IndexOf(link);

    /// <summary>An order as it was seen at the front of a side.</summary>
    private readonly record struct Best(long Level, long Order, long State, ulong PriceTicks);
}
