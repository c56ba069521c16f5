using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>The last stage: hands bundles to the output, and keeps away from one that fails.</summary>
/// <remarks>
/// A bundle that was not taken stays where it is and is offered again; behind it the rings fill, and the first stage drops. When
/// the output has failed for longer than its patience, bundles are dropped, and counted, until it takes one again.
/// </remarks>
internal sealed class OutputStage : PipelineStage
{
    // Nobody signals that an output has room, or is well again: it is asked. Long enough for the thread to sleep until then.
    private const long RetryBusyNanos = 200_000;
    private const long RetryFailedNanos = 1_000_000;

    private readonly PipelineStage _previous;
    private readonly SpscRing<PipelineBundle> _input;
    private readonly IBundleOutput _output;
    private readonly LatencyHistogram _latency;
    private readonly LatencyHistogram _total;
    private readonly PipelineErrors _errors;
    private readonly CircuitBreaker _breaker;
    private readonly long _patienceNanos;
    private long _retryNanos = long.MaxValue;
    private long? _failingSinceNanos;
    private long _bundles;
    private long _delivered;
    private long _dropped;

    internal OutputStage(
        PipelineStage previous, SpscRing<PipelineBundle> input, IBundleOutput output, PipelineOptions options, INanoClock clock,
        PipelineMetrics metrics, PipelineErrors errors)
        : base(StageNames.Output, clock)
    {
        _previous = previous;
        _input = input;
        _output = output;
        _latency = metrics.LatencyOf(StageNames.Output);
        _total = metrics.LatencyOf(StageNames.Total);
        _errors = errors;
        _patienceNanos = options.OutputPatienceNanos;
        _breaker = new CircuitBreaker(
            options.OutputBreaker, clock, (from, to) => errors.Note(PipelineErrorCode.BreakerChanged, (long)from, (long)to));
    }

    /// <summary>Bundles that the output took.</summary>
    internal long Bundles => Volatile.Read(ref _bundles);

    /// <summary>Messages that the output took.</summary>
    internal long Delivered => Volatile.Read(ref _delivered);

    /// <summary>Messages dropped because the output failed for too long.</summary>
    internal long Dropped => Volatile.Read(ref _dropped);

    internal BreakerState Breaker => _breaker.State;

    internal override long Depth => _input.Count;

    internal override long NanosToNext(long nowNanos) => _retryNanos;

    protected override int Work(long nowNanos, out bool isFinished)
    {
        // Read before the ring: nothing comes after what the ring gives now.
        bool isLast = _previous.IsFinished;
        ReadOnlySpan<PipelineBundle> bundles = _input.Peek(1);
        isFinished = isLast && bundles.IsEmpty;
        _retryNanos = long.MaxValue;
        if (bundles.IsEmpty)
            return 0;
        ref readonly PipelineBundle bundle = ref bundles[0];
        bool isTaken = IsTaken(in bundle, nowNanos);
        if (!isTaken && !IsGivenUp(nowNanos))
            return 0;

        int count = bundle.Count;
        if (isTaken)
            RecordDelivery(in bundle);
        else
            Volatile.Write(ref _dropped, _dropped + count);
        _input.Advance(1);
        return count;
    }

    private bool IsTaken(in PipelineBundle bundle, long nowNanos)
    {
        if (!_breaker.TryEnter(out BreakerPermit permit))
        {
            _retryNanos = RetryFailedNanos;
            return false;
        }

        switch (Offer(in bundle, permit))
        {
            case BundleResult.Accepted:
                _failingSinceNanos = null;
                return true;
            case BundleResult.Busy:
                _failingSinceNanos = null;
                _retryNanos = RetryBusyNanos;
                return false;
            default:
                _failingSinceNanos ??= nowNanos;
                _retryNanos = RetryFailedNanos;
                _errors.Note(PipelineErrorCode.OutputFailed, _bundles);
                return false;
        }
    }

    private BundleResult Offer(in PipelineBundle bundle, BreakerPermit permit)
    {
        bool isWell = false;
        try
        {
            BundleResult result = _output.Accept(in bundle);
            isWell = result != BundleResult.Failed;
            return result;
        }
        finally
        {
            _breaker.Report(permit, isWell);
        }
    }

    private bool IsGivenUp(long nowNanos) => _failingSinceNanos is { } since && nowNanos - since >= _patienceNanos;

    private void RecordDelivery(in PipelineBundle bundle)
    {
        long outNanos = Clock.NowNanos;
        foreach (ref readonly PipelineMessage message in bundle.Messages)
        {
            _latency.Record(outNanos - bundle.ClosedNanos);
            _total.Record(outNanos - message.IngressNanos);
        }

        Volatile.Write(ref _bundles, _bundles + 1);
        Volatile.Write(ref _delivered, _delivered + bundle.Count);
    }
}
