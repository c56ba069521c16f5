namespace Velox.OrderBook;

/// <summary>How a <see cref="LockFreeOrderBook"/> finds out that no thread can hold a removed node any more.</summary>
public enum LockFreeReclamation : byte
{
    /// <summary>
    /// By epochs: the least work. A thread that stands still inside an operation keeps all that is removed from then on, and
    /// handing removed nodes back takes a lock.
    /// </summary>
    Epochs,

    /// <summary>
    /// By hazard pointers: a thread names the at most five nodes that it has in its hand, and keeps these and no others. Removed
    /// nodes are bounded whatever threads do (<see cref="LockFreeOrderBook.MaxHeldBack"/>), and nothing takes a lock. Each step
    /// of a walk costs a store and a second look at the link.
    /// </summary>
    HazardPointers,
}
