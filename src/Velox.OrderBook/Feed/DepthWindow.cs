namespace Velox.OrderBook;

/// <summary>The best N levels of each side, kept from the deltas of a <see cref="DepthFeed"/>: what a consumer of L2 holds.</summary>
/// <remarks>
/// It equals the N best levels of the market after the last delta of an event. A delta costs a binary search and, when
/// a level comes or goes, a move of at most N levels; it allocates nothing. One thread at a time.
/// </remarks>
public sealed class DepthWindow
{
    /// <summary>Most levels of a side.</summary>
    public const int MaxDepth = 1_024;

    private readonly DepthLevel[][] _sides;
    private readonly int[] _counts = new int[2];

    /// <param name="depth">N, levels of each side, 1..<see cref="MaxDepth"/>: that of the feed.</param>
    public DepthWindow(int depth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, MaxDepth);
        _sides = [new DepthLevel[depth], new DepthLevel[depth]];
    }

    public int Depth => _sides[0].Length;

    /// <summary>Sequence of the delta that comes next.</summary>
    public ulong NextSequence { get; private set; }

    /// <summary>Sequence of the first event that is not in it.</summary>
    public ulong NextEventSequence { get; private set; }

    /// <summary>Best first.</summary>
    public ReadOnlySpan<DepthLevel> Bids => Levels(Side.Bid);

    /// <inheritdoc cref="Bids"/>
    public ReadOnlySpan<DepthLevel> Asks => Levels(Side.Ask);

    /// <summary>Best bid and ask.</summary>
    public BestLevels Best => new(Bids.IsEmpty ? default : Bids[0], Asks.IsEmpty ? default : Asks[0]);

    /// <summary>Takes in the next delta.</summary>
    /// <returns><see cref="FeedError.Gap"/> and <see cref="FeedError.Contradiction"/> ask for a full refresh.</returns>
    public FeedError Apply(in LevelDelta delta)
    {
        if (delta.Sequence != NextSequence)
            return delta.Sequence < NextSequence ? FeedError.AlreadyApplied : FeedError.Gap;
        if (delta.Side > Side.Ask || delta.PriceTicks == 0)
            return FeedError.Contradiction;
        bool fits = delta.Orders == 0
            ? Remove(delta.Side, delta.PriceTicks)
            : Set(delta.Side, new DepthLevel(delta.PriceTicks, delta.Lots, delta.Orders));
        if (!fits)
            return FeedError.Contradiction;
        NextSequence++;
        NextEventSequence = delta.EventSequence + 1;
        return FeedError.None;
    }

    /// <summary>Full refresh: becomes a copy of another window, usually that of the feed.</summary>
    /// <exception cref="ArgumentException">The windows are not of the same depth.</exception>
    public void Load(DepthWindow other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Depth != Depth)
            throw new ArgumentException($"A window of {Depth} levels cannot show one of {other.Depth}.", nameof(other));
        foreach (Side side in (ReadOnlySpan<Side>)[Side.Bid, Side.Ask])
        {
            other.Levels(side).CopyTo(_sides[(int)side]);
            _counts[(int)side] = other._counts[(int)side];
        }

        NextSequence = other.NextSequence;
        NextEventSequence = other.NextEventSequence;
    }

    internal ReadOnlySpan<DepthLevel> Levels(Side side) => _sides[(int)side].AsSpan(0, _counts[(int)side]);

    /// <summary>Whether a level at this price is, or would be, among the N best.</summary>
    internal bool Covers(Side side, ulong priceTicks)
    {
        ReadOnlySpan<DepthLevel> levels = Levels(side);
        return levels.Length < Depth || !side.IsBetter(levels[^1].PriceTicks, priceTicks);
    }

    /// <summary>Shows the best levels of a view.</summary>
    internal void Load(DepthView view, ulong nextSequence)
    {
        foreach (Side side in (ReadOnlySpan<Side>)[Side.Bid, Side.Ask])
            _counts[(int)side] = view.Depth(side, _sides[(int)side]);
        NextSequence = nextSequence;
        NextEventSequence = view.NextSequence;
    }

    /// <summary>Where a reader of the market puts the levels of a side before it calls <see cref="Load(int, int, ulong)"/>.</summary>
    internal Span<DepthLevel> Places(Side side) => _sides[(int)side];

    /// <summary>
    /// Shows what was put into its places. Such a window is complete in itself: no delta continues it.
    /// </summary>
    internal void Load(int bids, int asks, ulong nextEventSequence)
    {
        (_counts[0], _counts[1]) = (bids, asks);
        NextSequence = ulong.MaxValue;
        NextEventSequence = nextEventSequence;
    }

    /// <summary>An event went by that changed no level here.</summary>
    internal void Skip(ulong eventSequence) => NextEventSequence = eventSequence + 1;

    private bool Set(Side side, in DepthLevel level)
    {
        DepthLevel[] levels = _sides[(int)side];
        ref int count = ref _counts[(int)side];
        int place = PlaceOf(side, level.PriceTicks);
        if (place < count && levels[place].PriceTicks == level.PriceTicks)
        {
            levels[place] = level;
            return true;
        }

        if (place == levels.Length)
            return false;
        count = Math.Min(count + 1, levels.Length);
        levels.AsSpan(place, count - place - 1).CopyTo(levels.AsSpan(place + 1));
        levels[place] = level;
        return true;
    }

    private bool Remove(Side side, ulong priceTicks)
    {
        DepthLevel[] levels = _sides[(int)side];
        ref int count = ref _counts[(int)side];
        int place = PlaceOf(side, priceTicks);
        if (place == count || levels[place].PriceTicks != priceTicks)
            return false;
        levels.AsSpan(place + 1, count - place - 1).CopyTo(levels.AsSpan(place));
        count--;
        return true;
    }

    /// <summary>Where the price is, or would come in.</summary>
    private int PlaceOf(Side side, ulong priceTicks)
    {
        DepthLevel[] levels = _sides[(int)side];
        int low = 0;
        for (int high = _counts[(int)side]; low < high;)
        {
            int middle = (low + high) >>> 1;
            if (side.IsBetter(levels[middle].PriceTicks, priceTicks))
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
