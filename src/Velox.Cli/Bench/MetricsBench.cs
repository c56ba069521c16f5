using System.Diagnostics.Metrics;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>Nanoseconds to count and to record: <see cref="ShardedCounter"/> and the histograms beside what .NET has.</summary>
/// <remarks>
/// .NET's instruments have a listener that adds what it is told, as an exporter does at least: one that nobody listens to
/// does nothing. With two threads a line says what an operation costs one of them while the other does the same.
/// </remarks>
internal static class MetricsBench
{
    private const string Unit = OperationCost.Unit;

    internal static IReadOnlyList<BenchLine> Run(int runs, int operations)
    {
        using var instruments = new Instruments();
        return [.. OnThreads(1, runs, operations, instruments), .. OnThreads(2, runs, operations, instruments)];
    }

    private static IEnumerable<BenchLine> OnThreads(int threads, int runs, int operations, Instruments instruments)
    {
        string on = threads == 1 ? "1 thread" : $"{threads} threads";
        var counter = new ShardedCounter();
        long[] word = new long[32];
        var histogram = new LatencyHistogram();
        Func<double> sharded = () => OperationCost.Measure(threads, operations, _ => new ShardedIncrement(counter));
        Func<double> record = () => OperationCost.Measure(threads, operations, _ => new HistogramRecord(histogram));
        SingleWriterHistogram[] own = [.. Enumerable.Range(0, threads).Select(_ => new SingleWriterHistogram())];

        yield return Compare($"ShardedCounter.Increment, {on}", sharded, "Interlocked.Increment",
            () => OperationCost.Measure(threads, operations, _ => new InterlockedIncrement(word)));
        yield return Compare($"ShardedCounter.Increment, {on}", sharded, "Counter<long>.Add with a listener",
            () => OperationCost.Measure(threads, operations, _ => new InstrumentAdd(instruments.Counter)));
        yield return Compare($"LatencyHistogram.Record, {on}", record, "Histogram<long>.Record with a listener",
            () => OperationCost.Measure(threads, operations, _ => new InstrumentRecord(instruments.Histogram)));
        yield return Compare($"SingleWriterHistogram.Record, {on}", () => OperationCost.Measure(threads, operations, n => new SingleWriterRecord(own[n])),
            "LatencyHistogram.Record", record);

        BenchLine Compare(string name, Func<double> mine, string peer, Func<double> theirs)
        {
            (double value, double peerValue) = BenchReport.Medians(runs, mine, theirs);
            return new BenchLine(name, value, Unit, peer, peerValue);
        }
    }

    // From 0 to 1 ms, so that a histogram's buckets are met here and there as latencies meet them.
    private static long LatencyOf(long i) => (i * 7_919) & 0xF_FFFF;

    private readonly struct ShardedIncrement(ShardedCounter counter) : IOperation
    {
        public void Do(long i) => counter.Increment();
    }

    // In the middle of 256 bytes, so that nothing else is on its line.
    private readonly struct InterlockedIncrement(long[] word) : IOperation
    {
        public void Do(long i) => Interlocked.Increment(ref word[16]);
    }

    private readonly struct InstrumentAdd(Counter<long> counter) : IOperation
    {
        public void Do(long i) => counter.Add(1);
    }

    private readonly struct HistogramRecord(LatencyHistogram histogram) : IOperation
    {
        public void Do(long i) => histogram.Record(LatencyOf(i));
    }

    private readonly struct SingleWriterRecord(SingleWriterHistogram histogram) : IOperation
    {
        public void Do(long i) => histogram.Record(LatencyOf(i));
    }

    private readonly struct InstrumentRecord(Histogram<long> histogram) : IOperation
    {
        public void Do(long i) => histogram.Record(LatencyOf(i));
    }

    /// <summary>A counter and a histogram of .NET, with a listener.</summary>
    private sealed class Instruments : IDisposable
    {
        private readonly Meter _meter = new("velox.bench");
        private readonly MeterListener _listener = new();
        private long _sum;

        internal Instruments()
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
}
