using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>One thread's way to the nodes of a <see cref="LockFreeOrderBook"/>.</summary>
/// <remarks>
/// What it unlinks it hands to the reclaimer some at a time: each hand-over takes a lock, so this one meets the others there
/// rarely. What it took and did not need it keeps for the next time.
/// </remarks>
internal sealed class LockFreeNodes(SlabAllocator slabs, EpochReclaimer reclaimer) : ILockFreeNodes
{
    /// <summary>Most nodes that one thread holds back.</summary>
    internal const int MaxRetired = 64;

    // An order and the level it may need.
    private const int Reserved = 2;

    // A collection moves the epoch by up to two steps; the first one may find a reader in the way that leaves meanwhile.
    private const int Collections = 2;

    private readonly int[] _spare = new int[Reserved + 1];
    private readonly int[] _retired = new int[MaxRetired];
    private int _spareCount;
    private int _retiredCount;

    /// <summary>Has enough nodes at hand for one placement. Outside of the epoch, which would hold up what is to be freed.</summary>
    internal bool TryReserve()
    {
        if (TryFill())
            return true;
        HandOver();
        for (int i = 0; i < Collections; i++)
        {
            reclaimer.Collect();
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

    public void Retire(int index)
    {
        if (_retiredCount == MaxRetired)
            HandOver();
        _retired[_retiredCount++] = index;
    }

    /// <summary>Hands over and gives back everything.</summary>
    internal void Clear()
    {
        HandOver();
        while (_spareCount > 0)
            slabs.Release(_spare[--_spareCount]);
    }

    private bool TryFill()
    {
        while (_spareCount < Reserved && slabs.TryAllocate(out int index))
            _spare[_spareCount++] = index;
        return _spareCount >= Reserved;
    }

    // Never refused: there is room for as much garbage as there are nodes.
    private void HandOver()
    {
        while (_retiredCount > 0)
            reclaimer.Retire(_retired[--_retiredCount]);
    }
}
