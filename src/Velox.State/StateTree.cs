using System.Numerics;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.State;

/// <summary>A tree as it was; its chunks are never written again.</summary>
/// <param name="Top">The chunk above all others; null while there was no leaf.</param>
/// <param name="TopLevel">Its level: 0 when it is at the bottom.</param>
/// <param name="LeafCount">Leaves, free ones included.</param>
/// <param name="FreeCount">Free leaves.</param>
/// <param name="Root">Of the tree of leaves, zero without any.</param>
internal sealed record StateTreeContent(TreeChunk? Top, int TopLevel, int LeafCount, int FreeCount, Hash256 Root);

/// <summary>The tree of account hashes, of the shape of <see cref="MerkleTree"/>, which can be frozen as it is at any time.</summary>
/// <remarks>
/// Chunks of 32 leaves in a tree of chunks of fan 32. A change goes down one path, marks it, and copies of it what belongs to a
/// frozen tree. Memory: some 70 bytes a leaf. <see cref="ComputeRoot"/> hashes chunk by chunk, so that a
/// path meets four places in memory instead of twenty.
/// </remarks>
internal sealed class StateTree
{
    /// <summary>The most leaves: those that a proof may speak of.</summary>
    internal const int MaxLeafCount = MerkleTree.MaxLeafCount;

    internal const int MaxHeight = MaxLevels * TreeChunk.Height;
    internal const byte NodePrefix = 1;

    // 2^28 leaves.
    private const int MaxLevels = 6;

    private const int GroupSize = 32;

    private readonly List<DirtyChunk>[] _dirty = [.. Enumerable.Range(0, MaxLevels).Select(_ => new List<DirtyChunk>())];
    private readonly TreeHasher _hasher = new();
    private object _owner = new();
    private TreeChunk? _top;
    private int _topLevel;

    internal int LeafCount { get; private set; }

    internal int FreeCount { get; private set; }

    /// <summary>The root as of the last <see cref="ComputeRoot"/>; zero without leaves.</summary>
    internal Hash256 Root { get; private set; }

    /// <summary>The height of the tree.</summary>
    internal int ProofLength => LeafCount <= 1 ? 0 : BitOperations.Log2((uint)(LeafCount - 1)) + 1;

    /// <summary>Takes the lowest free leaf into use, or a new one at the end. It is zero.</summary>
    /// <exception cref="InvalidOperationException">All <see cref="MaxLeafCount"/> leaves are in use.</exception>
    internal int Take()
    {
        if (FreeCount > 0)
            return TakeFree();
        if (LeafCount == MaxLeafCount)
            throw new InvalidOperationException($"A state has at most {MaxLeafCount} accounts.");
        if (LeafCount == Capacity)
            Grow();
        return LeafCount++;
    }

    /// <summary>Frees a leaf in use; it becomes zero.</summary>
    internal void Release(int index)
    {
        Set(index, default);
        TreeChunk chunk = OwnTop();
        for (int level = _topLevel; ; level--)
        {
            int slot = SlotOf(index, level);
            chunk.Free |= 1U << slot;
            if (level == 0)
                break;
            chunk = OwnChild(chunk, slot, level);
        }

        FreeCount++;
    }

    /// <summary>Replaces leaves in use, none twice; the root changes at the next <see cref="ComputeRoot"/>.</summary>
    internal void Set(ReadOnlySpan<AccountLeaf> leaves)
    {
        var bottoms = new GroupChunks();
        while (leaves.Length > 0)
        {
            ReadOnlySpan<AccountLeaf> group = leaves[..Math.Min(GroupSize, leaves.Length)];
            for (int i = 0; i < group.Length; i++)
            {
                bottoms[i] = group[i].Index >= 0 ? FindBottom(group[i].Index) : null;
                bottoms[i]?.Prefetch();
            }

            for (int i = 0; i < group.Length; i++)
                bottoms[i]?.Prefetch(SlotOf(group[i].Index, 0));
            // One that was copied meanwhile still has the old value of this leaf, of which there is one change only.
            for (int i = 0; i < group.Length; i++)
            {
                if (group[i].Index >= 0)
                    Set(bottoms[i], group[i].Index, in group[i].Hash);
            }

            leaves = leaves[group.Length..];
        }
    }

    /// <summary>Replaces a leaf in use; the root changes at the next <see cref="ComputeRoot"/>.</summary>
    internal void Set(int index, in Hash256 leaf) => Set(FindBottom(index), index, in leaf);

    private void Set(TreeChunk? bottom, int index, in Hash256 leaf)
    {
        int bottomSlot = SlotOf(index, 0);
        Hash256 current = bottom is null ? default : bottom.Nodes[TreeChunk.Fan + bottomSlot];
        if (current == leaf)
            return;

        // Above one that is marked all are.
        if (bottom is null || bottom.Dirty == 0 || !ReferenceEquals(bottom.Owner, _owner))
            bottom = MarkPath(index);
        bottom.Dirty |= 1U << bottomSlot;
        bottom.Nodes[TreeChunk.Fan + bottomSlot] = leaf;
    }

    /// <summary>Marks the path to a leaf as changed.</summary>
    /// <returns>The chunk at the bottom.</returns>
    private TreeChunk MarkPath(int index)
    {
        TreeChunk chunk = OwnTop();
        Mark(chunk, new DirtyChunk(chunk, null, 0), _topLevel, SlotOf(index, _topLevel));
        for (int level = _topLevel - 1; level >= 0; level--)
        {
            int slot = SlotOf(index, level + 1);
            TreeChunk child = OwnChild(chunk, slot, level + 1);
            Mark(child, new DirtyChunk(child, chunk, slot), level, SlotOf(index, level));
            chunk = child;
        }

        return chunk;
    }

    /// <summary>Hashes what changed since the last call.</summary>
    /// <param name="workers">How many threads may do it; the root is the same.</param>
    internal void ComputeRoot(int workers)
    {
        for (int level = 0; level <= _topLevel; level++)
        {
            _hasher.Hash(_dirty[level], workers);
            _dirty[level].Clear();
        }

        Root = LeafCount == 0 ? default : NodeAt(ProofLength, 0);
    }

    /// <summary>The siblings on the path from a leaf to the root, the leaf's own first; as of the last root.</summary>
    internal Hash256[] Prove(int index)
    {
        var siblings = new Hash256[ProofLength];
        for (int height = 0; height < siblings.Length; height++)
            siblings[height] = NodeAt(height, (index >> height) ^ 1);
        return siblings;
    }

    /// <summary>The tree as it is now, for good; not while leaves have changed since the last root.</summary>
    internal StateTreeContent Freeze()
    {
        _owner = new object();
        return new StateTreeContent(_top, _topLevel, LeafCount, FreeCount, Root);
    }

    /// <summary>Begins again with what was frozen, here or in another tree.</summary>
    internal void Thaw(StateTreeContent content)
    {
        _owner = new object();
        _top = content.Top;
        _topLevel = content.TopLevel;
        LeafCount = content.LeafCount;
        FreeCount = content.FreeCount;
        Root = content.Root;
    }

    private long Capacity => _top is null ? 0 : 1L << ((_topLevel + 1) * TreeChunk.Height);

    /// <summary>Where a path to a leaf leaves the chunk of a level.</summary>
    private static int SlotOf(int index, int level) => (index >> (level * TreeChunk.Height)) & (TreeChunk.Fan - 1);

    /// <summary>The chunk at the bottom that a leaf is in, of whichever owner; null where none was set yet.</summary>
    private TreeChunk? FindBottom(int index)
    {
        TreeChunk? chunk = _top;
        for (int level = _topLevel; level > 0 && chunk is not null; level--)
            chunk = chunk.Children![SlotOf(index, level)];
        return chunk;
    }

    private int TakeFree()
    {
        TreeChunk chunk = OwnTop();
        int index = 0;
        Span<int> slots = stackalloc int[MaxLevels];
        var path = new PathChunks();
        for (int level = _topLevel; ; level--)
        {
            path[level] = chunk;
            slots[level] = BitOperations.TrailingZeroCount(chunk.Free);
            index = (index << TreeChunk.Height) + slots[level];
            if (level == 0)
                break;
            chunk = OwnChild(chunk, slots[level], level);
        }

        for (int level = 0; level <= _topLevel; level++)
        {
            path[level].Free &= ~(1U << slots[level]);
            if (path[level].Free != 0)
                break;
        }

        FreeCount--;
        return index;
    }

    private void Grow()
    {
        if (_top is not { } old)
        {
            _top = new TreeChunk(0, _owner);
            return;
        }

        var top = new TreeChunk(_topLevel + 1, _owner) { Free = old.Free != 0 ? 1U : 0U };
        top.Children![0] = old;
        top.Nodes[TreeChunk.Fan] = old.Root;
        Mark(top, new DirtyChunk(top, null, 0), _topLevel + 1, 0);
        if (old.Dirty != 0)
            _dirty[_topLevel][0] = new DirtyChunk(old, top, 0);
        _top = top;
        _topLevel++;
    }

    private void Mark(TreeChunk chunk, DirtyChunk entry, int level, int slot)
    {
        if (chunk.Dirty == 0)
            _dirty[level].Add(entry);
        chunk.Dirty |= 1U << slot;
    }

    private TreeChunk OwnTop() => ReferenceEquals(_top!.Owner, _owner) ? _top : _top = _top.CopyFor(_owner);

    private TreeChunk OwnChild(TreeChunk parent, int slot, int parentLevel)
    {
        ref TreeChunk? child = ref parent.Children![slot];
        if (child is null)
            child = new TreeChunk(parentLevel - 1, _owner);
        else if (!ReferenceEquals(child.Owner, _owner))
            child = child.CopyFor(_owner);
        return child;
    }

    /// <summary>A node by its height above the leaves and its position among those of that height.</summary>
    private Hash256 NodeAt(int height, int position)
    {
        // The root of a chunk stands in the chunk above too; only that of the top does not.
        int level = Math.Min(height / TreeChunk.Height, _topLevel);
        int heightInChunk = height - (level * TreeChunk.Height);
        long index = (long)position << height;
        TreeChunk? chunk = _top;
        for (int above = _topLevel; above > level; above--)
        {
            chunk = chunk!.Children![(int)(index >> (above * TreeChunk.Height)) & (TreeChunk.Fan - 1)];
            if (chunk is null)
                return PaddingRoots.At(height);
        }

        int width = TreeChunk.Fan >> heightInChunk;
        return chunk!.Nodes[width + (position & (width - 1))];
    }

    [System.Runtime.CompilerServices.InlineArray(GroupSize)]
    private struct GroupChunks
    {
        private TreeChunk? _first;
    }

    [System.Runtime.CompilerServices.InlineArray(MaxLevels)]
    private struct PathChunks
    {
        private TreeChunk _first;
    }
}
