using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.State;

/// <summary>Sets leaves of the state tree and hashes what is above them.</summary>
/// <remarks>
/// The tree is cut above its two lowest levels of chunks: each subtree there, of 1,024 leaves, is done by one worker from its leaves to
/// its root, so that workers wait for each other once. What is above the subtrees, a thirtieth of what is in them, is then done by one.
/// </remarks>
internal sealed class TreeHasher : ISlicedWork
{
    private const int SubtreesOfSlice = 32;
    private const int HighestLevelOfSubtree = 1;

    // What changes at each level from the subtrees' on, in order.
    private readonly List<ChangedChunk>[] _changed;
    private SubtreeHasher[] _workers = [];
    private int _subtreeLevel;
    private LeafChanges _leaves;

    internal TreeHasher(int levels) => _changed = [.. Enumerable.Range(0, levels).Select(_ => new List<ChangedChunk>())];

    /// <summary>Sets the leaves of a tree, at least one, and hashes. Its chunks at the leaves must be there.</summary>
    /// <param name="top">The chunk above all others, the tree's own.</param>
    /// <param name="topLevel">Its level.</param>
    /// <param name="leaves">The new leaves.</param>
    /// <param name="team">Who does it.</param>
    internal void Update(TreeChunk top, int topLevel, LeafChanges leaves, WorkerTeam team)
    {
        while (_workers.Length < team.Workers)
            _workers = [.. _workers, new SubtreeHasher()];
        _leaves = leaves;
        _subtreeLevel = Math.Min(topLevel, HighestLevelOfSubtree);
        ListChanged(top, topLevel);
        team.Run(this, _changed[_subtreeLevel].Count, SubtreesOfSlice);
        for (int level = _subtreeLevel + 1; level <= topLevel; level++)
            _workers[0].HashChunks(CollectionsMarshal.AsSpan(_changed[level]));
        foreach (List<ChangedChunk> changed in _changed)
            changed.Clear();
        _leaves = default;
    }

    void ISlicedWork.Run(int worker, int start, int end)
    {
        Span<ChangedChunk> subtrees = CollectionsMarshal.AsSpan(_changed[_subtreeLevel]);
        int endItem = end < subtrees.Length ? subtrees[end].FirstItem : _leaves.Count;
        if (_subtreeLevel == 0)
            _workers[worker].HashBottoms(subtrees[start..end], endItem, in _leaves);
        else
            _workers[worker].HashSubtrees(subtrees[start..end], endItem, in _leaves);
    }

    /// <summary>Goes down to each subtree with a leaf that changes, and makes what it meets the tree's own.</summary>
    private void ListChanged(TreeChunk top, int topLevel)
    {
        int subtreeShift = (_subtreeLevel + 1) * TreeChunk.Height;
        int last = -1;
        for (int i = 0; i < _leaves.Count; i++)
        {
            int index = LeafChanges.IndexOf(_leaves.Items[i]);
            if (index >> subtreeShift == last)
                continue;
            last = index >> subtreeShift;
            var chunk = new ChangedChunk { Chunk = top, Nodes = top.Address, FirstItem = i };
            for (int level = topLevel; level > _subtreeLevel; level--)
            {
                int slot = (index >> (level * TreeChunk.Height)) & (TreeChunk.Fan - 1);
                Note(_changed[level], chunk, slot);
                chunk.Parent = chunk.Chunk!;
                chunk.Slot = slot;
                chunk.Chunk = chunk.Parent.OwnChild(slot);
                chunk.Nodes = chunk.Chunk.Address;
            }

            _changed[_subtreeLevel].Add(chunk);
        }
    }

    /// <summary>Notes that a leaf of a chunk changes, which is the last of its level so far, or comes next.</summary>
    private static void Note(List<ChangedChunk> changed, in ChangedChunk chunk, int slot)
    {
        if (changed.Count == 0 || !ReferenceEquals(changed[^1].Chunk, chunk.Chunk))
            changed.Add(chunk);
        CollectionsMarshal.AsSpan(changed)[^1].Changed |= 1U << slot;
    }
}
