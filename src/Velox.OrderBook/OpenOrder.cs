namespace Velox.OrderBook;

/// <summary>An open order as its trader sees it.</summary>
/// <param name="OrderId">Engine id.</param>
/// <param name="Seat">Whose it is.</param>
/// <param name="Order">What it would be if it were placed now; the quantity is all that is open.</param>
/// <param name="HiddenLots">How much of that an iceberg does not show.</param>
/// <param name="IsWaiting">Whether it waits for its trigger, outside the book.</param>
public readonly record struct OpenOrder(ulong OrderId, uint Seat, NewOrder Order, ulong HiddenLots, bool IsWaiting);
