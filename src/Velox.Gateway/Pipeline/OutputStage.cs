using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>The last stage: hands bundles to the output.</summary>
internal sealed class OutputStage(PipelineStage previous, SpscRing<PipelineBundle> input, IBundleOutput output, INanoClock clock)
    : PipelineStage("output", clock)
{
    private long _bundles;

    /// <summary>Bundles handed over.</summary>
    internal long Bundles => Volatile.Read(ref _bundles);

    /// <summary>Nanoseconds from ingress to output, of each message.</summary>
    internal LatencyHistogram EndToEnd { get; } = new();

    internal override long Depth => input.Count;

    protected override int Work(long nowNanos, out bool isFinished)
    {
        bool isLast = previous.IsFinished;
        ReadOnlySpan<PipelineBundle> bundles = input.Peek(1);
        isFinished = isLast && bundles.IsEmpty;
        if (bundles.IsEmpty || !output.TryAccept(in bundles[0]))
            return 0;
        long outNanos = Clock.NowNanos;
        foreach (ref readonly PipelineMessage message in bundles[0].Messages)
        {
            Latency.Record(outNanos - bundles[0].ClosedNanos);
            EndToEnd.Record(outNanos - message.IngressNanos);
        }

        int count = bundles[0].Count;
        input.Advance(1);
        Volatile.Write(ref _bundles, _bundles + 1);
        return count;
    }
}
