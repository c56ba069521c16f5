using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>The first stage: has the source write messages right into the first ring's slots, and stamps them there.</summary>
internal sealed class IngressStage(IMessageSource source, SpscRing<PipelineMessage> output, INanoClock clock)
    : PipelineStage("ingress", clock)
{
    // Where messages go that find the ring full: a network or a clock is listened to all the same.
    private readonly PipelineMessage[] _dropSlots = new PipelineMessage[BatchMessages];
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
        Span<PipelineMessage> slots = output.Reserve(BatchMessages);
        bool isFull = slots.IsEmpty;
        if (isFull && source.WaitsForRoom)
            return 0;
        int count = source.Take(isFull ? _dropSlots : slots, nowNanos);
        Volatile.Write(ref _generated, _generated + count);
        if (isFull)
        {
            Volatile.Write(ref _dropped, _dropped + count);
            return 0;
        }

        foreach (ref PipelineMessage slot in slots[..count])
            (slot.IngressNanos, slot.BookNanos) = (nowNanos, 0);
        output.Publish(count);
        return count;
    }
}
