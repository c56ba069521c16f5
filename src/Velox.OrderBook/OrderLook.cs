namespace Velox.OrderBook;

/// <summary>How far the looks at a message to come have got; only for them, and only while its market is open.</summary>
public unsafe struct OrderLook
{
    internal ulong Key;

    // Of the bucket, then of the order; null for none. Always within the market's memory.
    internal byte* Line;
}
