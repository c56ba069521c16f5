namespace Velox.OrderBook;

/// <summary>The levels of the book (L2), and with them the best prices (L1), kept from the events of a market alone.</summary>
/// <remarks>
/// It knows no orders, only their sums by price: lighter than <see cref="OrderView"/>, and less suspicious, since it
/// cannot tell one order from another. An event costs O(log of the number of better levels) and allocates nothing. One
/// thread at a time.
/// </remarks>
public sealed class DepthView
{
    private readonly PriceLadder[] _sides;

    /// <param name="levelCapacity">Most levels of each side, 1..<see cref="MarketLayout.MaxOrders"/>. A market has no
    /// more levels than orders. Takes 72 bytes each.</param>
    public DepthView(int levelCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(levelCapacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(levelCapacity, (int)MarketLayout.MaxOrders);
        _sides = [new PriceLadder(Side.Bid, levelCapacity), new PriceLadder(Side.Ask, levelCapacity)];
    }

    /// <summary>Sequence of the event that comes next.</summary>
    public ulong NextSequence { get; private set; }

    /// <summary>Best bid and ask.</summary>
    public BestLevels Best => new(BestOf(Side.Bid), BestOf(Side.Ask));

    /// <summary>Takes in the next event.</summary>
    public FeedError Apply(in BookEvent e) => Apply(e, out _);

    /// <summary>Takes in the next event and says what became of its level.</summary>
    /// <param name="e">The event.</param>
    /// <param name="level">The level that changed, 0 orders when it is gone; price 0 when none changed.</param>
    public FeedError Apply(in BookEvent e, out DepthLevel level)
    {
        level = default;
        FeedError error = BookChanges.Check(e, NextSequence);
        if (error == FeedError.None)
        {
            error = e.Kind.ChangeOf() switch
            {
                BookChange.Nothing => FeedError.None,
                BookChange.Add => Add(e.Side, e.PriceTicks, e.RemainingLots, out level),
                BookChange.Take => Take(e, out level),
                _ => FeedError.UnknownKind,
            };
        }

        if (error == FeedError.None)
            NextSequence++;
        return error;
    }

    /// <summary>Becomes what a snapshot shows, whatever it was.</summary>
    /// <returns>As <see cref="OrderView.Load"/>.</returns>
    public FeedError Load(BookSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        Clear();
        foreach (Side side in (ReadOnlySpan<Side>)[Side.Bid, Side.Ask])
        {
            foreach (ref readonly BookOrder order in snapshot.Orders(side))
            {
                FeedError error = Add(side, order.PriceTicks, order.OpenLots, out _);
                if (error == FeedError.None)
                    continue;
                Clear();
                return error;
            }
        }

        NextSequence = snapshot.NextSequence;
        return FeedError.None;
    }

    /// <summary>The best level of a side; false when it is empty.</summary>
    public bool TryGetBest(Side side, out DepthLevel level)
    {
        level = BestOf(side);
        return level.Orders != 0;
    }

    /// <summary>Copies the levels of a side, best first.</summary>
    /// <returns>How many: the length of <paramref name="levels"/>, or fewer when the side ends.</returns>
    public int Depth(Side side, Span<DepthLevel> levels) => _sides[(int)side].CopyTo(levels);

    /// <summary>The best level that is worse than a level at this price, which must be there.</summary>
    internal bool TryGetWorse(Side side, ulong priceTicks, out DepthLevel level)
    {
        PriceLadder levels = _sides[(int)side];
        int worse = levels.Worse(levels.Find(priceTicks));
        level = worse == 0 ? default : levels[worse].ToDepth();
        return worse != 0;
    }

    private DepthLevel BestOf(Side side)
    {
        PriceLadder levels = _sides[(int)side];
        return levels.Best == 0 ? default : levels[levels.Best].ToDepth();
    }

    private FeedError Add(Side side, ulong priceTicks, ulong lots, out DepthLevel after)
    {
        after = default;
        if (priceTicks == 0 || lots == 0)
            return FeedError.Contradiction;
        PriceLadder levels = _sides[(int)side];
        int index = levels.FindOrAdd(priceTicks);
        if (index == 0)
            return FeedError.Full;
        ref PriceLadder.Level level = ref levels[index];
        if (level.Lots > ulong.MaxValue - lots)
            return FeedError.Contradiction;
        level.Lots += lots;
        level.Orders++;
        after = level.ToDepth();
        return FeedError.None;
    }

    private FeedError Take(in BookEvent e, out DepthLevel after)
    {
        after = default;
        PriceLadder levels = _sides[(int)e.Side];
        int index = levels.Find(e.PriceTicks);
        if (index == 0)
            return FeedError.Contradiction;

        // The orders that stay have a lot each at least, and as many as this one has left.
        ref PriceLadder.Level level = ref levels[index];
        uint leaving = e.RemainingLots == 0 ? 1u : 0;
        uint ordersAfter = level.Orders - leaving;
        ulong leastAfter = ordersAfter == 0 ? 0 : ordersAfter - 1 + Math.Max(e.RemainingLots, 1);
        if (e.Lots > level.Lots || level.Lots - e.Lots < leastAfter || (ordersAfter == 0 && level.Lots != e.Lots))
            return FeedError.Contradiction;

        level.Lots -= e.Lots;
        level.Orders = ordersAfter;
        after = level.ToDepth();
        if (ordersAfter == 0)
            levels.Remove(index);
        return FeedError.None;
    }

    private void Clear()
    {
        foreach (PriceLadder levels in _sides)
            levels.Clear();
        NextSequence = 0;
    }
}
