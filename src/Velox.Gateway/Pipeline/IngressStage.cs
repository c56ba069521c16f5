using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>The first stage: takes messages from the source and stamps them; what the ring has no room for it drops.</summary>
/// <remarks>When the ring is nearly full, new orders go before cancels, which take risk away.</remarks>
internal sealed class IngressStage(
    IMessageSource source, SpscRing<PipelineMessage> output, PipelineOptions options, INanoClock clock, PipelineErrors errors)
    : PipelineStage(StageNames.Ingress, clock)
{
    private const int NewOrders = 1;

    private readonly LoadShedder? _shedder = ShedderOf(source, options);
    private readonly OrderMessage[] _taken = new OrderMessage[BatchMessages];
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
        int most = source.WaitsForRoom ? output.Reserve(BatchMessages).Length : BatchMessages;
        int given = source.Take(_taken.AsSpan(0, most), nowNanos);
        ReadOnlySpan<OrderMessage> taken = Admit(_taken.AsSpan(0, given));
        int count = taken.Length;
        int written = 0;
        // Twice where the slots go on at the ring's start.
        for (Span<PipelineMessage> slots; written < count && !(slots = output.Reserve(count - written)).IsEmpty; written += slots.Length)
        {
            for (int i = 0; i < slots.Length; i++)
                slots[i] = new PipelineMessage(taken[written + i], nowNanos, 0);
            output.Publish(slots.Length);
        }

        Volatile.Write(ref _generated, _generated + given);
        if (count > written)
        {
            Volatile.Write(ref _dropped, _dropped + count - written);
            errors.Note(PipelineErrorCode.RingFull, count - written);
        }

        return written;
    }

    /// <summary>Leaves out what is turned away; the rest keeps its order.</summary>
    private ReadOnlySpan<OrderMessage> Admit(Span<OrderMessage> messages)
    {
        if (_shedder is null)
            return messages;
        int depth = output.Count;
        int kept = 0;
        for (int i = 0; i < messages.Length; i++)
        {
            if (_shedder.TryAdmit(messages[i].Kind == OrderMessageKind.Place ? NewOrders : 0, depth + kept))
                messages[kept++] = messages[i];
        }

        if (kept < messages.Length)
            errors.Note(PipelineErrorCode.OrdersShed, messages.Length - kept);
        return messages[..kept];
    }

    private static LoadShedder? ShedderOf(IMessageSource source, PipelineOptions options)
    {
        if (source.WaitsForRoom || options.ShedPercent == 0)
            return null;
        int shedAt = Math.Max(1, (int)((long)options.RingMessages * options.ShedPercent / 100));
        return new LoadShedder([new ShedThreshold(int.MaxValue, int.MaxValue - 1), new ShedThreshold(shedAt, shedAt / 2)]);
    }
}
