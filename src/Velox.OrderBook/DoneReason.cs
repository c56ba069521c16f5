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

    /// <summary>Its expiry was past.</summary>
    Expired = 7,

    /// <summary>A replacement took its place.</summary>
    Replaced = 8,

    /// <summary>A market bid had no money left for a lot at the next maker's price.</summary>
    InsufficientFunds = 9,

    /// <summary>A triggered stop had no level to rest on.</summary>
    NoRoom = 10,
}
