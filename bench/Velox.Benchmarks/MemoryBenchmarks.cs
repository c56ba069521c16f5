using BenchmarkDotNet.Attributes;
using Velox.Primitives;

namespace Velox.Benchmarks;

/// <summary>Slabs, pooled objects and the reading side of reclamation on one thread: the cost without other cores.</summary>
[MemoryDiagnoser]
public class MemoryBenchmarks : IDisposable
{
    private const int SlabBytes = 64;

    private readonly SlabAllocator _slabs = new(SlabBytes, 1_024);
    private readonly ObjectPool<object> _pool = new(() => new object(), 8, 64, HostTopology.Read());
    private readonly EpochReader _epochReader;
    private readonly HazardReader _hazardReader;
    private readonly int _length = SlabBytes;
    private int _source;

    public MemoryBenchmarks()
    {
        _epochReader = new EpochReclaimer(_slabs, 1, 64).TryJoin()!;
        _hazardReader = new HazardReclaimer(_slabs, 1, 64).TryJoin()!;
    }

    public void Dispose()
    {
        _slabs.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public object NewObject() => new byte[_length];

    [Benchmark]
    public SlabRelease SlabAllocateAndRelease()
    {
        _slabs.TryAllocate(out int index);
        return _slabs.Release(index);
    }

    [Benchmark]
    public bool PoolRentAndReturn()
    {
        _pool.TryRent(out Pooled<object> rented);
        return _pool.Return(rented);
    }

    [Benchmark]
    public void EpochEnterAndExit()
    {
        _epochReader.Enter();
        _epochReader.Exit();
    }

    [Benchmark]
    public int HazardProtectAndClear()
    {
        int node = _hazardReader.Protect(0, ref _source);
        _hazardReader.Clear(0);
        return node;
    }
}
