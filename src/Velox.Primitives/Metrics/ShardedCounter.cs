using System.Runtime.CompilerServices;

namespace Velox.Primitives;

/// <summary>A 64-bit counter for many threads that count often: each adds to 128 bytes of its own.</summary>
/// <remarks>
/// An addition is a plain load, add and store, without a lock prefix and without sharing a cache line. Up to 63 threads at
/// a time have a cell of their own; more than these share one, where they add indivisibly, slower and as exactly. The
/// price is memory, 8 KiB, and a <see cref="Value"/> that adds up 64 cells. <see cref="Counter"/> is the small one.
/// <para>No limit but 64 bits, where it wraps; no errors. Nothing allocates after a thread's first addition.</para>
/// <example><code>
/// var orders = new ShardedCounter();
/// orders.Increment();          // any thread
/// long total = orders.Value;   // any thread
/// </code></example>
/// </remarks>
public sealed class ShardedCounter
{
    internal const int CellCount = ThreadShard.Count * MetricCells.Stride;

    private readonly MetricCells _cells;

    public ShardedCounter()
        : this(MetricCells.Allocate(CellCount))
    {
    }

    internal ShardedCounter(MetricCells cells) => _cells = cells;

    /// <summary>The sum of everything added: exact once the adding threads are known to be done.</summary>
    /// <remarks>While they add, it lies between the sums at the beginning and at the end of the call.</remarks>
    public long Value => Sum(_cells, _cells.Length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Increment() => Add(1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(long amount)
    {
        int shard = ThreadShard.Current;
        if (shard != ThreadShard.Shared)
            _cells.AddAsOnlyWriter(shard * MetricCells.Stride, amount);
        else
            _cells.Add(ThreadShard.Shared, amount);
    }

    /// <summary>Adds up the shards, wherever they are.</summary>
    internal static long Sum<TCells>(TCells cells, int cellCount)
        where TCells : IMetricCellSource
    {
        Span<long> cell = stackalloc long[1];
        long sum = 0;
        for (int i = 0; i < cellCount; i += MetricCells.Stride)
        {
            cells.Read(i, cell);
            sum += cell[0];
        }

        return sum;
    }
}
