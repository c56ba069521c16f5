using System.Diagnostics.Metrics;
using Xunit;

namespace Velox.Primitives.Tests;

public class MetricsRegistryTests
{
    private const string MeterName = "velox.tests.registry";

    [Fact]
    public void A_listener_sees_every_metric_with_its_unit_description_and_value()
    {
        using var registry = new MetricsRegistry(MeterName);
        registry.AddCounter("orders", "{order}", "Orders taken").Add(5);
        registry.AddGauge("depth", "{order}", "Orders waiting").Set(-7);
        LatencyHistogram latency = registry.AddHistogram("latency", "From entry to fill");
        latency.Record(100);
        latency.Record(300);
        registry.AddSingleWriterHistogram("hop", "One stage").Record(40);
        TimeSeries series = registry.AddSeries("rate", "{order}/s", "Orders a second", 4);
        registry.AddSeries("empty", "1", "Nothing yet", 4);
        series.Append(1, 10);
        series.Append(2, 20);

        Assert.Equal(
            [
                "depth {order} 'Orders waiting' = -7",
                "hop ns 'One stage' quantile=0.5 = 40",
                "hop ns 'One stage' quantile=0.99 = 40",
                "hop ns 'One stage' quantile=0.999 = 40",
                "hop ns 'One stage' quantile=1 = 40",
                "hop.count {record} 'One stage' = 1",
                "latency ns 'From entry to fill' quantile=0.5 = 100",
                "latency ns 'From entry to fill' quantile=0.99 = 300",
                "latency ns 'From entry to fill' quantile=0.999 = 300",
                "latency ns 'From entry to fill' quantile=1 = 300",
                "latency.count {record} 'From entry to fill' = 2",
                "orders {order} 'Orders taken' = 5",
                "rate {order}/s 'Orders a second' = 20",
            ],
            Listen());
        Assert.Equal(
            ["depth", "empty", "hop", "latency", "orders", "rate"],
            registry.Definitions.Select(definition => definition.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("", "1", "", "name is ''")]
    [InlineData("two words", "1", "", "name is 'two words'")]
    [InlineData("a", "a unit of more than thirty-two bytes", "", "unit has 36 bytes: it must have at most 32")]
    [InlineData("a", "1", "line\nbreak", "description is 'line?break'")]
    public void A_text_that_breaks_a_rule_is_named_with_the_bound(string name, string unit, string description, string expected)
    {
        using var registry = new MetricsRegistry(MeterName);
        var error = Assert.Throws<ArgumentException>(() => registry.AddGauge(name, unit, description));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Empty(registry.Definitions);
    }

    [Fact]
    public void A_name_twice_and_one_metric_too_many_are_refused()
    {
        using var registry = new MetricsRegistry(MeterName);
        for (int i = 0; i < MetricsRegistry.MaxMetrics; i++)
            registry.AddGauge($"gauge{i}", "1", "");
        Assert.Contains("'gauge0'", Assert.Throws<ArgumentException>(() => registry.AddCounter("gauge0", "1", "")).Message, StringComparison.Ordinal);
        Assert.Contains("at most 256", Assert.Throws<InvalidOperationException>(() => registry.AddGauge("more", "1", "")).Message, StringComparison.Ordinal);
    }

    private static string[] Listen()
    {
        var lines = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == MeterName)
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            string quantile = tags.Length == 0 ? "" : FormattableString.Invariant($" {tags[0].Key}={tags[0].Value}");
            lines.Add($"{instrument.Name} {instrument.Unit} '{instrument.Description}'{quantile} = {value}");
        });
        listener.Start();
        listener.RecordObservableInstruments();
        lines.Sort(StringComparer.Ordinal);
        return [.. lines];
    }
}
