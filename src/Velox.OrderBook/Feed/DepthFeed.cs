using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>The best N levels of each side as deltas (L2; with N = 1, L1), made from the events of a market.</summary>
/// <remarks>
/// One thread feeds it with events; any number of consumers read the deltas, each with a <see cref="DepthWindow"/>.
/// An event makes two deltas at most. A consumer with a gap, or a late one, takes a full refresh: a copy of
/// <see cref="Window"/>, made on the feed's thread. When the feed itself had to load a snapshot, the deltas skip a
/// number, so every consumer sees a gap. Nothing is allocated after construction.
/// </remarks>
public sealed class DepthFeed
{
    private readonly DepthView _view;
    private readonly DepthWindow _window;
    private readonly BroadcastRing<LevelDelta> _ring;

    /// <param name="depth">N, 1..<see cref="DepthWindow.MaxDepth"/>.</param>
    /// <param name="levelCapacity">Most levels of each side of the market, as in <see cref="DepthView"/>: those behind
    /// the N are known too, to follow when others go.</param>
    /// <param name="ringCapacity">Deltas that a consumer may be behind: a power of two from 2.</param>
    public DepthFeed(int depth, int levelCapacity, int ringCapacity)
    {
        _view = new DepthView(levelCapacity);
        _window = new DepthWindow(depth);
        _ring = new BroadcastRing<LevelDelta>(ringCapacity);
    }

    /// <summary>The N best levels now, for a full refresh. The feed's thread only.</summary>
    public DepthWindow Window => _window;

    /// <summary>Sequence of the event that comes next.</summary>
    public ulong NextSequence => _view.NextSequence;

    /// <summary>A reader of all deltas from now on.</summary>
    public BroadcastReader<LevelDelta> ReadFromNow() => _ring.ReadFromNow();

    /// <summary>Takes in the next event and publishes what it changes. The feed's thread only.</summary>
    public FeedError Apply(in BookEvent e)
    {
        FeedError error = _view.Apply(e, out DepthLevel level);
        if (error != FeedError.None)
            return error;
        if (level.PriceTicks == 0 || !_window.Covers(e.Side, level.PriceTicks))
        {
            _window.Skip(e.Sequence);
            return FeedError.None;
        }

        // When one of N goes, the one behind them follows.
        bool opensPlace = level.Orders == 0 && _window.Levels(e.Side).Length == _window.Depth;
        Publish(e, level);
        if (opensPlace && TryGetNewcomer(e.Side, out DepthLevel newcomer))
            Publish(e, newcomer);
        return FeedError.None;
    }

    /// <summary>Begins anew with a snapshot: all consumers see a gap.</summary>
    /// <returns>As <see cref="OrderView.Load"/>.</returns>
    public FeedError Load(BookSnapshot snapshot)
    {
        FeedError error = _view.Load(snapshot);
        _window.Load(_view, _window.NextSequence + 1);
        return error;
    }

    private bool TryGetNewcomer(Side side, out DepthLevel level)
    {
        ReadOnlySpan<DepthLevel> levels = _window.Levels(side);
        return levels.IsEmpty
            ? _view.TryGetBest(side, out level)
            : _view.TryGetWorse(side, levels[^1].PriceTicks, out level);
    }

    private void Publish(in BookEvent e, in DepthLevel level)
    {
        var delta = new LevelDelta
        {
            Sequence = _window.NextSequence,
            EventSequence = e.Sequence,
            PriceTicks = level.PriceTicks,
            Lots = level.Lots,
            Orders = level.Orders,
            Side = e.Side,
        };

        // The window is kept by the very deltas that its consumers get. It covers the level, so the delta fits.
        _window.Apply(delta);
        _ring.Write(delta);
    }
}
