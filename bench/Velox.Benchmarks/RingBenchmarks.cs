using System.Threading.Channels;
using BenchmarkDotNet.Attributes;
using Velox.Primitives;

namespace Velox.Benchmarks;

/// <summary>One write and one read on the same thread: the cost of the operations without the transfer between cores.</summary>
[MemoryDiagnoser]
public class RingBenchmarks
{
    private readonly SpscRing<long> _ring = new(1_024);
    private readonly Channel<long> _channel = Channel.CreateBounded<long>(
        new BoundedChannelOptions(1_024) { SingleReader = true, SingleWriter = true });

    [Benchmark(Baseline = true)]
    public long BoundedChannel()
    {
        _channel.Writer.TryWrite(1);
        _channel.Reader.TryRead(out long item);
        return item;
    }

    [Benchmark]
    public long SpscRing()
    {
        _ring.TryWrite(1);
        _ring.TryRead(out long item);
        return item;
    }
}
