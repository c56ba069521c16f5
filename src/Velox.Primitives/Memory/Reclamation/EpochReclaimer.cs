namespace Velox.Primitives;

/// <summary>Reclamation by epochs: a reader pins the current epoch while it walks.</summary>
/// <remarks>
/// <para>
/// The epoch moves on when every reader that is inside is in the current one. A node retired in epoch r is released when the
/// epoch is r + 2. Why that is safe: the node was unlinked, and the unlinking visible (the retiring side fences), before r
/// was read. A reader that entered with r + 1 or later read that epoch after it was set, so after the unlinking, and does not
/// find the node. A reader with r or less is inside while it holds the node, and the step from r + 1 to r + 2 is taken only if
/// no such reader is inside: its entry is seen, for between the retirement and that step stands a barrier on all cores (see
/// <see cref="IReclaimer"/>), and a reader whose entry comes after the barrier finds the node unlinked.
/// </para>
/// <code>
/// using EpochReader reader = epochs.TryJoin()!;
/// reader.Enter();
/// Walk(Volatile.Read(ref first));
/// reader.Exit();
/// </code>
/// </remarks>
public sealed class EpochReclaimer : Reclaimer<EpochReader>
{
    internal const long Outside = 0;
    private const long FirstEpoch = 1;

    private PaddedLong _epoch = new(FirstEpoch);

    /// <param name="nodes">Where nodes go back to.</param>
    /// <param name="maxReaders">1 to 4,096.</param>
    /// <param name="maxGarbage">1 to 2^24.</param>
    /// <param name="clock">Measures how long a reader is in the way; the system's by default.</param>
    public EpochReclaimer(SlabAllocator nodes, int maxReaders, int maxGarbage, INanoClock? clock = null)
        : base(nodes, maxReaders, maxGarbage, clock)
    {
    }

    /// <summary>The epoch now. Acquire: what was visible when it was set is visible to its reader.</summary>
    internal long Epoch => _epoch.LoadAcquire();

    private protected override EpochReader CreateReader() => new(this);

    private protected override long CurrentEpoch()
    {
        // Full fence: the unlinking, a plain store perhaps, is visible before the epoch is read (see the class remarks).
        Interlocked.MemoryBarrier();
        return Epoch;
    }

    private protected override void CollectGarbage(ReadOnlySpan<EpochReader> readers, GarbageQueue garbage)
    {
        // Two steps, if nobody is inside, so that one collection frees all; the barrier before it serves both.
        EpochReader? blocker = FindReaderOfEarlierEpoch(readers);
        for (int step = 0; step < 2 && blocker is null; step++)
        {
            // Release: the checks of the readers, and whatever was unlinked, come before. Writers hold the lock.
            _epoch.StoreRelease(Epoch + 1);
            blocker = FindReaderOfEarlierEpoch(readers);
        }

        NoteBlocker(blocker, blocker?.Pinned ?? Outside);
        while (garbage.Count > 0 && garbage.Oldest.Epoch + 2 <= Epoch)
            Release(garbage.Dequeue().Index);
    }

    private EpochReader? FindReaderOfEarlierEpoch(ReadOnlySpan<EpochReader> readers)
    {
        foreach (EpochReader reader in readers)
        {
            long pinned = reader.Pinned;
            if (pinned != Outside && pinned != Epoch)
                return reader;
        }

        return null;
    }
}

/// <summary>A thread's membership in an <see cref="EpochReclaimer"/>.</summary>
public sealed class EpochReader : ReclaimerReader
{
    private readonly EpochReclaimer _reclaimer;
    private PaddedLong _pin;

    internal EpochReader(EpochReclaimer reclaimer) => _reclaimer = reclaimer;

    /// <summary>The epoch it is in, or <see cref="EpochReclaimer.Outside"/>. Acquire: an exit's reads are over.</summary>
    internal long Pinned => _pin.LoadAcquire();

    /// <summary>From here until <see cref="Exit"/> no node that this thread finds is released. Not nested.</summary>
    public void Enter()
    {
        _pin.StoreRelease(_reclaimer.Epoch);
        // Keeps the compiler, and ARM, from moving the walk's loads up. The processor may still let them pass the store: the
        // collecting side's barrier on all cores makes up for that (see IReclaimer), where a fence here would cost tens of cycles.
        Volatile.ReadBarrier();
    }

    /// <summary>What was found since <see cref="Enter"/> is not touched any more.</summary>
    public void Exit() => _pin.StoreRelease(EpochReclaimer.Outside); // release: the walk's loads are over

    /// <inheritdoc/>
    public override void Dispose()
    {
        Exit();
        _reclaimer.Leave(this);
    }
}
