namespace Velox.OrderBook;

/// <summary>How one thread of a lock-free book keeps the nodes that it finds from being used again under it.</summary>
/// <remarks>
/// Implemented by structs: the matcher is compiled for each way of keeping, and nothing is left of what a way does not need.
/// </remarks>
internal interface ILockFreeGuard
{
    /// <summary>Whether all that is found from <see cref="Enter"/> on is kept, also what is found through a removed node.</summary>
    static abstract bool KeepsAll { get; }

    /// <summary>Begins an operation.</summary>
    void Enter();

    /// <summary>Ends it: nothing that was found is touched any more.</summary>
    void Exit();

    /// <summary>Keeps a node from here on if it is not retired yet: the caller looks whether it is not, after this call.</summary>
    /// <param name="slot">One of <see cref="HazardSlot"/>; what was kept in it before is not kept any more.</param>
    /// <param name="link">The node.</param>
    void Hold(int slot, long link);

    /// <summary>Keeps the node that was found behind a word of a node which is kept itself, or of a head.</summary>
    /// <returns>False when the word does not lead to it any more: it may be anything by now.</returns>
    bool TryHold(int slot, long link, ref long word);
}

/// <summary>What a thread of a lock-free book has in its hand at a time, and so where it names it.</summary>
internal static class HazardSlot
{
    /// <summary>The level that is walked over or worked on; the next one goes into the other of two, slot ^ 1.</summary>
    internal const int Levels = 0;

    /// <summary>The order that is walked over or filled; the next one goes into the other of two, slot ^ 1.</summary>
    internal const int Orders = 2;

    /// <summary>The order that is placed or cancelled.</summary>
    internal const int Order = 4;

    /// <summary>Slots of a thread.</summary>
    internal const int Count = 5;
}
