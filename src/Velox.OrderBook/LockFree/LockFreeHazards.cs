using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>The hazards and retired nodes of the threads of one <see cref="LockFreeOrderBook"/>.</summary>
/// <remarks>
/// Joining and leaving take a lock; operations do not. A thread that leaves may leave nodes behind that others hold: whoever
/// takes its place has them, and who finds no node looks through those of places that nobody has.
/// </remarks>
internal sealed unsafe class LockFreeHazards : IDisposable
{
    /// <summary>Most threads: with them a list of retired nodes has up to 2,624 places.</summary>
    internal const int MaxThreads = 256;

    private readonly Lock _lock = new();
    private readonly NativeRegion _memory;
    private readonly HazardTable _table;
    private readonly RetiredNodes?[] _retired;
    private readonly bool[] _isJoined;

    internal LockFreeHazards(int maxThreads)
    {
        _memory = new NativeRegion(new NativeRegionOptions((long)maxThreads * HazardTable.WordsPerThread * sizeof(long)));
        _table = new HazardTable((long*)_memory.Address, maxThreads); // zeroed, and at a page's beginning
        _retired = new RetiredNodes?[maxThreads];
        _isJoined = new bool[maxThreads];
    }

    /// <summary>Most removed nodes that all threads together hold back, whatever they do.</summary>
    internal static long MaxHeldBack(int maxThreads) =>
        (long)maxThreads * (RetiredNodes.Bound(maxThreads * HazardSlot.Count) + LockFreeNodes.MaxSpare);

    /// <summary>Takes a place for a thread.</summary>
    /// <param name="hazards">Its words.</param>
    /// <param name="retired">Its list, with what the last one in this place left.</param>
    /// <returns>False when there are as many as there may be.</returns>
    internal bool TryJoin(out long* hazards, out RetiredNodes? retired)
    {
        lock (_lock)
        {
            int thread = Array.IndexOf(_isJoined, false);
            hazards = null;
            retired = null;
            if (thread < 0)
                return false;
            _isJoined[thread] = true;
            hazards = _table.Of(thread);
            retired = _retired[thread] ??= new RetiredNodes(_table);
            return true;
        }
    }

    /// <summary>Gives a place up; its hazards are cleared.</summary>
    internal void Leave(RetiredNodes retired)
    {
        lock (_lock)
            _isJoined[Array.IndexOf(_retired, retired)] = false;
    }

    /// <summary>Releases what was left in places that nobody has and that nobody holds, unless another thread is at it.</summary>
    internal void TryCollectIdle(SlabAllocator slabs)
    {
        if (!_lock.TryEnter())
            return;
        try
        {
            for (int thread = 0; thread < _retired.Length; thread++)
            {
                if (_isJoined[thread] || _retired[thread] is not { Count: > 0 } retired)
                    continue;
                foreach (int index in retired.TakeFree<HardwareModel>())
                    slabs.Release(index);
            }
        }
        finally
        {
            _lock.Exit();
        }
    }

    public void Dispose() => _memory.Dispose();
}
