using System.Diagnostics.CodeAnalysis;

namespace Velox.Primitives;

/// <summary>What became of an item that was offered to a ring.</summary>
public enum WriteResult
{
    /// <summary>It is in the ring.</summary>
    Written,

    /// <summary>It waits in the overflow, and goes into the ring in its turn.</summary>
    Spilled,

    /// <summary>It was taken and thrown away, as there was no room.</summary>
    Dropped,

    /// <summary>It was not taken: the caller still has it.</summary>
    Rejected,

    /// <summary>It was not taken after all the waiting: the caller still has it.</summary>
    TimedOut,
}

/// <summary>What a writer has done with the items that were offered to it.</summary>
/// <remarks>
/// To the unit: offered = accepted + rejected + timed out, and over all writers of a ring accepted = read + dropped newest
/// + dropped oldest + what remains in the ring and in the overflows.
/// </remarks>
/// <param name="Accepted">Taken: written, spilled or dropped.</param>
/// <param name="Rejected">Refused as the ring was full.</param>
/// <param name="TimedOut">Refused after waiting.</param>
/// <param name="DroppedNewest">Accepted and thrown away.</param>
/// <param name="DroppedOldest">Items thrown away out of the ring to make room for newer ones.</param>
/// <param name="Spilled">Accepted and put into the overflow first.</param>
public readonly record struct WriteCounts(
    long Accepted, long Rejected, long TimedOut, long DroppedNewest, long DroppedOldest, long Spilled)
{
    /// <summary>All items that were offered.</summary>
    public long Offered => Accepted + Rejected + TimedOut;
}

/// <summary>What to do with an item when the ring is full. Implemented by structs; each belongs to one writing thread.</summary>
/// <typeparam name="T">An item.</typeparam>
public interface IBackPressure<T>
{
    /// <summary>Whether it takes items out of the ring, as only some rings let a producer do.</summary>
    static abstract bool ReadsFromRing { get; }

    /// <summary>Accepted items that are not in the ring yet.</summary>
    int HeldCount { get; }

    /// <summary>Puts held items into the ring as far as there is room. True when none is left.</summary>
    bool Flush<TRing>(TRing ring)
        where TRing : class, IRing<T>;

    /// <summary>Decides on an item that found no room, or found items held that come before it.</summary>
    /// <param name="ring">The full ring.</param>
    /// <param name="item">The item.</param>
    /// <param name="droppedOldest">Items taken out of the ring and thrown away.</param>
    WriteResult OnFull<TRing>(TRing ring, in T item, out int droppedOldest)
        where TRing : class, IRing<T>;
}

/// <summary>Writes into a ring with a policy for when it is full, and accounts for every item.</summary>
/// <remarks>
/// Of one thread; several threads each have a writer of their own on a ring that allows several. Nothing allocates after
/// construction. <see cref="Counts"/> may be read by others and is then a value of about now.
/// <example>
/// <code>
/// var ring = new SpscRing&lt;long&gt;(1024);
/// var writer = new RingWriter&lt;long, SpscRing&lt;long&gt;, RejectWhenFull&lt;long&gt;&gt;(ring, default);
/// if (writer.Write(42) == WriteResult.Rejected) TellTheClient();
/// </code>
/// </example>
/// </remarks>
public sealed class RingWriter<T, TRing, TPolicy>
    where TRing : class, IRing<T>
    where TPolicy : struct, IBackPressure<T>
{
    private readonly TRing _ring;

    [SuppressMessage("Style", "IDE0044", Justification = "It changes itself; a readonly field would be copied instead.")]
    private TPolicy _policy;

    private long _accepted;
    private long _rejected;
    private long _timedOut;
    private long _droppedNewest;
    private long _droppedOldest;
    private long _spilled;

    /// <exception cref="ArgumentException">The policy reads from the ring, and the ring does not let producers read.</exception>
    public RingWriter(TRing ring, TPolicy policy)
    {
        if (TPolicy.ReadsFromRing && !TRing.ProducerMayRead)
            throw new ArgumentException($"{typeof(TPolicy).Name} needs a ring that its producers may read.", nameof(policy));
        _ring = ring;
        _policy = policy;
    }

    public WriteCounts Counts => new(
        Volatile.Read(ref _accepted), Volatile.Read(ref _rejected), Volatile.Read(ref _timedOut),
        Volatile.Read(ref _droppedNewest), Volatile.Read(ref _droppedOldest), Volatile.Read(ref _spilled));

    /// <summary>Accepted items that wait in the overflow.</summary>
    public int HeldCount => _policy.HeldCount;

    /// <summary>Offers an item to the ring.</summary>
    public WriteResult Write(in T item)
    {
        if (_policy.Flush(_ring) && _ring.TryWrite(in item))
        {
            _accepted++;
            return WriteResult.Written;
        }

        WriteResult result = _policy.OnFull(_ring, in item, out int droppedOldest);
        _droppedOldest += droppedOldest;
        Count(result);
        return result;
    }

    /// <summary>Moves what waits in the overflow into the ring. True when none is left.</summary>
    /// <remarks>To be called by a writer that has nothing to write while items are held.</remarks>
    public bool Flush() => _policy.Flush(_ring);

    private void Count(WriteResult result)
    {
        switch (result)
        {
            case WriteResult.Rejected:
                _rejected++;
                return;
            case WriteResult.TimedOut:
                _timedOut++;
                return;
            case WriteResult.Dropped:
                _droppedNewest++;
                break;
            case WriteResult.Spilled:
                _spilled++;
                break;
        }

        _accepted++;
    }
}
