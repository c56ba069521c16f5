using System.Diagnostics.CodeAnalysis;

namespace Velox.Primitives;

/// <summary>The last 1,024 errors: any thread notes one without a lock, one thread reads them in order.</summary>
/// <remarks>
/// Noting never waits, never fails and allocates nothing. When the reader is 1,024 behind, the oldest entries go, and each
/// is counted: at any time what was <see cref="Written"/> is what was read, what is <see cref="Lost"/>, and what waits.
/// In the one case that a writer sleeps in the middle of an entry while others fill the whole ring, the entry that comes
/// to its place is lost instead, and counted as well. An entry that is being written holds back the later ones until it
/// is done, or lost.
/// <example><code>
/// var errors = new ErrorRing();
/// errors.Write(new ErrorEntry(Code: 7, clock.NowNanos, orderId, 0));   // any thread
/// while (errors.TryRead(out ErrorEntry error))                          // one thread
///     batcher.Add(error);
/// </code></example>
/// <para>Why it is right: see <see cref="ErrorRingCore{TModel}"/>.</para>
/// </remarks>
public sealed unsafe class ErrorRing
{
    /// <summary>Entries kept.</summary>
    public const int Capacity = 1_024;

    // The writers' position and the reader's, each on 128 bytes of its own, then the slots.
    private const int WrittenBytes = RingMemory.AlignmentBytes;
    private const int ReadBytes = RingMemory.AlignmentBytes;
    private const int SlotsBytes = Capacity * ErrorRingCore<HardwareModel>.SlotWords * sizeof(long);

    // The core holds addresses into this. Every method keeps this object alive to its end, and so the memory.
    [SuppressMessage("CodeQuality", "IDE0052", Justification = "Keeps memory alive.")]
    private readonly object _owner;
    private readonly ErrorRingCore<HardwareModel> _core;

    public ErrorRing()
    {
        _owner = RingMemory.Allocate(WrittenBytes + ReadBytes + SlotsBytes, out byte* first);
        _core = new ErrorRingCore<HardwareModel>(
            (long*)first, (long*)(first + WrittenBytes), (long*)(first + WrittenBytes + ReadBytes), Capacity);
        _core.Clear();
    }

    /// <summary>Errors noted so far.</summary>
    public long Written
    {
        get
        {
            long written = _core.Written;
            GC.KeepAlive(this);
            return written;
        }
    }

    /// <summary>Entries that the reader has passed without seeing them.</summary>
    public long Lost
    {
        get
        {
            long lost = _core.Lost;
            GC.KeepAlive(this);
            return lost;
        }
    }

    /// <summary>Notes an error. Any thread.</summary>
    public void Write(in ErrorEntry entry)
    {
        _core.Write(in entry);
        GC.KeepAlive(this);
    }

    /// <summary>Takes the oldest entry; false when there is none, or it is still being written. One thread only.</summary>
    public bool TryRead(out ErrorEntry entry)
    {
        bool isRead = _core.TryRead(out entry);
        GC.KeepAlive(this);
        return isRead;
    }

    /// <inheritdoc cref="ErrorRingCore{TModel}.DrawTicket"/>
    internal long DrawTicket()
    {
        long ticket = _core.DrawTicket();
        GC.KeepAlive(this);
        return ticket;
    }

    /// <inheritdoc cref="ErrorRingCore{TModel}.TryClaim"/>
    internal bool TryClaim(long ticket)
    {
        bool isClaimed = _core.TryClaim(ticket);
        GC.KeepAlive(this);
        return isClaimed;
    }

    /// <inheritdoc cref="ErrorRingCore{TModel}.Release"/>
    internal void Release(long ticket)
    {
        _core.Release(ticket);
        GC.KeepAlive(this);
    }
}
