namespace Velox.OrderBook;

/// <summary>How a market trades. docs/auctions-and-risk.md has the rules.</summary>
public enum MarketPhase : uint
{
    /// <summary>Orders match on arrival.</summary>
    Continuous = 0,

    /// <summary>Call auction: limit orders rest without matching, and the book may be crossed.</summary>
    Call = 1,

    /// <summary>Open orders can be cancelled and reduced, and nothing else.</summary>
    Halted = 2,

    /// <summary>An uncross goes on: every other operation on orders is refused.</summary>
    Uncrossing = 3,
}

/// <summary>Why orders need more checks than the plain ones.</summary>
[Flags]
public enum MarketRestrictions : uint
{
    None = 0,

    /// <summary>The phase is not <see cref="MarketPhase.Continuous"/>.</summary>
    Phase = 1,

    /// <summary>Prices are bound to a band.</summary>
    PriceBand = 2,

    /// <summary>A seat has limits of its own or is stopped.</summary>
    Seats = 4,
}
