namespace Velox.OrderBook;

/// <summary>The side of the book an order belongs to.</summary>
public enum Side : byte
{
    /// <summary>Buys base with quote.</summary>
    Bid = 0,

    /// <summary>Sells base for quote.</summary>
    Ask = 1,
}

internal static class Sides
{
    internal static Side Opposite(this Side side) => side ^ Side.Ask;

    /// <summary>
    /// Whether <paramref name="price"/> comes before <paramref name="other"/> on this side of the book.
    /// </summary>
    internal static bool IsBetter(this Side side, ulong price, ulong other) =>
        side == Side.Bid ? price > other : price < other;

    /// <summary>
    /// Whether an order of this side with limit <paramref name="limit"/> trades at <paramref name="makerPrice"/>.
    /// </summary>
    internal static bool Crosses(this Side side, ulong limit, ulong makerPrice) =>
        side == Side.Bid ? limit >= makerPrice : limit <= makerPrice;
}
