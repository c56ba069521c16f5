namespace Velox.Primitives;

/// <summary>What both ends of a ring between two processes, in a memory-mapped file, have in common.</summary>
/// <typeparam name="T">An item: the same layout in both processes.</typeparam>
/// <remarks>
/// <para>The algorithm, order and limits of <see cref="SpscRing{T}"/>: one thread of one process at each end, nothing
/// blocks, nothing allocates but opening and <see cref="Peer"/>. Either side may come first and makes the file.</para>
/// <para>An end whose process died is taken over at the position that it had stored last. A file that shrinks while it is open
/// kills the process, as the system has it: keep it where only the two can write. The other process is trusted with the items,
/// not with this one's memory. Do not call anything while another thread disposes.</para>
/// <para>Dispose of an end: one that is dropped stays this process's until that ends. Both processes see each other's numbers:
/// containers that hide theirs take each other for dead.</para>
/// </remarks>
public abstract unsafe class SharedRing<T> : IDisposable
    where T : unmanaged
{
    private readonly SharedRingFile _file;
    private readonly SpscRingCore<T, HardwareModel> _core;
    private readonly SharedRingEnd _otherEnd;

    private protected SharedRing(string path, int capacity, SharedRingEnd end)
    {
        RingMemory.CheckCapacity(capacity, least: 1);
        _file = SharedRingFile.Open(path, sizeof(T), capacity, end);
        _core = new SpscRingCore<T, HardwareModel>(_file.Positions, new RingSlots<T>(_file.Slots, capacity));
        _otherEnd = end == SharedRingEnd.Producer ? SharedRingEnd.Consumer : SharedRingEnd.Producer;
    }

    /// <summary>Items in the ring, about now.</summary>
    public int Count => Core.Count;

    /// <summary>The process at the other end. Asks the system: not for every item.</summary>
    public PeerState Peer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_file.IsDisposed, this);
            return _file.StateOf(_otherEnd);
        }
    }

    /// <summary>The ring, as long as its file is mapped.</summary>
    private protected SpscRingCore<T, HardwareModel> Core
    {
        get
        {
            ObjectDisposedException.ThrowIf(_file.IsDisposed, this);
            return _core;
        }
    }

    /// <summary>Gives this end up; the ring stays, with what is in it.</summary>
    public void Dispose()
    {
        _file.Dispose();
        GC.SuppressFinalize(this);
    }
}
