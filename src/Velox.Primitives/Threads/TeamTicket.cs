namespace Velox.Primitives;

/// <summary>The word by which the owner of a <see cref="WorkerTeam"/> puts up work and its threads take slices of it.</summary>
/// <remarks>
/// <para>
/// It holds the number of the work in its upper half and the next slice in its lower one. A thread looks at the ticket, reads what the
/// work is, and then raises the ticket that it saw; that fails if the ticket changed in between, so what the thread read belongs to the
/// slice that it took. Before the owner writes what the next work is it closes the ticket: nothing can be taken with a closed one.
/// </para>
/// <para>What the work is may be read while the owner writes it, piece by piece: such a read is thrown away, as the claim fails then.</para>
/// </remarks>
internal static class TeamTicket<TModel>
    where TModel : struct, IMemoryModel
{
    internal const uint ClosedSlice = uint.MaxValue;

    internal static uint SliceOf(long ticket) => (uint)ticket;

    /// <summary>The owner's, after it wrote what the work is: whoever sees this ticket sees that.</summary>
    internal static void Open(ref long ticket, uint number) => TModel.StoreRelease(ref ticket, (long)number << 32);

    /// <summary>The owner's, before it writes what the next work is.</summary>
    /// <remarks>The fence: a thread that has read any of the next work finds the ticket closed when it claims.</remarks>
    internal static void Close(ref long ticket, uint number)
    {
        TModel.Exchange(ref ticket, ((long)number << 32) | ClosedSlice);
        TModel.Fence();
    }

    /// <summary>The ticket as it is, before the work is read.</summary>
    internal static long Look(ref long ticket) => TModel.LoadAcquire(ref ticket);

    /// <summary>Takes the slice of the ticket that was seen, after the work was read; false, and the ticket as it is now, if it changed.</summary>
    internal static bool TryClaim(ref long ticket, ref long seen)
    {
        // Acquires and releases: the reads before it are not later than it.
        long found = TModel.CompareExchange(ref ticket, seen + 1, seen);
        bool isClaimed = found == seen;
        seen = found;
        return isClaimed;
    }

    /// <summary>A slice is done: what it wrote comes before the count.</summary>
    internal static void Finish(ref long done) => TModel.Add(ref done, 1);

    /// <summary>Whether so many slices are done: what they wrote is visible then.</summary>
    internal static bool AreDone(ref long done, int slices) => TModel.LoadAcquire(ref done) >= slices;
}
