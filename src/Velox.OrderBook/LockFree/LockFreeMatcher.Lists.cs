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
/// of an order is one compare-and-swap of its <see cref="OrderWord"/>.
/// </para>
/// <para>
/// A node that is touched, and one that a compare-and-swap of a link compares with, is kept by the guard: it is not used again
/// meanwhile, so its fields stay, its mark stays, and a link that is the same is the same node in the same place. A list is
/// walked hand over hand: while the next node is named, the one before it is kept; and a removed node is never walked
/// over, but unlinked from one that is not, or the walk begins anew. The word of an order needs no keeping: it counts uses.
/// </para>
/// <para>Unsafe: links come from the lists, which hold nothing but numbers of nodes of the pool.</para>
/// </remarks>
/// <typeparam name="TModel">The memory operations.</typeparam>
/// <typeparam name="TGuard">How nodes are kept.</typeparam>
/// <param name="nodes">The first node of the pool; it does not move.</param>
/// <param name="heads">Two nodes whose <see cref="LockFreeNode.Next"/> is the first level of bids and of asks.</param>
/// <param name="pool">This thread's way to nodes.</param>
/// <param name="guard">This thread's way to keep them.</param>
/// <param name="maxTries">How many lost races one operation survives.</param>
/// <param name="maxRounds">How often an order is pulled out because one of the other side arrived at the same time.</param>
internal sealed unsafe partial class LockFreeMatcher<TModel, TGuard>(
    LockFreeNode* nodes, (nint Bids, nint Asks) heads, ILockFreeNodes pool, TGuard guard, int maxTries, int maxRounds)
    : LockFreeMatcher
    where TModel : struct, IMemoryModel
    where TGuard : struct, ILockFreeGuard
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

    internal override bool TryGetBest(Side side, out ulong priceTicks)
    {
        guard.Enter();
        _tries = 0;
        bool isFound = FindBest(side, out Best best) == Found.Order;
        priceTicks = best.PriceTicks;
        guard.Exit();
        return isFound;
    }

    internal override int CopyDepth(Side side, Span<DepthLevel> levels)
    {
        guard.Enter();
        _tries = 0;
        int count = 0;
        int slot = HazardSlot.Levels;
        long* word = &Head(side)->Next;
        while (count < levels.Length)
        {
            if (!TryStep(word, slot, out long link))
            {
                if (!TryAgain())
                    break;
                count = 0;
                word = &Head(side)->Next;
                continue;
            }

            if (link == Link.End || !TrySum(Node(link), out DepthLevel level))
                break;
            if (level.Orders > 0)
                levels[count++] = level;
            word = &Node(link)->Next;
            slot ^= 1;
        }

        guard.Exit();
        return count;
    }

    /// <summary>Adds up the orders of a level.</summary>
    /// <returns>False when others are always faster.</returns>
    private bool TrySum(LockFreeNode* level, out DepthLevel sum)
    {
        ulong lots = 0;
        uint orders = 0;
        int slot = HazardSlot.Orders;
        long* word = &level->First;
        while (true)
        {
            if (TryPass(word, slot, out long link))
            {
                if (link == Link.End)
                    break;
                LockFreeNode* order = Node(link);
                uint open = OrderWord.Lots(TModel.LoadAcquire(ref order->State));
                lots += open;
                orders += open > 0 ? 1u : 0;
                word = &order->Next;
                slot ^= 1;
                continue;
            }

            (lots, orders) = (0, 0);
            word = &level->First;
            if (Link.IsMarked(TModel.LoadAcquire(ref *word)))
                break; // closed: empty
            if (!TryAgain())
            {
                sum = default;
                return false;
            }
        }

        sum = new DepthLevel(TModel.Read(ref level->PriceTicks), lots, orders);
        return true;
    }

    /// <summary>The node behind a word. Where all is kept, over removed nodes: their links still lead on.</summary>
    private bool TryPass(long* word, int slot, out long link)
    {
        if (!TGuard.KeepsAll)
            return TryStep(word, slot, out link);
        link = TModel.LoadAcquire(ref *word) & ~Link.Mark;
        return true;
    }

    /// <summary>The oldest open order of the best level that has one. Levels without are removed on the way.</summary>
    private Found FindBest(Side side, out Best best)
    {
        best = default;
        do
        {
            if (!TryStep(&Head(side)->Next, HazardSlot.Levels, out long level))
                continue;
            if (level == Link.End)
                return Found.Nothing;
            if (!TryStep(&Node(level)->First, HazardSlot.Orders, out long order) || order == Link.End)
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

    /// <summary>
    /// Where a price belongs in a side: the word before it, and the first level that is not better. It and the word's node are kept.
    /// </summary>
    /// <returns>False when others are always faster.</returns>
    private bool TryFindLevel(Side side, ulong priceTicks, out long* word, out long link)
    {
        int slot = HazardSlot.Levels;
        word = &Head(side)->Next;
        while (true)
        {
            if (!TryStep(word, slot, out link))
            {
                if (!TryAgain())
                    return false;
                word = &Head(side)->Next;
                continue;
            }

            if (link == Link.End || !side.IsBetter(TModel.Read(ref Node(link)->PriceTicks), priceTicks))
                return true;
            word = &Node(link)->Next;
            slot ^= 1;
        }
    }

    /// <summary>Removes an order without open lots from its level, and the level if it was the last one. Both are kept.</summary>
    private void Remove(long order, long level)
    {
        SetMark(ref Node(order)->Next);
        if (level == Link.End)
            return; // cancelled before its placement ended: who passes next unlinks it

        int slot = HazardSlot.Orders; // the order itself is not touched any more
        long* word = &Node(level)->First;
        while (true)
        {
            bool isIt = TModel.LoadAcquire(ref *word) == order;
            if (!TryStep(word, slot, out long link))
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
            slot ^= 1;
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

    /// <summary>The first node behind a word that is not removed; those that are removed are unlinked. It is kept.</summary>
    /// <returns>False when the word's own node is removed, or somebody changed the word: to be begun anew.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryStep(long* word, int slot, out long link)
    {
        link = TModel.LoadAcquire(ref *word);
        while (!Link.IsMarked(link))
        {
            if (link == Link.End)
                return true;
            if (!guard.TryHold(slot, link, ref *word))
                return false;
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
