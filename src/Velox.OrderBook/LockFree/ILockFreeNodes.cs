namespace Velox.OrderBook;

/// <summary>Where one thread of a lock-free book gets nodes from and gives them back to.</summary>
internal interface ILockFreeNodes
{
    /// <summary>Takes a node for the calling thread alone.</summary>
    /// <returns>False when there is none.</returns>
    bool TryTake(out int index);

    /// <summary>Gives back a node that no other thread has seen.</summary>
    void GiveBack(int index);

    /// <summary>Takes over a node that was unlinked: to be used again when no thread can hold it.</summary>
    void Retire(int index);
}
