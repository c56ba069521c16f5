namespace Velox.OrderBook;

/// <summary>The two assets of a market.</summary>
public enum Asset : byte
{
    /// <summary>What is bought and sold, in lots.</summary>
    Base = 0,

    /// <summary>What it is paid with.</summary>
    Quote = 1,
}
