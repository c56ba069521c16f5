namespace Velox.OrderBook;

/// <summary>The slab contradicts itself. Only damage from outside the book causes this.</summary>
/// <remarks>
/// Thrown in the middle of an operation, so the caller must undo it (<c>TrackedMemory.Rollback</c>) and stop using the
/// market. Nothing outside the slab is ever read or written, and no loop of the book runs without end.
/// </remarks>
public sealed class CorruptMarketException : Exception
{
    public CorruptMarketException()
        : this("The market's slab contradicts itself.")
    {
    }

    public CorruptMarketException(string message)
        : base(message)
    {
    }

    public CorruptMarketException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
