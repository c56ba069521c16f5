using System.Runtime.CompilerServices;

namespace Velox.Primitives;

/// <summary>The algorithm of <see cref="MpscRing{T}"/> and <see cref="MpmcRing{T}"/>, over memory that its owner keeps alive.</summary>
/// <remarks>
/// <para>After Dmitry Vyukov's bounded queue. A thread takes a position by compare-and-swap on its end, then the slot
/// is its own: the slot's sequence says so. It is released when the item is in (or out) and acquired before it is touched,
/// so an item is seen with all that its writer did before, and no slot is used by two.</para>
/// <para>A thread that stops between the two steps holds up the others when they come to its slot, not before.</para>
/// </remarks>
internal readonly unsafe struct SequencedRingCore<T, TModel>
    where TModel : struct, IMemoryModel
{
    private readonly RingEnds* _ends;
    private readonly RingSlots<SequencedSlot<T>> _slots;

    /// <param name="ends">Zeroed, aligned to 128 bytes.</param>
    /// <param name="slots">At least two.</param>
    internal SequencedRingCore(RingEnds* ends, RingSlots<SequencedSlot<T>> slots)
    {
        _ends = ends;
        _slots = slots;
        for (int i = 0; i < slots.Capacity; i++)
            TModel.StoreRelaxed(ref slots[i].Sequence, i);
    }

    internal int Capacity => _slots.Capacity;

    internal int Count
    {
        get
        {
            // Two looks at moving positions: their difference may lie outside the bounds for a moment.
            long head = TModel.LoadAcquire(ref _ends->Head);
            long tail = TModel.LoadAcquire(ref _ends->Tail);
            return (int)Math.Clamp(tail - head, 0, _slots.Capacity);
        }
    }

    /// <summary>For any number of producers.</summary>
    internal bool TryWrite(in T item)
    {
        long position = TModel.LoadRelaxed(ref _ends->Tail);
        while (true)
        {
            ref SequencedSlot<T> slot = ref _slots[position];

            // Acquire: the slot is filled after its last reader is done with it.
            long lead = TModel.LoadAcquire(ref slot.Sequence) - position;
            if (lead < 0)
                return false; // not read yet: full
            if (lead == 0)
            {
                long seen = TModel.CompareExchange(ref _ends->Tail, position + 1, position);
                if (seen == position)
                {
                    TModel.Write(ref slot.Item, in item);
                    TModel.StoreRelease(ref slot.Sequence, position + 1);
                    return true;
                }

                position = seen;
            }
            else
            {
                // Somebody wrote here. The acquire above brought the tail that it had moved before.
                position = TModel.LoadRelaxed(ref _ends->Tail);
            }
        }
    }

    /// <summary>For any number of consumers.</summary>
    internal bool TryRead(out T item)
    {
        long position = TModel.LoadRelaxed(ref _ends->Head);
        while (true)
        {
            ref SequencedSlot<T> slot = ref _slots[position];

            // Acquire: the item is read after its writer put it in.
            long lead = TModel.LoadAcquire(ref slot.Sequence) - (position + 1);
            if (lead < 0)
            {
                item = default!;
                return false; // not written yet: empty
            }

            if (lead == 0)
            {
                long seen = TModel.CompareExchange(ref _ends->Head, position + 1, position);
                if (seen == position)
                {
                    item = Take(ref slot, position);
                    return true;
                }

                position = seen;
            }
            else
            {
                position = TModel.LoadRelaxed(ref _ends->Head);
            }
        }
    }

    /// <summary>For the only consumer: the head is its own, and needs no compare-and-swap.</summary>
    internal bool TryReadAlone(out T item)
    {
        long position = TModel.LoadRelaxed(ref _ends->Head);
        ref SequencedSlot<T> slot = ref _slots[position];
        if (TModel.LoadAcquire(ref slot.Sequence) != position + 1)
        {
            item = default!;
            return false;
        }

        // Relaxed: only Count looks at it.
        TModel.StoreRelaxed(ref _ends->Head, position + 1);
        item = Take(ref slot, position);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T Take(ref SequencedSlot<T> slot, long position)
    {
        T item = TModel.Read(ref slot.Item);
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            slot.Item = default!;
        TModel.StoreRelease(ref slot.Sequence, position + _slots.Capacity);
        return item;
    }
}
