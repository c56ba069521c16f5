using Velox.OrderBook;
using Velox.Primitives;
using Velox.State;

namespace Velox.Node;

/// <summary>
/// The best levels of a market: first a snapshot, then, for each block that changed them, the levels that changed.
/// </summary>
/// <remarks>
/// <c>sequence</c> counts the market's events. A delta applies to the book whose sequence is its
/// <c>previousSequence</c>; if that is not the one the client has, it missed something and must subscribe anew. A level
/// with quantity 0 is gone, or has sunk below the depth.
/// </remarks>
internal sealed class BookSubscription(WebSocketConnection connection, ulong id, Address market, int depth)
    : Subscription(connection, "book", id)
{
    private ulong _sequence;
    private List<DepthLevel> _bids = [];
    private List<DepthLevel> _asks = [];

    internal override void OnStart(ChainView chain)
    {
        (ulong slot, AccountSnapshot?[] accounts) = chain.State.FindAll([market]);
        // It was there when the client asked; a market that is gone since has nothing more to tell.
        if (MarketReader.TryOpen(accounts[0]) is not { } reader)
        {
            Connection.Forget(this);
            return;
        }

        _sequence = reader.Sequence;
        _bids = reader.Depth(Side.Bid, depth);
        _asks = reader.Depth(Side.Ask, depth);
        Notify(slot, writer => MarketJson.WriteBook(writer, market, "snapshot", null, _sequence, _bids, _asks));
    }

    internal override void OnBlock(FeedBlock block)
    {
        // The snapshot may be newer than blocks that were still on their way here: those are part of it.
        if (block.FindChanged(market) is not { } account || MarketReader.TryOpen(account) is not { } reader
            || reader.Sequence <= _sequence)
        {
            return;
        }

        List<DepthLevel> bids = reader.Depth(Side.Bid, depth);
        List<DepthLevel> asks = reader.Depth(Side.Ask, depth);
        List<DepthLevel> changedBids = Changes(_bids, bids);
        List<DepthLevel> changedAsks = Changes(_asks, asks);
        (_bids, _asks) = (bids, asks);
        if (changedBids.Count + changedAsks.Count == 0)
            return;

        ulong previous = _sequence;
        _sequence = reader.Sequence;
        Notify(block.Slot, writer =>
            MarketJson.WriteBook(writer, market, "delta", previous, _sequence, changedBids, changedAsks));
    }

    /// <summary>
    /// The levels of <paramref name="after"/> that are new or different, and those that are gone, with 0 lots.
    /// </summary>
    private static List<DepthLevel> Changes(List<DepthLevel> before, List<DepthLevel> after)
    {
        var old = new Dictionary<ulong, DepthLevel>();
        foreach (DepthLevel level in before)
            old[level.PriceTicks] = level;
        var changes = new List<DepthLevel>();
        foreach (DepthLevel level in after)
        {
            if (!old.Remove(level.PriceTicks, out DepthLevel known) || known != level)
                changes.Add(level);
        }

        foreach (DepthLevel level in before)
        {
            if (old.ContainsKey(level.PriceTicks))
                changes.Add(new DepthLevel(level.PriceTicks, 0, 0));
        }

        return changes;
    }
}
