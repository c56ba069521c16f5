namespace Velox.OrderBook;

/// <summary>What an event does to the resting orders: the one place where views look at kinds.</summary>
internal enum BookChange : byte
{
    /// <summary>The kind is none that this version knows: not to be passed over, as it may have changed the book.</summary>
    Unknown,

    /// <summary>No resting order changes.</summary>
    Nothing,

    /// <summary>The order comes in behind all others at its price, with its remaining lots.</summary>
    Add,

    /// <summary>The order has so many lots fewer, in its place; at remaining 0 it leaves.</summary>
    Take,
}

internal static class BookChanges
{
    internal static BookChange ChangeOf(this BookEventKind kind) => kind switch
    {
        BookEventKind.Rested => BookChange.Add,
        BookEventKind.Fill => BookChange.Take,
        BookEventKind.Reduced => BookChange.Take,
        BookEventKind.Cancelled => BookChange.Take,
        BookEventKind.Replenished => BookChange.Add,
        BookEventKind.Closed => BookChange.Nothing,
        BookEventKind.Accepted => BookChange.Nothing,
        BookEventKind.Triggered => BookChange.Nothing,
        BookEventKind.Withdrawn => BookChange.Nothing,
        BookEventKind.AuctionFill => BookChange.Take,
        BookEventKind.AuctionFillHidden => BookChange.Nothing,
        BookEventKind.PhaseChanged => BookChange.Nothing,
        _ => BookChange.Unknown,
    };

    /// <summary>Whether an event is the one that comes next, and nothing else is wrong with its form.</summary>
    internal static FeedError Check(in BookEvent e, ulong nextSequence)
    {
        if (e.Sequence != nextSequence)
            return e.Sequence < nextSequence ? FeedError.AlreadyApplied : FeedError.Gap;
        return e.Side > Side.Ask ? FeedError.Contradiction : FeedError.None;
    }
}
