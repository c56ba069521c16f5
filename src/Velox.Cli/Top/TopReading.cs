using Velox.Primitives;

namespace Velox.Cli;

/// <summary>Latencies in nanoseconds; all 0 when nothing was recorded.</summary>
internal sealed record TopLatency(long Count, long P50Nanos, long P99Nanos, long P999Nanos, long MaxNanos)
{
    internal static TopLatency Of(LatencyHistogram histogram) => new(
        histogram.Count, histogram.ValueAtPercentile(50), histogram.ValueAtPercentile(99),
        histogram.ValueAtPercentile(99.9), histogram.Max);
}

/// <summary>A metric as it was when it was read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">counter, gauge, histogram or series.</param>
/// <param name="Unit">Of the value.</param>
/// <param name="Description">What it is.</param>
/// <param name="Value">What a counter or gauge stands at, a series' last point, a histogram's number of records.</param>
/// <param name="PerSecond">How fast a counter or a histogram's number of records grew since the last reading.</param>
/// <param name="Total">A histogram since the start.</param>
/// <param name="Interval">A histogram since the last reading.</param>
internal sealed record TopMetric(
    string Name, string Kind, string Unit, string Description, long Value,
    double? PerSecond = null, TopLatency? Total = null, TopLatency? Interval = null);

/// <summary>All metrics of a file at a time.</summary>
/// <param name="ProcessId">Who writes it.</param>
/// <param name="Owner">running, ended or dead.</param>
/// <param name="CreatedAt">When the file was made.</param>
/// <param name="IntervalSeconds">Time since the last reading; 0 at the first.</param>
/// <param name="Metrics">In the order of their registration.</param>
internal sealed record TopReading(
    int ProcessId, string Owner, DateTimeOffset CreatedAt, double IntervalSeconds, IReadOnlyList<TopMetric> Metrics);
