using System.Diagnostics;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>Reads a metrics file again and again, and says what changed in between.</summary>
internal sealed class TopReader(MetricsFileReader reader)
{
    private readonly Dictionary<string, long> _counts = [];
    private readonly Dictionary<string, LatencyHistogram> _histograms = [];
    private long _lastTimestamp;

    internal TopReading Read()
    {
        // The owner first: what is read after it has ended is final.
        MetricsOwnerState owner = reader.ReadOwner().State;
        long now = Stopwatch.GetTimestamp();
        double seconds = _lastTimestamp == 0 ? 0 : Stopwatch.GetElapsedTime(_lastTimestamp, now).TotalSeconds;
        _lastTimestamp = now;
        TopMetric[] metrics = [.. reader.ReadEntries().Select(entry => Read(entry, seconds))];
        return new TopReading(reader.ProcessId, NameOf(owner), reader.CreatedAt, seconds, metrics);
    }

    private TopMetric Read(MetricsFileEntry entry, double seconds)
    {
        (MetricKind kind, string name, string unit, string description) = entry.Definition;
        if (kind == MetricKind.Histogram)
            return ReadHistogram(entry, seconds);
        long value = entry.ReadValue();
        return new TopMetric(
            name, NameOf(kind), unit, description, value, kind == MetricKind.Counter ? PerSecond(name, value, seconds) : null);
    }

    private TopMetric ReadHistogram(MetricsFileEntry entry, double seconds)
    {
        (MetricKind kind, string name, string unit, string description) = entry.Definition;
        var total = new LatencyHistogram();
        entry.ReadHistogram(total);

        var interval = new LatencyHistogram();
        interval.Merge(total);
        if (_histograms.TryGetValue(name, out LatencyHistogram? earlier))
            interval.Subtract(earlier);
        _histograms[name] = total;
        return new TopMetric(
            name, NameOf(kind), unit, description, total.Count, PerSecond(name, total.Count, seconds),
            TopLatency.Of(total), earlier is null ? null : TopLatency.Of(interval));
    }

    private double? PerSecond(string name, long count, double seconds)
    {
        double? rate = _counts.TryGetValue(name, out long earlier) && seconds > 0 ? (count - earlier) / seconds : null;
        _counts[name] = count;
        return rate;
    }

    private static string NameOf<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
