using Velox.OrderBook;

namespace Velox.Gateway;

/// <summary>Orders and cancels that arrive as a Poisson process, single or in bursts; the same for the same seed.</summary>
/// <remarks>Messages that the pipeline drops are taken for sent: a cancel of one finds nothing, as it may on a real venue.</remarks>
public sealed class SyntheticSource : IMessageSource
{
    private readonly PoissonArrivals _arrivals;
    private readonly OrderSource _source;
    private readonly int _burstSize;
    private readonly long _startNanos;
    private readonly long _endNanos;
    private int _leftOfBurst;
    private long _nextNanos;

    /// <param name="parameters">The flow's shape.</param>
    /// <param name="startNanos">When it begins, on the pipeline's clock.</param>
    /// <param name="durationNanos">How long it lasts; messages due by then come, however late they are asked for.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its bounds.</exception>
    public SyntheticSource(FlowParameters parameters, long startNanos, long durationNanos)
    {
        parameters.Validate();
        _arrivals = new PoissonArrivals(new Random(parameters.Seed), parameters.MessagesPerSecond / parameters.BurstSize);
        _source = new OrderSource(parameters, new Random(~parameters.Seed));
        _burstSize = parameters.BurstSize;
        _leftOfBurst = _burstSize;
        _startNanos = startNanos;
        _endNanos = startNanos + durationNanos;
        _nextNanos = _startNanos + (long)_arrivals.NextNanos;
    }

    public bool WaitsForRoom => false;

    public bool IsExhausted => _nextNanos >= _endNanos;

    public long InvalidCount => 0;

    public long NanosToNext(long nowNanos) => Math.Max(0, _nextNanos - nowNanos);

    public int Take(Span<PipelineMessage> slots, long nowNanos)
    {
        int count = 0;
        while (count < slots.Length && _nextNanos <= nowNanos && !IsExhausted)
        {
            OrderMessage message = _source.Next(out int trader);
            _source.Confirm(trader, in message);
            slots[count++].Message = message;
            if (--_leftOfBurst > 0)
                continue;
            _leftOfBurst = _burstSize;
            _arrivals.MoveNext();
            _nextNanos = _startNanos + (long)_arrivals.NextNanos;
        }

        return count;
    }
}
