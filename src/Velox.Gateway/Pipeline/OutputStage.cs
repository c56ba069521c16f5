using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>The last stage: hands bundles to the output.</summary>
internal sealed class OutputStage(PipelineStage previous, SpscRing<PipelineBundle> input, IBundleOutput output, INanoClock clock)
    : PipelineStage("output", clock)
{
    private PipelineBundle _current;
    private bool _hasCurrent;
    private long _bundles;

    /// <summary>Bundles handed over.</summary>
    internal long Bundles => Volatile.Read(ref _bundles);

    /// <summary>Nanoseconds from ingress to output, of each message.</summary>
    internal LatencyHistogram EndToEnd { get; } = new();

    internal override long Depth => input.Count;

    protected override int Work(long nowNanos, out bool isFinished)
    {
        bool isLast = previous.IsFinished;
        if (!_hasCurrent)
            _hasCurrent = input.TryRead(out _current);
        isFinished = isLast && !_hasCurrent && input.Count == 0;
        if (!_hasCurrent || !output.TryAccept(in _current))
            return 0;
        _hasCurrent = false;
        long outNanos = Clock.NowNanos;
        foreach (ref readonly PipelineMessage message in _current.Messages)
        {
            Latency.Record(outNanos - _current.ClosedNanos);
            EndToEnd.Record(outNanos - message.IngressNanos);
        }

        Volatile.Write(ref _bundles, _bundles + 1);
        return _current.Count;
    }
}
