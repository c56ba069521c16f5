using System.Threading.Channels;
using BenchmarkDotNet.Attributes;
using Velox.Primitives;

namespace Velox.Benchmarks;

/// <summary>One write and one read on the same thread: the cost of the operations without the transfer between cores.</summary>
[MemoryDiagnoser]
public class RingBenchmarks
{
    private const int Capacity = 1_024;
    private const int AtOnce = 256;

    private readonly SpscRing<long> _spsc = new(Capacity);
    private readonly MpscRing<long> _mpsc = new(Capacity);
    private readonly MpmcRing<long> _mpmc = new(Capacity);
    private readonly BroadcastRing<long> _broadcast = new(Capacity);
    private readonly BroadcastReader<long> _reader;
    private readonly Channel<long> _channel = Channel.CreateBounded<long>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = true });

    public RingBenchmarks() => _reader = _broadcast.ReadFromNow();

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
        _spsc.TryWrite(1);
        _spsc.TryRead(out long item);
        return item;
    }

    /// <summary>Per item, of as many at once as <see cref="AtOnce"/>.</summary>
    [Benchmark(OperationsPerInvoke = AtOnce)]
    public long SpscRingInPlace()
    {
        _spsc.Reserve(AtOnce).Fill(1);
        _spsc.Publish(AtOnce);
        long sum = 0;
        foreach (long item in _spsc.Peek(AtOnce))
            sum += item;
        _spsc.Advance(AtOnce);
        return sum;
    }

    [Benchmark]
    public long MpscRing()
    {
        _mpsc.TryWrite(1);
        _mpsc.TryRead(out long item);
        return item;
    }

    [Benchmark]
    public long MpmcRing()
    {
        _mpmc.TryWrite(1);
        _mpmc.TryRead(out long item);
        return item;
    }

    [Benchmark]
    public long BroadcastRing()
    {
        _broadcast.Write(1);
        _reader.TryRead(out long item);
        return item;
    }
}
