namespace Velox.OrderBook;

/// <summary>What became of an event, a delta or a snapshot that was handed to a view.</summary>
/// <remarks>
/// Whatever it is but <see cref="None"/>: the view has not changed, and still shows the book as of its next sequence.
/// </remarks>
public enum FeedError : byte
{
    /// <summary>It is in the view.</summary>
    None = 0,

    /// <summary>Its sequence is below the view's next one: the view has it already. Go on with the next.</summary>
    AlreadyApplied = 1,

    /// <summary>Its sequence is above the view's next one: some before it are missing. Load a snapshot.</summary>
    Gap = 2,

    /// <summary>Its kind is not known to this version of the view, which therefore cannot follow. Load a snapshot, which
    /// has what the event did.</summary>
    UnknownKind = 3,

    /// <summary>It does not fit what the view holds: an order that is not there, or more lots than there are. Events of
    /// another market, or damage. Load a snapshot.</summary>
    Contradiction = 4,

    /// <summary>The view has no room for another order or level. Make a larger one: a view as large as its market is
    /// never full.</summary>
    Full = 5,
}
