using BenchmarkDotNet.Attributes;
using Velox.Gateway;
using Velox.Primitives;

namespace Velox.Benchmarks;

/// <summary>The order pipeline from memory to nowhere, by message: start, threads and end are in it.</summary>
[MemoryDiagnoser]
public class PipelineBenchmarks
{
    private const int Messages = 1_000_000;

    private readonly PipelineMessage[] _messages = new PipelineMessage[Messages];
    private readonly TscClock _clock = TscClock.Start();

    public PipelineBenchmarks()
    {
        const long forEver = long.MaxValue / 4;
        var flow = new SyntheticSource(new FlowParameters(), forEver);
        flow.NanosToNext(nowNanos: 0);
        flow.Take(_messages, forEver);
    }

    [Params(1, 2)]
    public int Threads { get; set; }

    [Benchmark(OperationsPerInvoke = Messages)]
    public long FlatOut()
    {
        using var pipeline = new OrderPipeline(
            new MemorySource(_messages), new NullOutput(), new PipelineOptions { Threads = Threads }, _clock);
        return pipeline.Run(monitor: null, CancellationToken.None).Delivered;
    }

    private sealed class MemorySource(PipelineMessage[] messages) : IMessageSource
    {
        private int _next;

        public bool WaitsForRoom => true;

        public bool IsExhausted => _next == messages.Length;

        public long InvalidCount => 0;

        public long NanosToNext(long nowNanos) => 0;

        public int Take(Span<PipelineMessage> slots, long nowNanos)
        {
            int count = Math.Min(slots.Length, messages.Length - _next);
            messages.AsSpan(_next, count).CopyTo(slots);
            _next += count;
            return count;
        }
    }
}
