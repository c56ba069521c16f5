using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using Velox.Primitives;

namespace Velox.Benchmarks;

/// <summary>To count one, on one thread.</summary>
[MemoryDiagnoser]
public class CounterBenchmarks : IDisposable
{
    private readonly Counter _counter = new();
    private readonly ShardedCounter _sharded = new();
    private readonly ListenedMeter _meter = new();

    [Benchmark(Baseline = true)]
    public void Interlocked() => _counter.Increment();

    [Benchmark]
    public void Sharded() => _sharded.Increment();

    [Benchmark]
    public void InstrumentWithListener() => _meter.Counter.Add(1);

    [GlobalCleanup]
    public void Dispose()
    {
        _meter.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>To record a latency, on one thread; values from 0 to 1 ms.</summary>
[MemoryDiagnoser]
public class HistogramBenchmarks : IDisposable
{
    private readonly LatencyHistogram _histogram = new();
    private readonly SingleWriterHistogram _single = new();
    private readonly ListenedMeter _meter = new();
    private long _count;

    [Benchmark(Baseline = true)]
    public void AnyThread() => _histogram.Record(NextNanos());

    [Benchmark]
    public void SingleWriter() => _single.Record(NextNanos());

    [Benchmark]
    public void InstrumentWithListener() => _meter.Histogram.Record(NextNanos());

    [GlobalCleanup]
    public void Dispose()
    {
        _meter.Dispose();
        GC.SuppressFinalize(this);
    }

    private long NextNanos() => (_count++ * 7_919) & 0xF_FFFF;
}

/// <summary>A counter and a histogram of .NET with a listener that adds what it is told.</summary>
internal sealed class ListenedMeter : IDisposable
{
    private readonly Meter _meter = new("velox.benchmarks");
    private readonly MeterListener _listener = new();
    private long _sum;

    internal ListenedMeter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, _meter))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _sum, value));
        _listener.Start();
        Counter = _meter.CreateCounter<long>("counter");
        Histogram = _meter.CreateHistogram<long>("histogram");
    }

    internal Counter<long> Counter { get; }

    internal Histogram<long> Histogram { get; }

    public void Dispose()
    {
        _listener.Dispose();
        _meter.Dispose();
    }
}
