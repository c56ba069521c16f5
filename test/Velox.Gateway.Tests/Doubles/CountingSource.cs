using Velox.OrderBook;

namespace Velox.Gateway.Tests;

/// <summary>Gives cancels with the sequences from 0 on, as fast as they are taken.</summary>
internal sealed class CountingSource(int count, bool waitsForRoom) : IMessageSource
{
    private int _next;

    internal int Taken => Volatile.Read(ref _next);

    /// <summary>The message of a sequence.</summary>
    internal Func<uint, OrderMessage> MessageOf { get; init; } = sequence => OrderMessage.Cancel(0, sequence, 1);

    public bool WaitsForRoom => waitsForRoom;

    public bool IsExhausted => _next == count;

    public long InvalidCount => 0;

    public long NanosToNext(long nowNanos) => 0;

    public int Take(Span<PipelineMessage> slots, long nowNanos)
    {
        int taken = 0;
        while (taken < slots.Length && _next < count)
            slots[taken++].Message = MessageOf((uint)_next++);
        return taken;
    }
}
