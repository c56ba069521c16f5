using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>The second stage: shows every message to the depth view.</summary>
internal sealed class BookStage(
    PipelineStage previous, SpscRing<PipelineMessage> input, SpscRing<PipelineMessage> output, DepthView depth, INanoClock clock,
    LatencyHistogram latency)
    : PipelineStage(StageNames.OrderBook, clock)
{
    internal override long Depth => input.Count;

    protected override int Work(long nowNanos, out bool isFinished)
    {
        // Read before the ring: nothing comes after what the ring gives now.
        bool isLast = previous.IsFinished;
        Span<PipelineMessage> slots = output.Reserve(BatchMessages);
        ReadOnlySpan<PipelineMessage> messages = input.Peek(slots.Length);
        isFinished = isLast && messages.IsEmpty && !slots.IsEmpty;
        if (messages.IsEmpty)
            return 0;
        foreach (ref readonly PipelineMessage message in messages)
            depth.Apply(message.Message);
        long doneNanos = Clock.NowNanos;
        for (int i = 0; i < messages.Length; i++)
        {
            latency.Record(doneNanos - messages[i].IngressNanos);
            slots[i] = messages[i] with { BookNanos = doneNanos };
        }

        int count = messages.Length;
        output.Publish(count);
        input.Advance(count);
        return count;
    }
}
