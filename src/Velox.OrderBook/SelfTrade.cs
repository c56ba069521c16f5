namespace Velox.OrderBook;

/// <summary>What an arriving order does when the next order to match is of its own seat.</summary>
public enum SelfTrade : byte
{
    /// <summary>Its remainder is cancelled; the resting order stays.</summary>
    CancelTaker = 0,

    /// <summary>The resting order is cancelled, and matching goes on.</summary>
    CancelMaker = 1,

    /// <summary>The resting order and the remainder are cancelled.</summary>
    CancelBoth = 2,

    /// <summary>Both lose the smaller of their quantities (of an iceberg: of its peak), and matching goes on.</summary>
    DecrementBoth = 3,
}
