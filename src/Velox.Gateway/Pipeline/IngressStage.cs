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
        source.WaitsForRoom && output.Reserve(1).IsEmpty ? long.MaxValue : source.NanosToNext(nowNanos);

    protected override int Work(long nowNanos, out bool isFinished)
    {
        isFinished = source.IsExhausted || Volatile.Read(ref _isStopping);
        if (isFinished)
            return 0;
        int most = source.WaitsForRoom ? output.Reserve(BatchMessages).Length : BatchMessages;
        ReadOnlySpan<OrderMessage> taken = _taken.AsSpan(0, source.Take(_taken.AsSpan(0, most), nowNanos));
        int count = taken.Length;
        int written = 0;
        // Twice where the slots go on at the ring's start.
        for (Span<PipelineMessage> slots; written < count && !(slots = output.Reserve(count - written)).IsEmpty; written += slots.Length)
        {
            for (int i = 0; i < slots.Length; i++)
                slots[i] = new PipelineMessage(taken[written + i], nowNanos, 0);
            output.Publish(slots.Length);
        }

        Volatile.Write(ref _generated, _generated + count);
        Volatile.Write(ref _dropped, _dropped + count - written);
        return written;
    }
}
