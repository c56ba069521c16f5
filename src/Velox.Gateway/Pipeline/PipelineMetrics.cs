using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>A pipeline's statistics as named metrics: latencies as they are recorded, all else as last published.</summary>
internal sealed class PipelineMetrics
{
    private const int SeriesPoints = 3_600;

    private static readonly string[] Hops = [StageNames.Ingress, StageNames.OrderBook, StageNames.Bundles, StageNames.Output, StageNames.Total];

    private readonly Dictionary<string, LatencyHistogram> _latencies;
    private readonly (ShardedCounter Counter, Func<PipelineSnapshot, long> Read)[] _counters;
    private readonly (Gauge Gauge, Func<PipelineSnapshot, long> Read)[] _gauges;
    private readonly TimeSeries _rate;
    private long _publishedNanos;
    private long _publishedMessages;

    /// <exception cref="InvalidOperationException">The registry or its file has no room for them.</exception>
    /// <exception cref="ArgumentException">They are there already: a registry is for one pipeline.</exception>
    internal PipelineMetrics(MetricsRegistry registry)
    {
        _latencies = Hops.ToDictionary(
            hop => hop,
            hop => registry.AddHistogram(
                $"latency.{hop}",
                hop switch
                {
                    StageNames.Ingress => "From due to taken, where the source knows when messages are due",
                    StageNames.Total => "From ingress to output",
                    _ => $"From the stage before to {hop}",
                }));
        _counters =
        [
            Count("messages.generated", "{message}", "Messages that the source gave", now => now.Generated),
            Count("messages.malformed", "{message}", "Messages that were not well-formed", now => now.Invalid),
            Count("messages.delivered", "{message}", "Messages that the output took", now => now.Delivered),
            Count("dropped.full", "{message}", "Messages that found the first ring full", now => now.DroppedFull),
            Count("dropped.shed", "{message}", "New orders turned away to leave room for cancels", now => now.DroppedShed),
            Count("dropped.output", "{message}", "Messages dropped because the output failed", now => now.DroppedByOutput),
            Count("bundles.size", "{bundle}", "Bundles closed because they were full", now => now.BundlesBySize),
            Count("bundles.age", "{bundle}", "Bundles closed because they were old enough", now => now.BundlesByAge),
            Count("bundles.drain", "{bundle}", "Bundles closed at the end", now => now.BundlesByDrain),
            Count("restarts", "{restart}", "Stages that threw an exception and went on", now => now.Restarts),
        ];
        _gauges =
        [
            .. StageGauges("depth", "{item}", "Messages (bundles for the output) waiting in front of", stage => stage.Depth),
            .. StageGauges("busy", "[ppth]", "Part of the time spent with messages in", stage => (long)(stage.Utilisation * 1_000)),
        ];
        _rate = registry.AddSeries("rate", "{message}/s", "Messages delivered per second", SeriesPoints);

        (ShardedCounter, Func<PipelineSnapshot, long>) Count(
            string name, string unit, string description, Func<PipelineSnapshot, long> read) =>
            (registry.AddCounter(name, unit, description), read);

        IEnumerable<(Gauge, Func<PipelineSnapshot, long>)> StageGauges(
            string name, string unit, string description, Func<StageSnapshot, long> read)
        {
            string[] stages = [StageNames.Ingress, StageNames.OrderBook, StageNames.Bundles, StageNames.Output];
            return stages.Select((stage, index) => (
                registry.AddGauge($"{name}.{stage}", unit, $"{description} {stage}"),
                (Func<PipelineSnapshot, long>)(now => read(now.Stages[index]))));
        }
    }

    /// <summary>Takes the nanoseconds of each message from the stage before to this one, or of the whole way.</summary>
    /// <param name="hop">A stage, or <see cref="StageNames.Total"/>.</param>
    internal LatencyHistogram LatencyOf(string hop) => _latencies[hop];

    /// <summary>Sets counters and gauges; one thread.</summary>
    internal void Publish(PipelineSnapshot now)
    {
        foreach ((ShardedCounter counter, Func<PipelineSnapshot, long> read) in _counters)
            counter.Add(read(now) - counter.Value);
        foreach ((Gauge gauge, Func<PipelineSnapshot, long> read) in _gauges)
            gauge.Set(read(now));
        long nanos = now.ElapsedNanos - _publishedNanos;
        if (nanos > 0)
            _rate.Append(now.ElapsedNanos, (long)((now.Delivered - _publishedMessages) * 1e9 / nanos));
        _publishedNanos = now.ElapsedNanos;
        _publishedMessages = now.Delivered;
    }
}
