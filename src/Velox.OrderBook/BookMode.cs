namespace Velox.OrderBook;

/// <summary>
/// What operations on plain orders need to know of a market before they run: the compiler makes one copy of them for each, in
/// which the rest is gone.
/// </summary>
internal interface IBookMode
{
    /// <summary>Whether somebody may undo or hash what is written.</summary>
    static abstract bool MayBeTracked { get; }

    /// <summary>Whether orders are paid for: with seats, balances, fees and checks of self-trades.</summary>
    static abstract bool HasAccounts(in MarketHeader header);
}

/// <summary>The modes by number.</summary>
internal enum BookKind : byte
{
    Any,
    Native,
    NativeMatching,
}

/// <summary>Any market: looks.</summary>
internal readonly struct AnyBook : IBookMode
{
    public static bool MayBeTracked => true;

    public static bool HasAccounts(in MarketHeader header) => !header.IsMatchingOnly;
}

/// <summary>A market with accounts in memory that nobody undoes.</summary>
internal readonly struct NativeBook : IBookMode
{
    public static bool MayBeTracked => false;

    public static bool HasAccounts(in MarketHeader header) => true;
}

/// <summary>A market that only matches, in memory that nobody undoes.</summary>
internal readonly struct NativeMatchingBook : IBookMode
{
    public static bool MayBeTracked => false;

    public static bool HasAccounts(in MarketHeader header) => false;
}
