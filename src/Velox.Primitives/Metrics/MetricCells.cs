using System.Runtime.CompilerServices;

namespace Velox.Primitives;

/// <summary>A source of 64-bit cells that are copied out: a metric's memory here, or a region of a file.</summary>
internal interface IMetricCellSource
{
    /// <summary>Copies cells; each is a value it had at some time during the call, and none is torn.</summary>
    void Read(int first, Span<long> cells);
}

/// <summary>
/// The 64-bit cells that a metric lives in, at a fixed address: memory of this process, or a mapped metrics file.
/// </summary>
/// <remarks>
/// Unsafe: the address is that of pinned or mapped memory which the owner keeps alive. Every access checks the index,
/// and holds the owner until it is done; a mapping is given back only once no metric that lives in it is reachable.
/// </remarks>
internal readonly unsafe struct MetricCells : IMetricCellSource
{
    /// <summary>Cells in 128 bytes, which different threads do not share: processors fetch lines in pairs.</summary>
    internal const int Stride = 16;

    private readonly object _owner;
    private readonly long* _first;
    private readonly int _length;

    /// <param name="owner">Keeps the memory where it is while it is reachable.</param>
    /// <param name="first">The first cell, on a multiple of 8 bytes: only then is an access indivisible.</param>
    /// <param name="length">Cells that are there.</param>
    internal MetricCells(object owner, long* first, int length)
    {
        _owner = owner;
        _first = first;
        _length = length;
    }

    internal int Length => _length;

    /// <summary>Cells in this process's memory, all zero, on a multiple of 128 bytes and alone on the last one.</summary>
    internal static MetricCells Allocate(int length)
    {
        long[] memory = GC.AllocateArray<long>(length + (2 * Stride), pinned: true);
        long* start = (long*)Unsafe.AsPointer(ref memory[0]);
        long* aligned = (long*)(((nint)start + (Stride * sizeof(long)) - 1) & ~(nint)((Stride * sizeof(long)) - 1));
        return new MetricCells(memory, aligned, length);
    }

    /// <summary>Acquire: what is read afterwards is at least as new as what the cell's writer saw.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal long Read(int index)
    {
        long value = Volatile.Read(ref At(index));
        GC.KeepAlive(_owner);
        return value;
    }

    /// <summary>Release: what was written before is seen by whoever sees this value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Write(int index, long value)
    {
        Volatile.Write(ref At(index), value);
        GC.KeepAlive(_owner);
    }

    /// <summary>Adds without a lock prefix. Only while no other thread writes this cell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddAsOnlyWriter(int index, long amount)
    {
        ref long cell = ref At(index);

        // Volatile only so that a reader never sees half a value, and sees it soon; nothing hangs on the order.
        Volatile.Write(ref cell, cell + amount);
        GC.KeepAlive(_owner);
    }

    /// <summary>Adds indivisibly, whoever else writes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(int index, long amount)
    {
        Interlocked.Add(ref At(index), amount);
        GC.KeepAlive(_owner);
    }

    /// <summary>Makes the cell at least this large, whoever else does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Raise(int index, long value)
    {
        ref long cell = ref At(index);
        long seen = Volatile.Read(ref cell);
        while (value > seen)
        {
            // Another thread may have raised it in between; the loop ends when the stored value is as large.
            long found = Interlocked.CompareExchange(ref cell, value, seen);
            if (found == seen)
                break;
            seen = found;
        }

        GC.KeepAlive(_owner);
    }

    /// <summary>Empties the cell and returns what it held: an exchange, so that no addition in between is lost.</summary>
    internal long Take(int index)
    {
        ref long cell = ref At(index);

        // Most cells of a histogram are empty: a plain look spares an interlocked operation on each.
        long value = Volatile.Read(ref cell) == 0 ? 0 : Interlocked.Exchange(ref cell, 0);
        GC.KeepAlive(_owner);
        return value;
    }

    public void Read(int first, Span<long> cells)
    {
        for (int i = 0; i < cells.Length; i++)
            cells[i] = Read(first + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref long At(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_length, nameof(index));
        return ref _first[index];
    }
}
