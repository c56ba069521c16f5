namespace Velox.Primitives;

/// <summary>A bounded first-in first-out queue without locks, for many producing threads and one consuming thread.</summary>
/// <typeparam name="T">An item; a slot that holds references is cleared as soon as it is read.</typeparam>
/// <remarks>Limits and order: see <see cref="SequencedRing{T}"/>.</remarks>
/// <example>
/// <code>
/// var ring = new MpscRing&lt;long&gt;(1024);
/// bool isWritten = ring.TryWrite(42); // any thread
/// if (ring.TryRead(out long item)) Handle(item); // one thread
/// </code>
/// </example>
public sealed class MpscRing<T> : SequencedRing<T>, IRing<T>
{
    /// <param name="capacity">Items the ring holds: a power of two, 2 to <see cref="SequencedRing{T}.MaxCapacity"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not such a number, or the items take more than 2 GiB.</exception>
    public MpscRing(int capacity)
        : base(capacity)
    {
    }

    static bool IRing<T>.ProducerMayRead => false;

    /// <summary>Takes the oldest item, or returns false when the ring is empty. Consumer only.</summary>
    public bool TryRead(out T item)
    {
        bool isRead = Core.TryReadAlone(out item);
        GC.KeepAlive(this);
        return isRead;
    }
}
