using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>One thread's way to the nodes of a <see cref="LockFreeOrderBook"/>, and its membership there.</summary>
/// <remarks>What it took and did not need it keeps for the next time.</remarks>
internal abstract class LockFreeNodes(SlabAllocator slabs) : ILockFreeNodes, IDisposable
{
    /// <summary>Most nodes that a thread keeps for itself: an order, the level it may need, and one that came back.</summary>
    internal const int MaxSpare = Reserved + 1;

    private const int Reserved = 2;

    // The first collection may find somebody in the way who leaves meanwhile.
    private const int Collections = 2;

    private readonly int[] _spare = new int[MaxSpare];
    private int _spareCount;

    private protected SlabAllocator Slabs => slabs;

    /// <summary>Has enough nodes at hand for one placement. Outside of any operation, which would hold up what is to be freed.</summary>
    internal bool TryReserve()
    {
        if (TryFill())
            return true;
        for (int i = 0; i < Collections; i++)
        {
            Collect();
            if (TryFill())
                return true;
        }

        return false;
    }

    public bool TryTake(out int index)
    {
        if (_spareCount == 0)
            return slabs.TryAllocate(out index);
        index = _spare[--_spareCount];
        return true;
    }

    public void GiveBack(int index)
    {
        if (_spareCount < _spare.Length)
            _spare[_spareCount++] = index;
        else
            slabs.Release(index);
    }

    public abstract void Retire(int index);

    /// <summary>Leaves: gives everything back.</summary>
    public void Dispose()
    {
        while (_spareCount > 0)
            slabs.Release(_spare[--_spareCount]);
        Leave();
    }

    /// <summary>Releases what it can of the nodes that were removed.</summary>
    private protected abstract void Collect();

    private protected abstract void Leave();

    private bool TryFill()
    {
        while (_spareCount < Reserved && slabs.TryAllocate(out int index))
            _spare[_spareCount++] = index;
        return _spareCount >= Reserved;
    }
}
