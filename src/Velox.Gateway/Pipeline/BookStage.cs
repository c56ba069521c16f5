using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>The second stage: shows every message to the depth view.</summary>
internal sealed class BookStage(
    PipelineStage previous, SpscRing<PipelineMessage> input, SpscRing<PipelineMessage> output, DepthView depth, INanoClock clock)
    : PipelineStage("orderbook", clock)
{
    private readonly PipelineMessage[] _batch = new PipelineMessage[BatchMessages];

    internal override long Depth => input.Count;

    protected override int Work(long nowNanos, out bool isFinished)
    {
        // Read before the ring: nothing comes after what the ring gives now.
        bool isLast = previous.IsFinished;
        int room = Math.Min(BatchMessages, output.Capacity - output.Count);
        int count = input.TryRead(_batch.AsSpan(0, room));
        isFinished = isLast && count == 0 && input.Count == 0;
        if (count == 0)
            return 0;
        for (int i = 0; i < count; i++)
            depth.Apply(_batch[i].Message);
        long doneNanos = Clock.NowNanos;
        for (int i = 0; i < count; i++)
        {
            Latency.Record(doneNanos - _batch[i].IngressNanos);
            _batch[i] = _batch[i] with { BookNanos = doneNanos };
            output.TryWrite(in _batch[i]); // there is room, and this thread is the only writer
        }

        return count;
    }
}
