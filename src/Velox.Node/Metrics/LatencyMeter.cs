using Velox.Primitives;

namespace Velox.Node;

/// <summary>What a latency was over some time, in nanoseconds; all 0 when nothing was measured.</summary>
public readonly record struct LatencySummary(long Count, long P50Nanos, long P99Nanos, long MaxNanos)
{
    internal static LatencySummary Of(LatencyHistogram histogram) => new(
        histogram.Count, histogram.ValueAtPercentile(50), histogram.ValueAtPercentile(99), histogram.Max);
}

/// <summary>Splits a histogram that others record into: the time since the last look, and all time.</summary>
/// <param name="source">Emptied by each reading.</param>
/// <param name="total">Filled by each reading.</param>
internal sealed class LatencyMeter(LatencyHistogram source, LatencyHistogram total)
{
    private readonly LatencyHistogram _interval = new();

    /// <summary>Reads what was recorded since the last call, and in total.</summary>
    internal (LatencySummary Interval, LatencySummary Total) Read()
    {
        _interval.Reset();
        source.DrainTo(_interval);
        total.Merge(_interval);
        return (LatencySummary.Of(_interval), LatencySummary.Of(total));
    }
}
