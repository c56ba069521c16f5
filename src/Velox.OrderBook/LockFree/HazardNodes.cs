using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>Nodes that are used again when no hazard names them: without a lock, and whatever other threads do.</summary>
/// <param name="slabs">Where they go back to.</param>
/// <param name="hazards">Where this thread joined.</param>
/// <param name="retired">This thread's list there.</param>
internal sealed class HazardNodes<TModel>(SlabAllocator slabs, LockFreeHazards hazards, RetiredNodes retired) : LockFreeNodes(slabs)
    where TModel : struct, IMemoryModel
{
    public override void Retire(int index)
    {
        retired.Add(index);
        if (retired.IsFull)
            Release();
    }

    private protected override void Collect()
    {
        Release();
        hazards.TryCollectIdle(Slabs);
    }

    private protected override void Leave()
    {
        Release();
        hazards.Leave(retired);
    }

    private void Release()
    {
        foreach (int index in retired.TakeFree<TModel>())
            Slabs.Release(index);
    }
}
