namespace Velox.Primitives;

/// <summary>Reclamation by epochs: a reader pins the current epoch while it walks.</summary>
/// <remarks>
/// <para>
/// The epoch moves on when every reader that is inside is in the current one. A node retired in epoch r is released when the
/// epoch is r + 2. Why that is safe: the node was unlinked before r was read, under the lock that guards the epoch. A reader
/// that entered with r + 1 or later read that epoch after it was set, so after the unlinking, and does not find the node. A
/// reader with r or less is inside while it holds the node, and the step from r + 1 to r + 2 is taken only if no such reader
/// is inside: its entry is seen, for between the retirement and that step stands a fence on all cores (see
/// <see cref="IReclaimer"/>), and a reader whose entry comes after that fence finds the node unlinked.
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
    private PaddedLong _epoch = new(EpochProtocol.FirstEpoch);

    /// <param name="nodes">Where nodes go back to.</param>
    /// <param name="maxReaders">1 to 4,096.</param>
    /// <param name="maxGarbage">1 to 2^24.</param>
    /// <param name="clock">Measures how long a reader is in the way; the system's by default.</param>
    public EpochReclaimer(SlabAllocator nodes, int maxReaders, int maxGarbage, INanoClock? clock = null)
        : base(nodes, maxReaders, maxGarbage, clock)
    {
    }

    internal ref long EpochWord => ref _epoch.Word;

    private protected override EpochReader CreateReader() => new(this);

    private protected override long CurrentEpoch() => EpochProtocol<HardwareModel>.Epoch(ref _epoch.Word);

    private protected override void CollectGarbage(ReadOnlySpan<EpochReader> readers, GarbageQueue garbage)
    {
        EpochReader? blocker = EpochProtocol<HardwareModel>.Advance(ref _epoch.Word, readers);
        NoteBlocker(blocker, blocker?.Pinned ?? EpochProtocol.Outside);
        long epoch = CurrentEpoch();
        while (garbage.Count > 0 && EpochProtocol.IsFree(garbage.Oldest.Epoch, epoch))
            Release(garbage.Dequeue().Index);
    }
}

/// <summary>A thread's membership in an <see cref="EpochReclaimer"/>.</summary>
public sealed class EpochReader : ReclaimerReader, IEpochPin
{
    private readonly EpochReclaimer _reclaimer;
    private PaddedLong _pin;

    internal EpochReader(EpochReclaimer reclaimer) => _reclaimer = reclaimer;

    ref long IEpochPin.Pin => ref _pin.Word;

    /// <summary>The epoch it is in, or <see cref="EpochProtocol.Outside"/>.</summary>
    internal long Pinned => EpochProtocol<HardwareModel>.Pinned(ref _pin.Word);

    /// <summary>From here until <see cref="Exit"/> no node that this thread finds is released. Not nested.</summary>
    public void Enter() => EpochProtocol<HardwareModel>.Enter(ref _pin.Word, ref _reclaimer.EpochWord);

    /// <summary>What was found since <see cref="Enter"/> is not touched any more.</summary>
    public void Exit() => EpochProtocol<HardwareModel>.Exit(ref _pin.Word);

    /// <inheritdoc/>
    public override void Dispose()
    {
        Exit();
        _reclaimer.Leave(this);
    }
}
