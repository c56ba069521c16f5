namespace Velox.OrderBook;

/// <summary>Why an order, or what was left of it, is no longer open.</summary>
public enum DoneReason : byte
{
    /// <summary>It is open.</summary>
    None = 0,

    /// <summary>It filled wholly.</summary>
    Filled = 1,

    /// <summary>Its seat cancelled it, alone or with others.</summary>
    Cancelled = 2,

    /// <summary>Its seat reduced it by its whole open quantity or more.</summary>
    Reduced = 3,

    /// <summary>Immediate-or-cancel: nothing more to match within its price.</summary>
    ImmediateOrCancel = 4,

    /// <summary>The next order to match was of its own seat.</summary>
    SelfTrade = 5,

    /// <summary>It reached <see cref="Market.MaxFillsPerOrder"/>.</summary>
    FillLimit = 6,
}
