namespace Velox.OrderBook;

/// <content>Placing, matching, cancelling.</content>
internal sealed unsafe partial class LockFreeMatcher<TModel, TGuard>
{
    internal override LockFreePlacement Place(in NewOrder order, Span<LockFreeFill> fills)
    {
        guard.Enter();
        LockFreePlacement placed = TakeAndRest(in order, fills);
        guard.Exit();
        return placed;
    }

    internal override LockFreeOutcome Cancel(ulong orderId, out uint lots)
    {
        guard.Enter();
        LockFreeOutcome outcome = CancelOpen(orderId, out lots);
        guard.Exit();
        return outcome;
    }

    private LockFreePlacement TakeAndRest(in NewOrder order, Span<LockFreeFill> fills)
    {
        _tries = 0;
        uint quantity = (uint)order.QuantityLots;
        uint open = quantity;
        uint madeLots = 0;
        int count = 0;
        for (int round = 0; ; round++)
        {
            LockFreeOutcome outcome = Take(order.Side, order.PriceTicks, ref open, fills, ref count);
            if (outcome != LockFreeOutcome.Done || open == 0 || !order.Type.MayRest())
                return Ended(outcome, open);
            outcome = Rest(in order, open, out long link, out long state, out uint unplaced);
            if (outcome != LockFreeOutcome.Done)
            {
                madeLots += open - unplaced;
                open = unplaced;
                return Ended(outcome, unplaced);
            }

            LockFreePlacement rested = Rested(LockFreeOutcome.Done, link, state);

            // Of two orders that arrive at the same time the one whose fence comes later sees the other resting.
            TModel.Fence();
            Found found = FindBest(order.Side.Opposite(), out Best best);
            if (found == Found.Nothing || (found == Found.Order && !order.Side.Crosses(order.PriceTicks, best.PriceTicks)))
                return rested;
            if (found == Found.Timeout || round == maxRounds)
                return rested with { Outcome = LockFreeOutcome.MayCross };

            uint withdrawn = Withdraw(link, state);
            madeLots += open - withdrawn;
            open = withdrawn;
            if (open == 0)
                return Ended(LockFreeOutcome.Done, 0);
            if (order.Side == Side.Bid)
                TModel.BackOff(1 << round); // both pulling out at the same time again and again would find nothing
        }

        LockFreePlacement Ended(LockFreeOutcome outcome, uint unplaced) =>
            new(outcome, 0, count, quantity - madeLots - open, madeLots, 0, unplaced);

        LockFreePlacement Rested(LockFreeOutcome outcome, long link, long state) =>
            new(outcome, OrderWord.IdOf(state, Link.IndexOf(link)), count, quantity - madeLots - open, madeLots, open, 0);
    }

    private LockFreeOutcome CancelOpen(ulong orderId, out uint lots)
    {
        _tries = 0;
        lots = 0;
        long link = Link.To(OrderWord.IndexOf(orderId));
        LockFreeNode* node = Node(link);
        guard.Hold(HazardSlot.Order, link);
        do
        {
            // Open and of this use: so the node is not retired yet, and kept.
            long state = TModel.LoadAcquire(ref node->State);
            if (!OrderWord.IsUseOf(state, orderId) || OrderWord.Lots(state) == 0)
                return LockFreeOutcome.NotOpen;

            // Open until the exchange: its level is closed after that, if at all, and is kept.
            long level = TModel.LoadAcquire(ref node->Level);
            guard.Hold(HazardSlot.Levels, level);
            if (!TryChange(node, state, 0))
                continue;
            lots = OrderWord.Lots(state);
            Remove(link, level);
            return LockFreeOutcome.Done;
        }
        while (TryAgain());
        return LockFreeOutcome.Timeout;
    }

    /// <summary>Fills from the other side what crosses, one order after the other, each time the best and oldest.</summary>
    private LockFreeOutcome Take(Side side, ulong limitTicks, ref uint open, Span<LockFreeFill> fills, ref int count)
    {
        while (open > 0)
        {
            Found found = FindBest(side.Opposite(), out Best best);
            if (found == Found.Timeout)
                return LockFreeOutcome.Timeout;
            if (found == Found.Nothing || !side.Crosses(limitTicks, best.PriceTicks))
                return LockFreeOutcome.Done;
            if (count == fills.Length)
                return LockFreeOutcome.FillLimit;

            LockFreeNode* maker = Node(best.Order);
            uint makerLots = OrderWord.Lots(best.State);
            uint lots = Math.Min(open, makerLots);
            if (!TryChange(maker, best.State, makerLots - lots))
            {
                if (!TryAgain())
                    return LockFreeOutcome.Timeout;
                continue;
            }

            ulong id = OrderWord.IdOf(best.State, Link.IndexOf(best.Order));
            fills[count++] = new LockFreeFill(id, TModel.Read(ref maker->ClientOrderId), best.PriceTicks, lots);
            open -= lots;
            if (lots == makerLots)
                Remove(best.Order, best.Level);
        }

        return LockFreeOutcome.Done;
    }

    /// <summary>The one step that decides: fills or cancels lots of an order, if it is still as it was seen.</summary>
    private static bool TryChange(LockFreeNode* order, long state, uint lots) =>
        TModel.CompareExchange(ref order->State, OrderWord.WithLots(state, lots), state) == state;

    /// <summary>Pulls an order out of the book; returns what was still open.</summary>
    private uint Withdraw(long link, long state)
    {
        LockFreeNode* node = Node(link);
        long level = TModel.LoadRelaxed(ref node->Level); // our own store
        guard.Hold(HazardSlot.Levels, level); // as in CancelOpen
        while (OrderWord.Lots(state) > 0 && !TryChange(node, state, 0))
            state = TModel.LoadAcquire(ref node->State); // fewer lots each time
        if (OrderWord.Lots(state) > 0)
            Remove(link, level);
        return OrderWord.Lots(state);
    }

    /// <summary>Makes an order and links it as the youngest of its level.</summary>
    private LockFreeOutcome Rest(in NewOrder order, uint lots, out long link, out long state, out uint unplaced)
    {
        (link, state, unplaced) = (Link.End, 0, lots);
        if (!pool.TryTake(out int index))
            return LockFreeOutcome.NoNode;
        link = Link.To(index);

        // Until the operation ends: others may fill and remove it as soon as it is linked, and we still complete it.
        guard.Hold(HazardSlot.Order, link);
        LockFreeNode* node = Node(link);
        TModel.StoreRelaxed(ref node->Next, Link.End);
        TModel.StoreRelaxed(ref node->Level, Link.End);
        TModel.Write(ref node->ClientOrderId, order.ClientOrderId);
        state = OrderWord.NextUse(TModel.LoadRelaxed(ref node->State), lots);

        // Release: who cancels it by its id sees that it has no level yet.
        TModel.StoreRelease(ref node->State, state);
        LockFreeOutcome outcome = Insert(order.Side, order.PriceTicks, link);
        if (outcome == LockFreeOutcome.Done)
            return outcome;

        // Who guessed the id may have cancelled it already, and has those lots; its node is touched by nobody who comes later.
        if (!TryChange(node, state, 0))
            unplaced = 0;
        pool.Retire(index);
        return outcome;
    }

    /// <summary>Appends an order to the level of its price, or makes the level with it.</summary>
    private LockFreeOutcome Insert(Side side, ulong priceTicks, long order)
    {
        if (TryAppendToRecent(side, priceTicks, order))
            return LockFreeOutcome.Done;
        do
        {
            if (!TryFindLevel(side, priceTicks, out long* word, out long level))
                break;
            bool exists = level != Link.End && TModel.Read(ref Node(level)->PriceTicks) == priceTicks;
            if (!exists && !TryMakeLevel(side, priceTicks, order, word, ref level))
            {
                if (level == Link.End)
                    return LockFreeOutcome.NoNode;
                continue;
            }

            if (exists && !TryAppend(&Node(level)->First, order))
            {
                Close(level); // if somebody else closed it: helps
                continue;
            }

            SetLevel(side, priceTicks, order, level);
            return LockFreeOutcome.Done;
        }
        while (TryAgain());
        return LockFreeOutcome.Timeout;
    }

    /// <summary>Appends an order behind this thread's last one of the same price, if that one is still open.</summary>
    /// <remarks>
    /// Saves the way through the levels and the level. Open after it was named: so it is linked, not retired, and kept. If it
    /// closes meanwhile, the exchange at the end of the list fails, or was still in time, before its level closed.
    /// </remarks>
    private bool TryAppendToRecent(Side side, ulong priceTicks, long order)
    {
        ref Recent recent = ref RecentOf(side, priceTicks);
        if (recent.PriceTicks != priceTicks || recent.Side != side)
            return false;
        LockFreeNode* node = Node(recent.Order);
        guard.Hold(HazardSlot.Orders ^ 1, recent.Order); // the walk begins with the other one
        long state = TModel.LoadAcquire(ref node->State);
        if (OrderWord.Lots(state) == 0 || !OrderWord.IsSameUse(state, recent.State))
            return false;
        long level = TModel.LoadAcquire(ref node->Level);
        if (!TryAppend(&node->Next, order))
            return false;
        SetLevel(side, priceTicks, order, level);
        return true;
    }

    /// <summary>Completes an order that was linked.</summary>
    private void SetLevel(Side side, ulong priceTicks, long order, long level)
    {
        // Release: who cancels the order and sees its level finds the order in it.
        TModel.StoreRelease(ref Node(order)->Level, level);
        RecentOf(side, priceTicks) = new Recent(side, priceTicks, order, TModel.LoadRelaxed(ref Node(order)->State));
    }

    private ref Recent RecentOf(Side side, ulong priceTicks) => ref _recent[((priceTicks << 1) | (ulong)side) % RecentOrders];

    /// <summary>Links a new level with its first order between a word and what was found behind it.</summary>
    /// <param name="side">The side.</param>
    /// <param name="priceTicks">The level's price.</param>
    /// <param name="order">The order, which is published with the level.</param>
    /// <param name="word">The word before it.</param>
    /// <param name="level">In: the level behind. Out: the new level; <see cref="Link.End"/> when there is no node for it.</param>
    private bool TryMakeLevel(Side side, ulong priceTicks, long order, long* word, ref long level)
    {
        long behind = level;
        level = Link.End;
        if (!pool.TryTake(out int index))
            return false;
        level = Link.To(index);
        LockFreeNode* node = Node(level);
        TModel.StoreRelaxed(ref node->Next, behind);
        TModel.StoreRelaxed(ref node->First, order);
        TModel.Write(ref node->PriceTicks, priceTicks);
        TModel.Write(ref node->Side, side);
        if (TModel.CompareExchange(ref *word, level, behind) == behind)
            return true;
        pool.GiveBack(index);
        return false;
    }

    /// <summary>Links an order at the end of the list that leads on from a word.</summary>
    /// <returns>False when the word's node is removed, or somebody came first.</returns>
    private bool TryAppend(long* word, long order)
    {
        int slot = HazardSlot.Orders;
        while (TryStep(word, slot, out long link))
        {
            // At the end of a list that nobody closed, behind an order that is not removed: the exchange says so.
            if (link == Link.End)
                return TModel.CompareExchange(ref *word, order, Link.End) == Link.End;
            word = &Node(link)->Next;
            slot ^= 1;
        }

        return false;
    }

    /// <summary>An order of this thread, with the <see cref="OrderWord"/> it had.</summary>
    private readonly record struct Recent(Side Side, ulong PriceTicks, long Order, long State);
}
