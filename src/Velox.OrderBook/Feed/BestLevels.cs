namespace Velox.OrderBook;

/// <summary>The best price of each side (L1). A side without orders has price, lots and orders 0.</summary>
public readonly record struct BestLevels(DepthLevel Bid, DepthLevel Ask);
