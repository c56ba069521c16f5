using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>What goes wrong in a running pipeline without ending it.</summary>
public enum PipelineErrorCode
{
    /// <summary>The first ring was full: First is the number of messages dropped at once.</summary>
    RingFull = 1,

    /// <summary>New orders were turned away for cancels' sake: First is their number at once.</summary>
    OrdersShed = 2,

    /// <summary>The output failed: First is the number of the bundle.</summary>
    OutputFailed = 3,

    /// <summary>The output's circuit breaker has changed: First is its state before, Second after (<see cref="BreakerState"/>).</summary>
    BreakerChanged = 4,

    /// <summary>A stage threw an exception and goes on.</summary>
    StageRestarted = 5,
}

/// <summary>Notes errors from the stages' threads, and hands them over in batches once a second.</summary>
internal sealed class PipelineErrors
{
    private const long WindowNanos = 1_000_000_000;

    private readonly ErrorRing _ring = new();
    private readonly ErrorBatcher _batcher;
    private readonly INanoClock _clock;
    private Action<ErrorBatch>? _handOver;

    internal PipelineErrors(INanoClock clock)
    {
        _clock = clock;
        _batcher = new ErrorBatcher(clock, WindowNanos, long.MaxValue, batch => _handOver?.Invoke(batch));
    }

    /// <summary>Notes one; any thread, nothing is allocated.</summary>
    internal void Note(PipelineErrorCode code, long first = 0, long second = 0) =>
        _ring.Write(new ErrorEntry((int)code, _clock.NowNanos, first, second));

    /// <summary>Hands over what has gathered for a second, or all of it; one thread.</summary>
    internal void Report(Action<ErrorBatch> handOver, bool isLast)
    {
        _handOver = handOver;
        while (_ring.TryRead(out ErrorEntry error))
            _batcher.Add(in error);
        if (isLast)
            _batcher.Flush();
        else
            _batcher.FlushDue();
    }
}
