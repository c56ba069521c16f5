using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>The third stage: gathers messages into bundles, closed when full or when the first message is old enough.</summary>
internal sealed class BundlingStage(
    PipelineStage previous, SpscRing<PipelineMessage> input, SpscRing<PipelineBundle> output, PipelineOptions options, INanoClock clock,
    LatencyHistogram latency)
    : PipelineStage(StageNames.Bundles, clock)
{
    private readonly long[] _closedBy = new long[3];
    private PipelineBundle _open;

    internal override long Depth => input.Count;

    /// <summary>Bundles closed by a reason.</summary>
    internal long ClosedBy(BundleTrigger trigger) => Volatile.Read(ref _closedBy[(int)trigger]);

    internal override long NanosToNext(long nowNanos) =>
        _open.Count == 0 ? long.MaxValue : Math.Max(0, DueNanos - nowNanos);

    /// <summary>By the time of ingress: a bundle's first message has already waited in the rings.</summary>
    private long DueNanos => _open.Messages[0].IngressNanos + options.BundleAgeNanos;

    protected override int Work(long nowNanos, out bool isFinished)
    {
        bool isLast = previous.IsFinished;
        isFinished = false;
        if (output.Reserve(1).IsEmpty)
            return 0;
        ReadOnlySpan<PipelineMessage> messages = input.Peek(options.BundleMessages - _open.Count);
        _open.Add(messages);
        bool isDrained = isLast && messages.IsEmpty;
        input.Advance(messages.Length);

        if (_open.Count == 0)
            isFinished = isDrained;
        else if (_open.Count == options.BundleMessages)
            return Close(BundleTrigger.Size);
        else if (nowNanos >= DueNanos)
            return Close(BundleTrigger.Age);
        else if (isDrained)
            return Close(BundleTrigger.Drain);
        return 0;
    }

    private int Close(BundleTrigger trigger)
    {
        _open.Close(trigger, Clock.NowNanos);
        foreach (ref readonly PipelineMessage message in _open.Messages)
            latency.Record(_open.ClosedNanos - message.BookNanos);
        output.Reserve(1)[0] = _open; // there is room: only this thread fills the ring
        output.Publish(1);
        Volatile.Write(ref _closedBy[(int)trigger], _closedBy[(int)trigger] + 1);
        int count = _open.Count;
        _open.Clear();
        return count;
    }
}
