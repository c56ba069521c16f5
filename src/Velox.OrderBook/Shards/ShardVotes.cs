using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>The words by which shards agree on a command over several markets, and say how far they are.</summary>
/// <remarks>
/// <para>
/// A vote is a word of its own for each leg of each entry: the shard of the leg is its only writer. It holds the number
/// of the entry beside the error, so that the vote of an earlier user of the same words is never taken for it. Nobody
/// changes a word that another wrote: there is no read-modify-write, and nothing to lose a race for.
/// </para>
/// <para>
/// Entries are used again: the sequencer fills one only when every shard of its earlier user has reached that user's
/// number. A shard's "reached" releases all that it read of the entry, and the sequencer acquires it.
/// </para>
/// Unsafe: both pointers are into memory that the owner keeps alive and in place; entry, leg and shard are in bounds.
/// </remarks>
/// <param name="votes"><see cref="ShardOptions.MaxLegs"/> words for each entry, zeroed.</param>
/// <param name="reached"><see cref="ReachedStride"/> words for each shard, zeroed.</param>
/// <param name="capacity">Entries, a power of two.</param>
internal readonly unsafe struct ShardVotes<TModel>(long* votes, long* reached, int capacity)
    where TModel : struct, IMemoryModel
{
    /// <summary>A shard writes it all the time: 128 bytes for each, as neighbouring lines travel in pairs.</summary>
    internal const int ReachedStride = 16;

    private const int ErrorBits = 16;

    internal int Capacity => capacity;

    internal int EntryOf(long index) => (int)(index & (capacity - 1));

    /// <summary>A shard's vote for one of its legs.</summary>
    /// <remarks>The word says all: release only keeps it behind what the check has read.</remarks>
    internal void Cast(long index, int leg, BookError error) =>
        TModel.StoreRelease(ref WordOf(index, leg), ((index + 1) << ErrorBits) | (long)error);

    /// <summary>The vote for a leg, or false while it is not in.</summary>
    internal bool TryRead(long index, int leg, out BookError error)
    {
        long word = TModel.LoadAcquire(ref WordOf(index, leg));
        error = (BookError)(word & ((1 << ErrorBits) - 1));
        return word >> ErrorBits == index + 1;
    }

    /// <summary>Says that the shard is done with every input of its up to this number.</summary>
    internal void Reach(int shard, long number) => TModel.StoreRelease(ref reached[shard * ReachedStride], number + 1);

    internal bool HasReached(int shard, long number) =>
        TModel.LoadAcquire(ref reached[shard * ReachedStride]) > number;

    private ref long WordOf(long index, int leg) => ref votes[(EntryOf(index) * ShardOptions.MaxLegs) + leg];
}
