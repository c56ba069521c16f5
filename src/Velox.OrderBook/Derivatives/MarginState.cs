namespace Velox.OrderBook;

/// <summary>What an account is worth and needs at the mark price, in quote atoms.</summary>
/// <param name="Equity">Cash and the position at the mark price, less the funding that is due.</param>
/// <param name="LongRequirement">Initial margin if all its bids filled, and what they would lose at once.</param>
/// <param name="ShortRequirement">The same of its asks.</param>
/// <param name="MaintenanceMargin">Of its position: with less equity it is liquidated.</param>
public readonly record struct MarginState(
    Int128 Equity, Int128 LongRequirement, Int128 ShortRequirement, Int128 MaintenanceMargin);
