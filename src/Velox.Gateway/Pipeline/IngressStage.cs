using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>The first stage: takes messages from the source and stamps them.</summary>
internal sealed class IngressStage(IMessageSource source, SpscRing<PipelineMessage> output, INanoClock clock)
    : PipelineStage("ingress", clock)
{
    private readonly OrderMessage[] _taken = new OrderMessage[BatchMessages];
    private long _generated;
    private long _dropped;
    private bool _isStopping;

    /// <summary>Messages that the source gave.</summary>
    internal long Generated => Volatile.Read(ref _generated);

    /// <summary>Messages that found the ring full.</summary>
    internal long DroppedFull => Volatile.Read(ref _dropped);

    internal override long Depth => 0;

    /// <summary>Takes no more from the source; from any thread.</summary>
    internal void Stop()
    {
        Volatile.Write(ref _isStopping, true);
        Spot.Signal();
    }

    /// <summary>A source that waits for room is woken when there is some.</summary>
    internal override long NanosToNext(long nowNanos) =>
        source.WaitsForRoom && output.Count == output.Capacity ? long.MaxValue : source.NanosToNext(nowNanos);

    protected override int Work(long nowNanos, out bool isFinished)
    {
        isFinished = source.IsExhausted || Volatile.Read(ref _isStopping);
        if (isFinished)
            return 0;
        int most = source.WaitsForRoom ? Math.Min(BatchMessages, output.Capacity - output.Count) : BatchMessages;
        int count = source.Take(_taken.AsSpan(0, most), nowNanos);
        int written = 0;
        for (; written < count; written++)
        {
            if (!output.TryWrite(new PipelineMessage(_taken[written], nowNanos, 0)))
                break;
        }

        Volatile.Write(ref _generated, _generated + count);
        Volatile.Write(ref _dropped, _dropped + count - written);
        return written;
    }
}
