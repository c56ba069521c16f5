namespace Velox.Primitives;

/// <summary>The writing end of a ring between two processes, in a memory-mapped file.</summary>
/// <typeparam name="T">An item: the same layout in both processes.</typeparam>
/// <remarks>Limits and order: see <see cref="SharedRing{T}"/>.</remarks>
/// <example>
/// <code>
/// using var producer = new SharedRingProducer&lt;OrderMessage&gt;("/dev/shm/orders", 4096);
/// producer.TryWrite(in message);
/// if (producer.Peer == PeerState.Dead) Restart();
/// </code>
/// </example>
public sealed class SharedRingProducer<T> : SharedRing<T>
    where T : unmanaged
{
    /// <summary>Opens this end of the ring in a file, which is made if there is none.</summary>
    /// <param name="path">The file; best in memory, such as below /dev/shm.</param>
    /// <param name="capacity">Items the ring holds: a power of two, 1 to 2^30, the same on both sides.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not such a number.</exception>
    /// <exception cref="SharedRingException">The file is of another kind, version or size, which the exception's field names; or
    /// this end belongs to a living process.</exception>
    public SharedRingProducer(string path, int capacity)
        : base(path, capacity, SharedRingEnd.Producer) => Core.ResumeProducer();

    /// <summary>Appends an item, or returns false when the ring is full.</summary>
    public bool TryWrite(in T item) => Core.TryWrite(in item);

    /// <summary>Appends as many of the items as there is room for, in order; returns how many.</summary>
    public int TryWrite(ReadOnlySpan<T> items) => Core.TryWrite(items);
}
