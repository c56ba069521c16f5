namespace Velox.Primitives;

/// <summary>The algorithm of <see cref="IndexFreeList"/>, over memory that its owner keeps alive.</summary>
/// <remarks>
/// <para>
/// Treiber's stack. The head is one 64-bit word: 24 bits for the number on top plus one (0: empty), 40 bits for a tag that
/// every pop increments. The links stand in an array of their own, not in what is free: a thread whose top was taken meanwhile
/// reads a stale link, never what the new owner wrote.
/// </para>
/// <para>
/// ABA: between a pop's read of head and link and its exchange the same number may be popped and pushed again over another
/// link. The exchange succeeds wrongly only if meanwhile the tag came round exactly: 2^40 pops, three hours of a hundred million
/// a second while one thread stands still at one instruction.
/// </para>
/// <para>
/// Order: the exchange of a push releases the link and what the pusher wrote into the thing; the load of the head acquires the
/// link, and the exchange of a pop what was written. Links are relaxed: who reads one that changes throws it away.
/// </para>
/// </remarks>
/// <param name="head">Zeroed: an empty list.</param>
/// <param name="links">As many as the capacity.</param>
/// <param name="capacity">1 to <see cref="IndexFreeList.MaxCapacity"/>.</param>
internal readonly unsafe struct IndexFreeListCore<TModel>(long* head, int* links, int capacity)
    where TModel : struct, IMemoryModel
{
    internal const int IndexBits = 24;
    internal const long IndexMask = (1L << IndexBits) - 1;
    private const long OneTag = 1L << IndexBits;

    /// <summary>Adds a number that is not in the list.</summary>
    internal void Push(int index)
    {
        ref int link = ref Link(index);
        long old = TModel.LoadAcquire(ref *head);
        while (true)
        {
            TModel.StoreRelaxed(ref link, (int)(old & IndexMask));
            long found = TModel.CompareExchange(ref *head, (old & ~IndexMask) | (uint)(index + 1), old);
            if (found == old)
                return;
            old = found;
        }
    }

    /// <summary>Takes the number that was added last.</summary>
    /// <returns>False when there is none.</returns>
    internal bool TryPop(out int index)
    {
        long old = TModel.LoadAcquire(ref *head);
        while ((old & IndexMask) != 0)
        {
            index = (int)(old & IndexMask) - 1;
            long next = (uint)TModel.LoadRelaxed(ref Link(index));
            long found = TModel.CompareExchange(ref *head, ((old & ~IndexMask) + OneTag) | next, old);
            if (found == old)
                return true;
            old = found;
        }

        index = -1;
        return false;
    }

    // Unsafe: the index is checked against the length of the links.
    private ref int Link(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)capacity, nameof(index));
        return ref links[index];
    }
}
