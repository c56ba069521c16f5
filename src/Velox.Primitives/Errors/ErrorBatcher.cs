namespace Velox.Primitives;

/// <summary>Equal errors that came within a window, told once.</summary>
/// <param name="Code">The errors' code.</param>
/// <param name="Count">How many, at least 1.</param>
/// <param name="FirstTimeNanos">Time of the first.</param>
/// <param name="Last">The last of them, with its operands.</param>
public readonly record struct ErrorBatch(int Code, long Count, long FirstTimeNanos, ErrorEntry Last);

/// <summary>Gathers errors of the same code, so that a storm of them becomes one line with a count.</summary>
/// <remarks>
/// A batch is handed over when it has so many errors, when its window since the first one is over, or when more than
/// <see cref="Capacity"/> codes are open at once: then the oldest batch goes early, which <see cref="Evicted"/> counts. No
/// error is lost: the counts of all batches add up to the errors added, once <see cref="Flush"/> was called. Time is
/// looked at when an error is added and in <see cref="FlushDue()"/>: call that now and then. One thread; nothing allocates
/// after construction.
/// <example><code>
/// var batcher = new ErrorBatcher(clock, windowNanos: 1_000_000_000, maxCount: 10_000, batch => log.Write(batch));
/// batcher.Add(error);
/// batcher.FlushDue();
/// </code></example>
/// </remarks>
public sealed class ErrorBatcher
{
    /// <summary>Codes that can be open at the same time.</summary>
    public const int Capacity = 64;

    private readonly INanoClock _clock;
    private readonly long _windowNanos;
    private readonly long _maxCount;
    private readonly Action<ErrorBatch> _handOver;

    // In the order of their opening: few, and the first is the next one due.
    private readonly Open[] _open = new Open[Capacity];
    private int _openCount;

    /// <param name="clock">What windows are measured by.</param>
    /// <param name="windowNanos">How long a batch gathers, at least 1.</param>
    /// <param name="maxCount">Errors that end a batch, at least 1.</param>
    /// <param name="handOver">Takes a batch, on the thread that calls this object.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 1.</exception>
    public ErrorBatcher(INanoClock clock, long windowNanos, long maxCount, Action<ErrorBatch> handOver)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(windowNanos, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxCount, 1);
        _clock = clock;
        _windowNanos = windowNanos;
        _maxCount = maxCount;
        _handOver = handOver;
    }

    /// <summary>Batches that went early, because too many codes were open.</summary>
    public long Evicted { get; private set; }

    /// <summary>Adds an error to the batch of its code; hands over what is due by now.</summary>
    public void Add(in ErrorEntry entry)
    {
        long now = _clock.NowNanos;
        FlushDue(now);

        // Handed over when the new entry is in: whoever takes it may throw, or add an error itself.
        ErrorBatch? evicted = null;
        int index = IndexOf(entry.Code);
        if (index < 0)
        {
            if (_openCount == Capacity)
            {
                Evicted++;
                evicted = Remove(0);
            }

            index = _openCount++;
            _open[index] = new Open(now, new ErrorBatch(entry.Code, 0, entry.TimeNanos, entry));
        }

        ref Open open = ref _open[index];
        open.Batch = open.Batch with { Count = open.Batch.Count + 1, Last = entry };
        ErrorBatch? full = open.Batch.Count == _maxCount ? Remove(index) : null;
        try
        {
            if (evicted is { } early)
                _handOver(early);
        }
        finally
        {
            if (full is { } batch)
                _handOver(batch);
        }
    }

    /// <summary>Hands over the batches whose window is over.</summary>
    public void FlushDue() => FlushDue(_clock.NowNanos);

    /// <summary>Hands over everything, oldest first.</summary>
    public void Flush()
    {
        while (_openCount > 0)
            End(0);
    }

    private void FlushDue(long now)
    {
        while (_openCount > 0 && now - _open[0].SinceNanos >= _windowNanos)
            End(0);
    }

    private int IndexOf(int code)
    {
        for (int i = 0; i < _openCount; i++)
        {
            if (_open[i].Batch.Code == code)
                return i;
        }

        return -1;
    }

    private void End(int index) => _handOver(Remove(index));

    private ErrorBatch Remove(int index)
    {
        ErrorBatch batch = _open[index].Batch;
        _openCount--;
        Array.Copy(_open, index + 1, _open, index, _openCount - index);
        return batch;
    }

    private record struct Open(long SinceNanos, ErrorBatch Batch);
}
