using Velox.OrderBook;

namespace Velox.Gateway;

/// <summary>An order message and when it came in, in nanoseconds of the door's clock.</summary>
public readonly record struct StampedOrder(OrderMessage Message, long IngressNanos);
