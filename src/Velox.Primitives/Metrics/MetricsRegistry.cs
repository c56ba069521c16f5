using System.Diagnostics.Metrics;

namespace Velox.Primitives;

/// <summary>
/// The named metrics of a process: each is published as an instrument of a <see cref="Meter"/>, and in a
/// <see cref="MetricsFile"/> when there is one.
/// </summary>
/// <remarks>
/// Register at start, from any thread; at most <see cref="MaxMetrics"/>. What is counted on the hot path costs the same
/// whether or not somebody listens: instruments are observed, they read the metric when a listener asks.
/// <list type="table">
/// <item><term>counter</term><description><c>ObservableCounter</c></description></item>
/// <item><term>gauge, series</term><description><c>ObservableGauge</c>; of a series its last value</description></item>
/// <item><term>histogram</term><description><c>ObservableGauge</c> with the tag <c>quantile</c> (0.5, 0.99, 0.999, 1), and an
/// <c>ObservableCounter</c> with <c>.count</c> after the name; since the start</description></item>
/// </list>
/// <example><code>
/// using var metrics = new MetricsRegistry("velox.pipeline");
/// ShardedCounter orders = metrics.AddCounter("orders", "{order}", "Orders taken");
/// orders.Increment();
/// </code></example>
/// </remarks>
public sealed class MetricsRegistry : IDisposable
{
    /// <summary>Metrics of one registry.</summary>
    public const int MaxMetrics = 256;

    private static readonly double[] Quantiles = [0.5, 0.99, 0.999, 1];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, MetricDefinition> _definitions = new(StringComparer.Ordinal);
    private readonly Meter _meter;
    private readonly MetricsFile? _file;

    /// <param name="meterName">Under which listeners find the instruments.</param>
    /// <param name="file">Where the metrics live; without one, in this process's memory.</param>
    public MetricsRegistry(string meterName, MetricsFile? file = null)
    {
        _meter = new Meter(meterName);
        _file = file;
    }

    /// <summary>What was registered, in no order.</summary>
    public IReadOnlyList<MetricDefinition> Definitions
    {
        get
        {
            lock (_gate)
                return [.. _definitions.Values];
        }
    }

    /// <exception cref="ArgumentException">A text breaks the rules of <see cref="MetricDefinition"/>, or the name is taken.</exception>
    /// <exception cref="InvalidOperationException">The registry or its file is full.</exception>
    public ShardedCounter AddCounter(string name, string unit, string description)
    {
        MetricCells cells = Add(MetricKind.Counter, name, unit, description, ShardedCounter.CellCount);
        var counter = new ShardedCounter(cells);
        _meter.CreateObservableCounter(name, () => counter.Value, unit, description);
        return counter;
    }

    /// <inheritdoc cref="AddCounter"/>
    public Gauge AddGauge(string name, string unit, string description)
    {
        var gauge = new Gauge(Add(MetricKind.Gauge, name, unit, description, Gauge.CellCount));
        _meter.CreateObservableGauge(name, () => gauge.Value, unit, description);
        return gauge;
    }

    /// <summary>A histogram that any thread records into.</summary>
    /// <inheritdoc cref="AddCounter"/>
    public LatencyHistogram AddHistogram(string name, string description)
    {
        var histogram = new LatencyHistogram(AddHistogramCells(name, description));
        Publish(name, description, () => histogram);
        return histogram;
    }

    /// <summary>A histogram that one thread records into.</summary>
    /// <inheritdoc cref="AddCounter"/>
    public SingleWriterHistogram AddSingleWriterHistogram(string name, string description)
    {
        var histogram = new SingleWriterHistogram(AddHistogramCells(name, description));
        Publish(name, description, () => CopyOf(histogram));
        return histogram;
    }

    /// <summary>A series of 1 to <see cref="TimeSeries.MaxCapacity"/> points.</summary>
    /// <inheritdoc cref="AddCounter"/>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is not such a number.</exception>
    public TimeSeries AddSeries(string name, string unit, string description, int capacity)
    {
        var series = new TimeSeries(Add(MetricKind.Series, name, unit, description, TimeSeries.CellCountOf(capacity)));
        _meter.CreateObservableGauge(name, () => LastOf(series), unit, description);
        return series;
    }

    /// <summary>Ends the instruments. The metrics can still be written, and the file stays open.</summary>
    public void Dispose() => _meter.Dispose();

    private MetricCells AddHistogramCells(string name, string description) =>
        Add(MetricKind.Histogram, name, "ns", description, HistogramLayout.CellCount);

    private MetricCells Add(MetricKind kind, string name, string unit, string description, int cellCount)
    {
        var definition = new MetricDefinition(kind, name, unit, description);
        if (definition.FindError() is { } error)
            throw new ArgumentException($"The metric's {error}.", nameof(name));

        lock (_gate)
        {
            if (_definitions.ContainsKey(name))
                throw new ArgumentException($"There is a metric '{name}' already.", nameof(name));
            if (_definitions.Count == MaxMetrics)
                throw new InvalidOperationException($"A registry holds at most {MaxMetrics} metrics; '{name}' is one too many.");

            MetricCells cells = _file?.Add(definition, cellCount) ?? MetricCells.Allocate(cellCount);
            _definitions.Add(name, definition);
            return cells;
        }
    }

    private void Publish(string name, string description, Func<LatencyHistogram> read)
    {
        _meter.CreateObservableGauge(name, () => QuantilesOf(read()), "ns", description);
        _meter.CreateObservableCounter($"{name}.count", () => read().Count, "{record}", description);
    }

    private static IEnumerable<Measurement<long>> QuantilesOf(LatencyHistogram histogram) =>
        Quantiles.Select(quantile => new Measurement<long>(
            histogram.ValueAtPercentile(quantile * 100), new KeyValuePair<string, object?>("quantile", quantile)));

    private static LatencyHistogram CopyOf(SingleWriterHistogram histogram)
    {
        var copy = new LatencyHistogram();
        copy.Merge(histogram);
        return copy;
    }

    private static IEnumerable<Measurement<long>> LastOf(TimeSeries series)
    {
        // Of one point: an empty series has no value to tell.
        TimePoint[] last = new TimePoint[1];
        return series.CopyTo(last) == 0 ? [] : [new Measurement<long>(last[0].Value)];
    }
}
