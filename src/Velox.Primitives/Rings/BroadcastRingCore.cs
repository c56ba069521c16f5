namespace Velox.Primitives;

/// <summary>The algorithm of <see cref="BroadcastRing{T}"/>, over memory that its owner keeps alive.</summary>
/// <remarks>
/// Each slot is a sequence lock whose stamp also names the position: <c>2p + 1</c> while position <c>p</c> is being written,
/// <c>2p + 2</c> when it is there. A reader that loads a word of a later item sees that item's odd stamp, which came before
/// the word (<see cref="SharedWords{T, TModel}"/>), so a copy between two equal looks at the stamp is whole.
/// </remarks>
internal readonly unsafe struct BroadcastRingCore<T, TModel>
    where T : unmanaged
    where TModel : struct, IMemoryModel
{
    private readonly long* _written;
    private readonly long* _slots;
    private readonly int _capacity;

    /// <param name="written">One word, zeroed, on 128 bytes of its own.</param>
    /// <param name="slots">Zeroed: as many words as <see cref="SlotWords"/> for each slot.</param>
    /// <param name="capacity">A power of two, at least 2.</param>
    internal BroadcastRingCore(long* written, long* slots, int capacity)
    {
        _written = written;
        _slots = slots;
        _capacity = capacity;
    }

    /// <summary>Words of a slot: the stamp and the item.</summary>
    internal static int SlotWords => 1 + SharedWords<T, TModel>.Count;

    internal int Capacity => _capacity;

    /// <summary>Position after the newest item.</summary>
    internal long Written => TModel.LoadAcquire(ref *_written);

    internal void Write(in T item)
    {
        long position = TModel.LoadRelaxed(ref *_written);
        long* slot = Slot(position);

        // Relaxed: every word that follows releases it.
        TModel.StoreRelaxed(ref *slot, 2 * position + 1);
        SharedWords<T, TModel>.Store(slot + 1, in item);
        TModel.StoreRelease(ref *slot, 2 * position + 2);
        TModel.StoreRelease(ref *_written, position + 1);
    }

    /// <summary>Reads the item at the cursor and moves it, or moves it past a gap.</summary>
    internal BroadcastRead TryRead(ref long cursor, out T item)
    {
        long* slot = Slot(cursor);
        long complete = 2 * cursor + 2;
        long stamp = TModel.LoadAcquire(ref *slot);
        if (stamp < complete)
        {
            item = default;
            return BroadcastRead.Empty;
        }

        SharedWords<T, TModel>.Load(slot + 1, out item);
        if (stamp == complete && TModel.LoadRelaxed(ref *slot) == complete)
        {
            cursor++;
            return BroadcastRead.Item;
        }

        // Overrun. Half the ring back leaves the reader time before it is overrun again.
        cursor = Math.Max(cursor + 1, Written - _capacity / 2);
        return BroadcastRead.Gap;
    }

    private long* Slot(long position) => _slots + (position & (_capacity - 1)) * SlotWords;
}
