using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>Nodes that are used again when the epoch has moved on.</summary>
/// <remarks>
/// What a thread unlinks it hands to the reclaimer some at a time: each hand-over takes a lock, so this one meets the others
/// there rarely.
/// </remarks>
internal sealed class EpochNodes(SlabAllocator slabs, EpochReclaimer reclaimer, EpochReader reader) : LockFreeNodes(slabs)
{
    /// <summary>Most nodes that one thread holds back.</summary>
    internal const int MaxRetired = 64;

    private readonly int[] _retired = new int[MaxRetired];
    private int _retiredCount;

    public override void Retire(int index)
    {
        if (_retiredCount == MaxRetired)
            HandOver();
        _retired[_retiredCount++] = index;
    }

    private protected override void Collect()
    {
        HandOver();
        reclaimer.Collect();
    }

    private protected override void Leave()
    {
        HandOver();
        reader.Dispose();
    }

    // Never refused: there is room for as much garbage as there are nodes.
    private void HandOver()
    {
        while (_retiredCount > 0)
            reclaimer.Retire(_retired[--_retiredCount]);
    }
}
