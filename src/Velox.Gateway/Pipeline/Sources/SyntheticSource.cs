using Velox.OrderBook;

namespace Velox.Gateway;

/// <summary>Orders and cancels that arrive as a Poisson process, single or in bursts; the same for the same seed.</summary>
/// <remarks>
/// The flow begins when it is first asked. Messages that the pipeline drops are taken for sent: a cancel of one finds nothing, as it
/// may on a real venue.
/// </remarks>
public sealed class SyntheticSource : IMessageSource
{
    private readonly PoissonArrivals _arrivals;
    private readonly OrderSource _source;
    private readonly int _burstSize;
    private readonly long _durationNanos;
    private int _leftOfBurst;
    private long? _startNanos;

    // Since the start.
    private long _nextNanos;

    /// <param name="parameters">The flow's shape.</param>
    /// <param name="durationNanos">How long it lasts; messages due by then come, however late they are asked for.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its bounds.</exception>
    public SyntheticSource(FlowParameters parameters, long durationNanos)
    {
        parameters.Validate();
        _arrivals = new PoissonArrivals(new Random(parameters.Seed), parameters.MessagesPerSecond / parameters.BurstSize);
        _source = new OrderSource(parameters, new Random(~parameters.Seed));
        _burstSize = parameters.BurstSize;
        _leftOfBurst = _burstSize;
        _durationNanos = durationNanos;
        _nextNanos = (long)_arrivals.NextNanos;
    }

    public bool WaitsForRoom => false;

    public bool KnowsDueTimes => true;

    public bool IsExhausted => _nextNanos >= _durationNanos;

    public long InvalidCount => 0;

    public long NanosToNext(long nowNanos) => Math.Max(0, _nextNanos - ElapsedAt(nowNanos));

    public int Take(Span<PipelineMessage> slots, long nowNanos)
    {
        long elapsedNanos = ElapsedAt(nowNanos);
        int count = 0;
        while (count < slots.Length && _nextNanos <= elapsedNanos && !IsExhausted)
        {
            OrderMessage message = _source.Next(out int trader);
            _source.Confirm(trader, in message);
            (slots[count].Message, slots[count].IngressNanos) = (message, nowNanos - elapsedNanos + _nextNanos);
            count++;
            if (--_leftOfBurst > 0)
                continue;
            _leftOfBurst = _burstSize;
            _arrivals.MoveNext();
            _nextNanos = (long)_arrivals.NextNanos;
        }

        return count;
    }

    private long ElapsedAt(long nowNanos) => nowNanos - (_startNanos ??= nowNanos);
}
