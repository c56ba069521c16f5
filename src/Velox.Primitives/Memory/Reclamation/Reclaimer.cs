namespace Velox.Primitives;

/// <summary>What both ways of reclaiming have in common: readers that join, the garbage, the counters, the stuck reader.</summary>
/// <typeparam name="TReader">What a reading thread holds.</typeparam>
public abstract class Reclaimer<TReader> : IReclaimer
    where TReader : ReclaimerReader
{
    /// <summary>Most readers of one reclaimer.</summary>
    public const int MaxReaderLimit = 4_096;

    /// <summary>Most nodes that may wait.</summary>
    public const int MaxGarbageLimit = 1 << 24;

    // A collection costs microseconds and should free many; but there should be some before the bound is reached.
    private const int MaxBetweenCollections = 64;

    private readonly Lock _lock = new();
    private readonly SlabAllocator _nodes;
    private readonly INanoClock _clock;
    private readonly GarbageQueue _garbage;
    private readonly int _maxReaders;
    private readonly int _collectEvery;
    private TReader[] _readers = [];
    private long _retired;
    private long _reclaimed;
    private long _refused;
    private ReclaimerReader? _blocker;
    private long _blockerToken;
    private long _blockedSinceNanos;

    private protected Reclaimer(SlabAllocator nodes, int maxReaders, int maxGarbage, INanoClock? clock)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxReaders);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxReaders, MaxReaderLimit);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxGarbage);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxGarbage, MaxGarbageLimit);
        _nodes = nodes;
        _clock = clock ?? SystemNanoClock.Instance;
        _garbage = new GarbageQueue(maxGarbage);
        _maxReaders = maxReaders;
        _collectEvery = Math.Clamp(maxGarbage / 4, 1, MaxBetweenCollections);
    }

    /// <inheritdoc/>
    public int MaxGarbage => _garbage.Capacity;

    /// <inheritdoc/>
    public int Garbage
    {
        get
        {
            lock (_lock)
                return _garbage.Count;
        }
    }

    /// <inheritdoc/>
    public long Retired => Volatile.Read(ref _retired);

    /// <inheritdoc/>
    public long Reclaimed => Volatile.Read(ref _reclaimed);

    /// <inheritdoc/>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Makes the calling thread a reader until it disposes what it gets, which no other thread uses.</summary>
    /// <returns>Null when there are as many readers as there may be.</returns>
    public TReader? TryJoin()
    {
        lock (_lock)
        {
            if (_readers.Length == _maxReaders)
                return null;
            TReader reader = CreateReader();
            _readers = [.. _readers, reader];
            return reader;
        }
    }

    /// <inheritdoc/>
    public RetireResult Retire(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_nodes.Capacity, nameof(index));
        lock (_lock)
        {
            if (_garbage.Count == _garbage.Capacity)
                CollectGarbage();
            if (_garbage.Count == _garbage.Capacity)
            {
                Volatile.Write(ref _refused, _refused + 1);
                return RetireResult.GarbageFull;
            }

            _garbage.Enqueue(index, CurrentEpoch());
            Volatile.Write(ref _retired, _retired + 1);
            if (_retired % _collectEvery == 0)
                CollectGarbage();
            return RetireResult.Retired;
        }
    }

    /// <inheritdoc/>
    public int Collect()
    {
        lock (_lock)
            return CollectGarbage();
    }

    /// <inheritdoc/>
    public StuckReader? FindStuckReader(long heldNanos)
    {
        lock (_lock)
        {
            CollectGarbage();
            if (_blocker is null)
                return null;
            long held = _clock.NowNanos - _blockedSinceNanos;
            return held < heldNanos ? null : new StuckReader(_blocker.ManagedThreadId, _blocker.ThreadName, held);
        }
    }

    /// <summary>Called by a reader at its end: it holds nothing any more.</summary>
    internal void Leave(TReader reader)
    {
        lock (_lock)
            _readers = [.. _readers.Where(other => other != reader)];
    }

    private protected abstract TReader CreateReader();

    /// <summary>A mark to keep with a node that was unlinked before this call.</summary>
    private protected abstract long CurrentEpoch();

    /// <summary>Releases what the readers cannot hold; says through <see cref="NoteBlocker"/> who is in the way of the rest.</summary>
    private protected abstract void CollectGarbage(ReadOnlySpan<TReader> readers, GarbageQueue garbage);

    /// <summary>Back to the allocator: a node that no reader can hold.</summary>
    private protected void Release(int index)
    {
        if (_nodes.Release(index) == SlabRelease.Released)
            Volatile.Write(ref _reclaimed, _reclaimed + 1);
    }

    /// <summary>Remembers since when the same reader has been in the way with the same thing.</summary>
    private protected void NoteBlocker(ReclaimerReader? reader, long token)
    {
        if (reader is not null && reader == _blocker && token == _blockerToken)
            return;
        (_blocker, _blockerToken, _blockedSinceNanos) = (reader, token, _clock.NowNanos);
    }

    private int CollectGarbage()
    {
        int before = _garbage.Count;
        if (before == 0)
        {
            NoteBlocker(null, 0);
            return 0;
        }

        CollectGarbage(_readers, _garbage);
        return before - _garbage.Count;
    }
}

/// <summary>A thread's membership in a <see cref="Reclaimer{TReader}"/>. Used by the thread that joined, and disposed by it.</summary>
public abstract class ReclaimerReader : IDisposable
{
    private protected ReclaimerReader()
    {
        ManagedThreadId = Environment.CurrentManagedThreadId;
        ThreadName = Thread.CurrentThread.Name ?? "unnamed";
    }

    public int ManagedThreadId { get; }

    public string ThreadName { get; }

    /// <summary>Leaves: this reader holds nothing any more.</summary>
    public abstract void Dispose();
}
