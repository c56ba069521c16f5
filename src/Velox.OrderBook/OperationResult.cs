namespace Velox.OrderBook;

/// <summary>What an operation on orders did. All zero when it was refused.</summary>
public struct OperationResult
{
    /// <summary>Engine id of the order placed, cancelled or reduced; 0 after cancel-all.</summary>
    public ulong OrderId { get; internal set; }

    /// <summary>Lots matched on arrival.</summary>
    public ulong FilledLots { get; internal set; }

    /// <summary>Lots open in the book afterwards: of the order placed or reduced.</summary>
    public ulong RestingLots { get; internal set; }

    /// <summary>Lots that ended unfilled: the cancelled remainder, the cancelled orders, or the reduction.</summary>
    public ulong CancelledLots { get; internal set; }

    /// <summary>Resting orders that left the book because of a cancel or a reduction.</summary>
    public uint CancelledOrders { get; internal set; }

    /// <summary>Why the order is no longer open; <see cref="DoneReason.None"/> while it rests.</summary>
    public DoneReason Reason { get; internal set; }
}
