namespace Velox.State;

/// <summary>A chunk with leaves that change, and where its root goes.</summary>
internal struct ChangedChunk
{
    /// <summary>The chunk above; null at the top.</summary>
    internal TreeChunk? Parent;

    /// <summary>Which leaf of the parent it is.</summary>
    internal int Slot;

    /// <summary>The chunk; may be null where <see cref="Nodes"/> says all, and a parent.</summary>
    internal TreeChunk? Chunk;

    /// <summary>Where its nodes are; 0 if they may move.</summary>
    internal nint Nodes;

    /// <summary>Bit per leaf that changes.</summary>
    internal uint Changed;

    /// <summary>The first of its leaves among the items of <see cref="LeafChanges"/>.</summary>
    internal int FirstItem;
}
