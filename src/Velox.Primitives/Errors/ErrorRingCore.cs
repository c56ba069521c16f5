namespace Velox.Primitives;

/// <summary>The algorithm of <see cref="ErrorRing"/>, over memory that its owner keeps alive.</summary>
/// <remarks>
/// <para>
/// A writer draws a ticket, whose low bits are its slot, and claims the slot by exchanging the slot's mark, which is the ticket and
/// a state. The entry's words are written between the claim and the mark's exchange to whole.
/// </para>
/// <para>
/// Order: each word of an entry is stored with release and loaded with acquire. A reader that got a word of a later writer has got
/// that writer's claim with it, so its second look at the mark, which comes after the words, finds the mark changed.
/// </para>
/// </remarks>
/// <param name="written">Tickets drawn; zeroed.</param>
/// <param name="read">The reader's position, and behind it the number of entries passed unseen; zeroed.</param>
/// <param name="slots"><see cref="SlotWords"/> for each of the capacity.</param>
/// <param name="capacity">A power of two.</param>
internal readonly unsafe struct ErrorRingCore<TModel>(long* written, long* read, long* slots, int capacity)
    where TModel : struct, IMemoryModel
{
    /// <summary>The mark and the entry, on a cache line of their own.</summary>
    internal const int SlotWords = 8;

    // States of a slot, the low bits of its mark.
    private const long Whole = 0;
    private const long BeingWritten = 1;

    // Nobody's: an earlier writer was still in it when this ticket came (and may be), or has left it since.
    private const long LostWithWriterInside = 2;
    private const long LostAndLeft = 3;
    private const int StateBits = 2;
    private const long StateMask = (1 << StateBits) - 1;

    internal long Written => TModel.LoadAcquire(ref *written);

    internal long Lost => TModel.LoadAcquire(ref read[1]);

    /// <summary>Makes it empty, before anybody else has it: as if a lap of entries had been written and read before ticket 0.</summary>
    internal void Clear()
    {
        for (int i = 0; i < capacity; i++)
            TModel.StoreRelaxed(ref Mark(i), MarkOf(i - capacity, Whole));
    }

    internal void Write(in ErrorEntry entry)
    {
        long ticket = DrawTicket();
        if (!TryClaim(ticket))
            return;
        SharedWords<ErrorEntry, TModel>.Store(Entry(ticket), in entry);
        Release(ticket);
    }

    internal bool TryRead(out ErrorEntry entry)
    {
        while (true)
        {
            long position = TModel.LoadRelaxed(ref *read);
            long end = Written;
            if (end - position > capacity)
            {
                // Their slots belong to later entries by now, written or about to be.
                Pass(position, end - capacity - position);
                continue;
            }

            long mark = TModel.LoadAcquire(ref Mark(position));
            SharedWords<ErrorEntry, TModel>.Load(Entry(position), out entry);
            if (position == end || TicketOf(mark) < position || mark == MarkOf(position, BeingWritten))
                return false;

            // Relaxed: the words' acquires stand before it.
            if (mark == MarkOf(position, Whole) && TModel.LoadRelaxed(ref Mark(position)) == mark)
            {
                TModel.StoreRelaxed(ref *read, position + 1);
                return true;
            }

            // A later lap has the slot, or this ticket found it in use.
            Pass(position, 1);
        }
    }

    /// <summary>The place of an entry in the order of all.</summary>
    internal long DrawTicket() => TModel.Add(ref *written, 1) - 1;

    /// <summary>Makes the slot the ticket's alone; false when the entry is lost, which its mark then says.</summary>
    internal bool TryClaim(long ticket)
    {
        long mark = TModel.LoadAcquire(ref Mark(ticket));
        while (true)
        {
            // This thread slept for a lap between its ticket and here: the reader passes the ticket by the count.
            if (TicketOf(mark) > ticket)
                return false;

            bool isFree = (mark & StateMask) is Whole or LostAndLeft;
            long claimed = MarkOf(ticket, isFree ? BeingWritten : LostWithWriterInside);
            long found = TModel.CompareExchange(ref Mark(ticket), claimed, mark);
            if (found == mark)
                return isFree;
            mark = found;
        }
    }

    /// <summary>Shows the entry, and gives the slot to whoever comes next.</summary>
    internal void Release(long ticket)
    {
        long mark = MarkOf(ticket, BeingWritten);

        // Release, by an exchange. It fails only when later tickets met this writer: theirs is the mark, and stays
        // theirs, but for the note that the writer has left.
        long found = TModel.CompareExchange(ref Mark(ticket), MarkOf(ticket, Whole), mark);
        while (found != mark)
        {
            mark = found;
            found = TModel.CompareExchange(ref Mark(ticket), MarkOf(TicketOf(mark), LostAndLeft), mark);
        }
    }

    private static long MarkOf(long ticket, long state) => (ticket << StateBits) | state;

    private static long TicketOf(long mark) => mark >> StateBits;

    private void Pass(long position, long count)
    {
        TModel.StoreRelaxed(ref *read, position + count);

        // One reader: plain addition.
        TModel.StoreRelaxed(ref read[1], TModel.LoadRelaxed(ref read[1]) + count);
    }

    // Unsafe: the low bits of a position are below the capacity.
    private ref long Mark(long position) => ref slots[(position & (capacity - 1)) * SlotWords];

    private long* Entry(long position) => slots + ((position & (capacity - 1)) * SlotWords) + 1;
}
