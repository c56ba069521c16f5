namespace Velox.Primitives;

/// <summary>The reading end of a ring between two processes, in a memory-mapped file.</summary>
/// <typeparam name="T">An item: the same layout in both processes.</typeparam>
/// <remarks>
/// <para>The algorithm, order and limits of <see cref="SpscRing{T}"/>: one thread of one process at each end, nothing
/// blocks, nothing allocates but opening and <see cref="Peer"/>. Either side may come first and makes the file.</para>
/// <para>An end whose process died is taken over at the position that it had stored last, so the item it was busy with may
/// come again. A file that shrinks while it is open kills the process, as the system has it: keep it where only the two can
/// write. Do not call anything while another thread disposes.</para>
/// <example>
/// <code>
/// using var consumer = new SharedRingConsumer&lt;OrderMessage&gt;("/dev/shm/orders", 4096);
/// if (consumer.TryRead(out OrderMessage message)) Handle(in message);
/// if (consumer.Peer == PeerState.Dead) Restart();
/// </code>
/// </example>
/// </remarks>
public sealed unsafe class SharedRingConsumer<T> : IDisposable
    where T : unmanaged
{
    private readonly SharedRingFile _file;
    private readonly SpscRingCore<T, HardwareModel> _core;

    /// <summary>Opens this end of the ring in a file, which is made if there is none.</summary>
    /// <param name="path">The file; best in memory, such as below /dev/shm.</param>
    /// <param name="capacity">Items the ring holds: a power of two, 1 to 2^30, the same on both sides.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not such a number.</exception>
    /// <exception cref="SharedRingException">The file is of another kind, version or size, which the exception's field names; or
    /// this end belongs to a living process.</exception>
    public SharedRingConsumer(string path, int capacity)
    {
        RingMemory.CheckCapacity(capacity, least: 1);
        _file = SharedRingFile.Open(path, sizeof(T), capacity, SharedRingEnd.Consumer);
        _core = new SpscRingCore<T, HardwareModel>(_file.Positions, new RingSlots<T>(_file.Slots, capacity));
        _core.ResumeConsumer();
    }

    /// <summary>Items in the ring, about now.</summary>
    public int Count
    {
        get
        {
            ObjectDisposedException.ThrowIf(_file.IsDisposed, this);
            return _core.Count;
        }
    }

    /// <summary>The process at the other end. Asks the system: not for every item.</summary>
    public PeerState Peer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_file.IsDisposed, this);
            return _file.StateOf(SharedRingEnd.Producer);
        }
    }

    /// <summary>Takes the oldest item, or returns false when the ring is empty.</summary>
    public bool TryRead(out T item)
    {
        ObjectDisposedException.ThrowIf(_file.IsDisposed, this);
        return _core.TryRead(out item);
    }

    /// <summary>Takes as many of the oldest items as fit, in order; returns how many.</summary>
    public int TryRead(Span<T> items)
    {
        ObjectDisposedException.ThrowIf(_file.IsDisposed, this);
        return _core.TryRead(items);
    }

    /// <summary>Gives this end up; the ring stays, with what is in it.</summary>
    public void Dispose() => _file.Dispose();
}
