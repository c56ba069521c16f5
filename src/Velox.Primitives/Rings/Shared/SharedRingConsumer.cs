namespace Velox.Primitives;

/// <summary>The reading end of a ring between two processes, in a memory-mapped file.</summary>
/// <typeparam name="T">An item: the same layout in both processes.</typeparam>
/// <remarks>Limits and order: see <see cref="SharedRing{T}"/>. The item that a dead consumer was busy with may come again.</remarks>
/// <example>
/// <code>
/// using var consumer = new SharedRingConsumer&lt;OrderMessage&gt;("/dev/shm/orders", 4096);
/// if (consumer.TryRead(out OrderMessage message)) Handle(in message);
/// if (consumer.Peer == PeerState.Dead) Restart();
/// </code>
/// </example>
public sealed class SharedRingConsumer<T> : SharedRing<T>
    where T : unmanaged
{
    /// <summary>Opens this end of the ring in a file, which is made if there is none.</summary>
    /// <param name="path">The file; best in memory, such as below /dev/shm.</param>
    /// <param name="capacity">Items the ring holds: a power of two, 1 to 2^30, the same on both sides.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not such a number.</exception>
    /// <exception cref="SharedRingException">The file is of another kind, version or size, which the exception's field names; or
    /// this end belongs to a living process.</exception>
    public SharedRingConsumer(string path, int capacity)
        : base(path, capacity, SharedRingEnd.Consumer) => Core.ResumeConsumer();

    /// <summary>Takes the oldest item, or returns false when the ring is empty.</summary>
    public bool TryRead(out T item) => Core.TryRead(out item);

    /// <summary>Takes as many of the oldest items as fit, in order; returns how many.</summary>
    public int TryRead(Span<T> items) => Core.TryRead(items);
}
