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
/// Chunks of 32 leaves in a tree of chunks of fan 32, so that a path meets four places in memory instead of twenty. What a change meets
/// of a frozen tree is copied. Memory: some 70 bytes a leaf.
/// </remarks>
internal sealed class StateTree
{
    /// <summary>The most leaves: those that a proof may speak of.</summary>
    internal const int MaxLeafCount = MerkleTree.MaxLeafCount;

    internal const int MaxHeight = MaxLevels * TreeChunk.Height;
    internal const byte NodePrefix = 1;

    // 2^28 leaves.
    private const int MaxLevels = 6;

    private readonly ChunkMemory _memory = new();
    private readonly TreeHasher _hasher = new(MaxLevels);
    private object _owner = new();
    private TreeChunk? _top;
    private int _topLevel;

    internal int LeafCount { get; private set; }

    internal int FreeCount { get; private set; }

    /// <summary>The root as of the last <see cref="Update"/>; zero without leaves.</summary>
    internal Hash256 Root { get; private set; }

    /// <summary>The height of the tree.</summary>
    internal int ProofLength => LeafCount <= 1 ? 0 : BitOperations.Log2((uint)(LeafCount - 1)) + 1;

    /// <summary>Takes the lowest free leaf into use, or a new one at the end; the next <see cref="Update"/> must set it.</summary>
    /// <exception cref="InvalidOperationException">All <see cref="MaxLeafCount"/> leaves are in use.</exception>
    internal int Take()
    {
        if (FreeCount > 0)
            return TakeFree();
        if (LeafCount == MaxLeafCount)
            throw new InvalidOperationException($"A state has at most {MaxLeafCount} accounts.");
        if (LeafCount == Capacity)
            Grow();
        if (LeafCount % TreeChunk.Fan == 0)
            MakePath(LeafCount);
        return LeafCount++;
    }

    /// <summary>Frees a leaf in use; the next <see cref="Update"/> must set it, to zero unless it was taken again.</summary>
    internal void Release(int index)
    {
        TreeChunk chunk = OwnTop();
        for (int level = _topLevel; ; level--)
        {
            int slot = SlotOf(index, level);
            chunk.Free |= 1U << slot;
            if (level == 0)
                break;
            chunk = chunk.OwnChild(slot);
        }

        FreeCount++;
    }

    /// <summary>Sets leaves, among them all that were taken or released since the last time, and hashes what is above them.</summary>
    /// <param name="leaves">The new leaves.</param>
    /// <param name="team">Who does it; the root is the same.</param>
    internal void Update(LeafChanges leaves, WorkerTeam team)
    {
        if (leaves.Count > 0)
            _hasher.Update(OwnTop(), _topLevel, leaves, team);
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

    /// <summary>The tree as it is now, for good; not while leaves were taken or released since the last <see cref="Update"/>.</summary>
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
            chunk = chunk.OwnChild(slots[level]);
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
            _top = new TreeChunk(0, _owner, _memory.Take());
            return;
        }

        // What is above the old root is hashed with the first leaf behind the old ones, which is its neighbour and was not there before.
        var top = new TreeChunk(_topLevel + 1, _owner, _memory.Take()) { Free = old.Free != 0 ? 1U : 0U };
        top.Children![0] = old;
        top.Nodes[TreeChunk.Fan] = old.Root;
        _top = top;
        _topLevel++;
    }

    /// <summary>Makes the chunks above a leaf that no leaf was in yet.</summary>
    private void MakePath(int index)
    {
        TreeChunk chunk = OwnTop();
        for (int level = _topLevel; level > 0; level--)
        {
            int slot = SlotOf(index, level);
            chunk.Children![slot] ??= new TreeChunk(level - 1, _owner, _memory.Take());
            chunk = chunk.OwnChild(slot);
        }
    }

    private TreeChunk OwnTop() => ReferenceEquals(_top!.Owner, _owner) ? _top : _top = _top.CopyFor(_owner);

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
        Hash256 node = chunk!.Nodes[width + (position & (width - 1))];

        // Its memory may be outside of the heap, and must not go before it is read.
        GC.KeepAlive(chunk);
        return node;
    }

    [System.Runtime.CompilerServices.InlineArray(MaxLevels)]
    private struct PathChunks
    {
        private TreeChunk _first;
    }
}
