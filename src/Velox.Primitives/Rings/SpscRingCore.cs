using System.Runtime.CompilerServices;

namespace Velox.Primitives;

/// <summary>The algorithm of <see cref="SpscRing{T}"/>, over memory that its owner keeps alive.</summary>
/// <remarks>
/// <para>Positions count items since the beginning and never wrap (a 63-bit count outlives the machine); the slot of a
/// position is its low bits.</para>
/// <para>Order: the producer fills a slot before it releases <see cref="RingPositions.Written"/>, and the consumer
/// acquires that before it reads the slot; the consumer is done with a slot before it releases
/// <see cref="RingPositions.GivenBack"/>, and the producer acquires that before it fills the slot again. There is no other
/// communication, so these two pairs are all the order there has to be.</para>
/// </remarks>
internal readonly struct SpscRingCore<T, TModel>
    where TModel : struct, IMemoryModel
{
    private readonly RingPositions _positions;
    private readonly RingSlots<T> _slots;
    private readonly long _capacity;

    // The consumer gives slots back once in so many items, which the producer then fills without another look.
    private readonly long _quarter;

    // Each turn is some 37 ns on every processor: 0.3 us, about what a line takes to the other core and back.
    private const int FlowPauseTurns = 8;

    internal SpscRingCore(RingPositions positions, RingSlots<T> slots)
    {
        _positions = positions;
        _slots = slots;
        _capacity = slots.Capacity;
        _quarter = Math.Max(1, _capacity / 4);
    }

    internal int Capacity => (int)_capacity;

    internal int Count
    {
        get
        {
            // Two looks at moving positions: their difference may lie outside the bounds for a moment.
            long read = TModel.LoadAcquire(ref _positions.Read);
            long written = TModel.LoadAcquire(ref _positions.Written);
            return (int)Math.Clamp(written - read, 0, _capacity);
        }
    }

    /// <summary>The producer takes over positions that it finds: what it knew of the consumer is forgotten.</summary>
    internal void ResumeProducer()
    {
        long written = TModel.LoadRelaxed(ref _positions.Written);
        TModel.Write(ref _positions.Next, written);
        TModel.Write(ref _positions.WriteLimit, written);
    }

    /// <summary>The consumer takes over positions that it finds: what was read is given back.</summary>
    internal void ResumeConsumer()
    {
        long read = TModel.LoadRelaxed(ref _positions.Read);
        TModel.Write(ref _positions.ReadLimit, read);
        GiveBack(read);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryWrite(in T item)
    {
        // A copy, which no store can have changed, stays in a register.
        RingPositions positions = _positions;
        long written = TModel.Read(ref positions.Next);
        if (written == TModel.Read(ref positions.WriteLimit) && FreeAfterRefresh(written) == 0)
            return false;

        TModel.Write(ref _slots[written], in item);
        TModel.Write(ref positions.Next, written + 1);
        TModel.StoreRelease(ref positions.Written, written + 1);
        return true;
    }

    internal int TryWrite(ReadOnlySpan<T> items)
    {
        int done = 0;
        while (done < items.Length)
        {
            Span<T> free = Reserve(items.Length - done);
            if (free.IsEmpty)
                break;
            for (int i = 0; i < free.Length; i++)
                TModel.Write(ref free[i], in items[done + i]);
            Publish(free.Length);
            done += free.Length;
        }

        return done;
    }

    internal Span<T> Reserve(int maxCount)
    {
        long written = TModel.Read(ref _positions.Next);
        long free = TModel.Read(ref _positions.WriteLimit) - written;
        if (free < maxCount)
            free = FreeAfterRefresh(written);
        return _slots.Run(written, Math.Min(free, maxCount));
    }

    internal void Publish(int count)
    {
        long written = TModel.Read(ref _positions.Next);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            (ulong)count, (ulong)(TModel.Read(ref _positions.WriteLimit) - written), nameof(count));
        TModel.Write(ref _positions.Next, written + count);
        TModel.StoreRelease(ref _positions.Written, written + count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryRead(out T item)
    {
        RingPositions positions = _positions;
        long read = TModel.LoadRelaxed(ref positions.Read);
        if (read == TModel.Read(ref positions.ReadLimit) && AvailableAfterRefresh(read) == 0)
        {
            item = default!;
            return false;
        }

        ref T slot = ref _slots[read];
        item = TModel.Read(ref slot);
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            slot = default!;

        // Relaxed: the producer does not go by this position.
        TModel.StoreRelaxed(ref positions.Read, read + 1);
        if (read + 1 == TModel.Read(ref positions.GiveBackAt))
            GiveBack(read + 1);
        return true;
    }

    internal int TryRead(Span<T> items)
    {
        int done = 0;
        while (done < items.Length)
        {
            ReadOnlySpan<T> available = Peek(items.Length - done);
            if (available.IsEmpty)
                break;
            for (int i = 0; i < available.Length; i++)
                items[done + i] = TModel.Read(ref Unsafe.AsRef(in available[i]));
            Advance(available.Length);
            done += available.Length;
        }

        return done;
    }

    internal ReadOnlySpan<T> Peek(int maxCount)
    {
        long read = TModel.LoadRelaxed(ref _positions.Read);
        long available = TModel.Read(ref _positions.ReadLimit) - read;
        if (available < maxCount)
            available = AvailableAfterRefresh(read);
        return _slots.Run(read, Math.Min(available, maxCount));
    }

    internal void Advance(int count)
    {
        long read = TModel.LoadRelaxed(ref _positions.Read);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(
            (ulong)count, (ulong)(TModel.Read(ref _positions.ReadLimit) - read), nameof(count));
        if (count == 0)
            return;
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            ClearSlots(read, count);
        TModel.StoreRelaxed(ref _positions.Read, read + count);
        if (read + count >= TModel.Read(ref _positions.GiveBackAt))
            GiveBack(read + count);
    }

    /// <summary>Release: the slots before the position are read, and the producer may fill them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void GiveBack(long read)
    {
        TModel.StoreRelease(ref _positions.GivenBack, read);
        PlanGiveBack(read, TModel.Read(ref _positions.ReadLimit));
    }

    /// <summary>Slots go back when a quarter of the ring is read, and when all that the consumer knows of is read.</summary>
    private void PlanGiveBack(long givenBack, long readLimit) =>
        TModel.Write(ref _positions.GiveBackAt, Math.Min(readLimit, givenBack + _quarter));

    /// <summary>Whether items come in a flow that the consumer follows too closely.</summary>
    /// <remarks>
    /// Every look takes the line with <see cref="RingPositions.Written"/> from the producer, who needs it back to publish: looking
    /// all the time, the two move that line for each few items, and nothing else. So a consumer that has read all, and found
    /// several items but few at its last look, lets some more come together. One that found one item or none never waits: a
    /// single message, or an answer, is seen at once.
    /// </remarks>
    private bool IsCloseBehind(long read)
    {
        long found = TModel.Read(ref _positions.LastFound);
        return found > 1 && found < _capacity / 8 && read == TModel.Read(ref _positions.ReadLimit);
    }

    private void ClearSlots(long position, int count)
    {
        for (int i = 0; i < count; i++)
            _slots[position + i] = default!;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long FreeAfterRefresh(long written)
    {
        // Acquire: what follows (filling slots) happens after the consumer's last use of them.
        long limit = TModel.LoadAcquire(ref _positions.GivenBack) + _capacity;
        if ((ulong)(limit - written) > (ulong)_capacity)
            limit = written; // nonsense, from another process: a ring without room
        TModel.Write(ref _positions.WriteLimit, limit);
        return limit - written;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long AvailableAfterRefresh(long read)
    {
        if (IsCloseBehind(read))
            TModel.BackOff(FlowPauseTurns);

        // Acquire: what follows (reading slots) happens after the producer filled them.
        long written = TModel.LoadAcquire(ref _positions.Written);
        long found = written - read;
        if ((ulong)found > (ulong)_capacity)
            found = 0; // nonsense, from another process: an empty ring
        TModel.Write(ref _positions.LastFound, found);
        TModel.Write(ref _positions.ReadLimit, read + found);
        if (found > 0)
            PlanGiveBack(TModel.LoadRelaxed(ref _positions.GivenBack), read + found);
        return found;
    }
}

/// <summary>The positions of a ring: what each side writes, on 128 bytes of its own.</summary>
/// <remarks>
/// Each side keeps beside its position how far it may go without another look at the other's, so that it touches the
/// other's line only when that is used up. Each side's own position is apart from the one it publishes: the line of that is
/// often with the other side, and what is only stored there is not waited for.
/// <para>Unsafe: an address plus constants below <see cref="Bytes"/>; the owner of the memory keeps it alive.</para>
/// </remarks>
/// <param name="first">Zeroed memory of <see cref="Bytes"/>, aligned to 128 bytes.</param>
internal readonly unsafe struct RingPositions(byte* first)
{
    internal const int Bytes = 4 * RingMemory.AlignmentBytes;

    /// <summary>Position after the last item written.</summary>
    internal ref long Written => ref *(long*)first;

    /// <summary>Slots before this position may be filled again.</summary>
    internal ref long GivenBack => ref *(long*)(first + 128);

    /// <summary>Position after the last item read.</summary>
    internal ref long Read => ref *(long*)(first + 256);

    /// <summary>The position after the last item that the consumer knows of.</summary>
    internal ref long ReadLimit => ref *(long*)(first + 264);

    /// <summary>The position at which the consumer gives slots back.</summary>
    internal ref long GiveBackAt => ref *(long*)(first + 272);

    /// <summary>Items that the consumer knew of after its last look.</summary>
    internal ref long LastFound => ref *(long*)(first + 280);

    /// <summary>What the producer knows <see cref="Written"/> to be.</summary>
    internal ref long Next => ref *(long*)(first + 384);

    /// <summary>The position that the producer may not reach, as far as it knows.</summary>
    internal ref long WriteLimit => ref *(long*)(first + 392);
}
