using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>
/// The first stage: has the source write messages right into the first ring's slots, and stamps them there; what the ring has no
/// room for it drops.
/// </summary>
/// <remarks>When the ring is nearly full, new orders go before cancels, which take risk away.</remarks>
internal sealed class IngressStage(
    IMessageSource source, SpscRing<PipelineMessage> output, PipelineOptions options, INanoClock clock, PipelineErrors errors,
    LatencyHistogram lateness)
    : PipelineStage(StageNames.Ingress, clock)
{
    private const int NewOrders = 1;

    // Where messages go that find the ring full: a network or a clock is listened to all the same.
    private readonly PipelineMessage[] _dropSlots = new PipelineMessage[BatchMessages];
    private readonly LoadShedder? _shedder = ShedderOf(source, options);
    private long _generated;
    private long _dropped;
    private bool _isStopping;

    /// <summary>Messages that the source gave.</summary>
    internal long Generated => Volatile.Read(ref _generated);

    /// <summary>Messages that found the ring full.</summary>
    internal long DroppedFull => Volatile.Read(ref _dropped);

    /// <summary>New orders turned away to leave room for cancels.</summary>
    internal long DroppedShed => _shedder?.Shed(NewOrders) ?? 0;

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
        if (isFull)
            slots = _dropSlots;
        int given = source.Take(slots, nowNanos);
        Volatile.Write(ref _generated, _generated + given);
        if (source.KnowsDueTimes)
            RecordLateness(slots[..given], nowNanos);
        int kept = Admit(slots[..given]);
        if (isFull)
        {
            Drop(kept);
            return 0;
        }

        foreach (ref PipelineMessage slot in slots[..kept])
            (slot.IngressNanos, slot.BookNanos) = (nowNanos, 0);
        output.Publish(kept);
        return kept;
    }

    private void RecordLateness(ReadOnlySpan<PipelineMessage> messages, long nowNanos)
    {
        foreach (ref readonly PipelineMessage message in messages)
            lateness.Record(nowNanos - message.IngressNanos);
    }

    /// <summary>Leaves out what is turned away; the rest moves together in its order.</summary>
    private int Admit(Span<PipelineMessage> messages)
    {
        if (_shedder is null)
            return messages.Length;
        int depth = output.Count;
        int kept = 0;
        foreach (ref readonly PipelineMessage message in messages)
        {
            if (!_shedder.TryAdmit(message.Message.IsPlace ? NewOrders : 0, depth + kept))
                continue;
            messages[kept++] = message;
        }

        if (kept < messages.Length)
            errors.Note(PipelineErrorCode.OrdersShed, messages.Length - kept);
        return kept;
    }

    private void Drop(int count)
    {
        if (count == 0)
            return;
        Volatile.Write(ref _dropped, _dropped + count);
        errors.Note(PipelineErrorCode.RingFull, count);
    }

    private static LoadShedder? ShedderOf(IMessageSource source, PipelineOptions options)
    {
        if (source.WaitsForRoom || options.ShedPercent == 0)
            return null;
        int shedAt = Math.Max(1, (int)((long)options.RingMessages * options.ShedPercent / 100));
        return new LoadShedder([new ShedThreshold(int.MaxValue, int.MaxValue - 1), new ShedThreshold(shedAt, shedAt / 2)]);
    }
}
