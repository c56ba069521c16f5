namespace Velox.OrderBook;

/// <summary>What happens to the part of an order that does not match on arrival.</summary>
public enum OrderType : byte
{
    /// <summary>Rests in the book.</summary>
    Limit = 0,

    /// <summary>Is cancelled.</summary>
    ImmediateOrCancel = 1,

    /// <summary>There is none: an order that would not fill wholly is refused.</summary>
    FillOrKill = 2,

    /// <summary>It is the whole order: one that would match on arrival is refused.</summary>
    PostOnly = 3,

    /// <summary>It is the whole order: one that would match on arrival moves to one tick behind the opposite best.</summary>
    PostOnlySlide = 4,

    /// <summary>Has no limit: matches as far as the money goes; the rest is cancelled.</summary>
    Market = 5,
}

internal static class OrderTypes
{
    internal static bool MayRest(this OrderType type) =>
        type is OrderType.Limit or OrderType.PostOnly or OrderType.PostOnlySlide;
}
