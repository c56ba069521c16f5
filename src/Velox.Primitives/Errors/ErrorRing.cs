using System.Runtime.InteropServices;

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
/// <para>
/// Ordering: a writer draws a ticket, whose low bits are its slot, and claims the slot by exchanging the slot's mark. The
/// mark is the ticket and a state. Fields are written between the claim and the mark's release as <c>Whole</c>; the reader
/// acquires the mark, copies, and looks at the mark again.
/// </para>
/// </remarks>
public sealed class ErrorRing
{
    /// <summary>Entries kept.</summary>
    public const int Capacity = 1_024;

    // States of a slot, the low bits of its mark.
    private const long Whole = 0;
    private const long BeingWritten = 1;

    // Nobody's: an earlier writer was still in it when this ticket came (and may be), or has left it since.
    private const long LostWithWriterInside = 2;
    private const long LostAndLeft = 3;
    private const int StateBits = 2;
    private const long StateMask = (1 << StateBits) - 1;

    private readonly Slot[] _slots = new Slot[Capacity];
    private Positions _positions;
    private long _lost;

    public ErrorRing()
    {
        // As if a lap of entries had been written and read before ticket 0: ticket -1 and the like.
        for (int i = 0; i < Capacity; i++)
            _slots[i].Mark = MarkOf(i - Capacity, Whole);
    }

    /// <summary>Errors noted so far.</summary>
    public long Written => Volatile.Read(ref _positions.Written);

    /// <summary>Entries that the reader has passed without seeing them.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>Notes an error. Any thread.</summary>
    public void Write(in ErrorEntry entry)
    {
        long ticket = DrawTicket();
        if (!TryClaim(ticket))
            return;
        _slots[ticket & (Capacity - 1)].Entry = entry;
        Release(ticket);
    }

    /// <summary>Takes the oldest entry; false when there is none, or it is still being written. One thread only.</summary>
    public bool TryRead(out ErrorEntry entry)
    {
        while (true)
        {
            long read = _positions.Read;
            long written = Volatile.Read(ref _positions.Written);
            if (written - read > Capacity)
            {
                // Their slots belong to later entries by now, written or about to be.
                Pass(written - Capacity - read);
                continue;
            }

            ref Slot slot = ref _slots[read & (Capacity - 1)];
            long mark = Volatile.Read(ref slot.Mark);
            entry = slot.Entry;
            if (read == written || TicketOf(mark) < read || mark == MarkOf(read, BeingWritten))
                return false;

            // A full fence: the copy above is complete before the mark is looked at again. The same mark as before means
            // that nobody has claimed the slot meanwhile.
            Interlocked.MemoryBarrier();
            if (mark == MarkOf(read, Whole) && Volatile.Read(ref slot.Mark) == mark)
            {
                _positions.Read = read + 1;
                return true;
            }

            // A later lap has the slot, or this ticket found it in use.
            Pass(1);
        }
    }

    /// <summary>The place of an entry in the order of all.</summary>
    internal long DrawTicket() => Interlocked.Increment(ref _positions.Written) - 1;

    /// <summary>Makes the slot the ticket's alone; false when the entry is lost, which its mark then says.</summary>
    internal bool TryClaim(long ticket)
    {
        ref Slot slot = ref _slots[ticket & (Capacity - 1)];
        while (true)
        {
            long mark = Volatile.Read(ref slot.Mark);

            // This thread slept for a lap between its ticket and here: the reader passes the ticket by the count.
            if (TicketOf(mark) > ticket)
                return false;

            bool isFree = (mark & StateMask) is Whole or LostAndLeft;
            long claimed = MarkOf(ticket, isFree ? BeingWritten : LostWithWriterInside);
            if (Interlocked.CompareExchange(ref slot.Mark, claimed, mark) == mark)
                return isFree;
        }
    }

    /// <summary>Shows the entry, and gives the slot to whoever comes next.</summary>
    internal void Release(long ticket)
    {
        ref Slot slot = ref _slots[ticket & (Capacity - 1)];
        long mark = MarkOf(ticket, BeingWritten);

        // Release, by an exchange. It fails only when later tickets met this writer: theirs is the mark, and stays
        // theirs, but for the note that the writer has left.
        long found = Interlocked.CompareExchange(ref slot.Mark, MarkOf(ticket, Whole), mark);
        while (found != mark)
        {
            mark = found;
            found = Interlocked.CompareExchange(ref slot.Mark, MarkOf(TicketOf(mark), LostAndLeft), mark);
        }
    }

    private static long MarkOf(long ticket, long state) => (ticket << StateBits) | state;

    private static long TicketOf(long mark) => mark >> StateBits;

    private void Pass(long count)
    {
        _positions.Read += count;

        // One reader: plain addition. Volatile for those who look at the number.
        Volatile.Write(ref _lost, _lost + count);
    }

    /// <summary>The writers' position and the reader's, each on 128 bytes of its own: processors fetch lines in pairs.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 3 * 128)]
    private struct Positions
    {
        [FieldOffset(128)]
        internal long Written;

        [FieldOffset(256)]
        internal long Read;
    }

    /// <summary>An entry and its mark, on a cache line of their own.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Slot
    {
        internal long Mark;
        internal ErrorEntry Entry;
    }
}
