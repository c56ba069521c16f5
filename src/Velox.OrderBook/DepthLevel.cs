namespace Velox.OrderBook;

/// <summary>One price of one side of the book.</summary>
/// <param name="PriceTicks">The price.</param>
/// <param name="Lots">Open lots of all its orders.</param>
/// <param name="Orders">How many orders.</param>
public readonly record struct DepthLevel(ulong PriceTicks, ulong Lots, uint Orders);
