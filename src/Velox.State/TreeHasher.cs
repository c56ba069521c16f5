using System.Numerics;
using System.Runtime.InteropServices;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.State;

/// <summary>A chunk with leaves that changed, and where its root goes.</summary>
/// <param name="Chunk">The chunk.</param>
/// <param name="Parent">The chunk above; null at the top.</param>
/// <param name="Slot">Which leaf of the parent it is.</param>
internal readonly record struct DirtyChunk(TreeChunk Chunk, TreeChunk? Parent, int Slot);

/// <summary>Hashes the nodes above changed leaves, in all chunks of one level, and puts their roots into the chunks above.</summary>
/// <remarks>
/// Of some dozens of chunks, height by height, the children are brought together, hashed side by side in vectors, and the
/// parents taken back. Copying costs little beside hashing, and in the meantime the chunks stay in the cache.
/// </remarks>
internal sealed class TreeHasher : ISlicedWork
{
    private const int GroupSize = 64;
    private const int SliceLength = 8 * GroupSize;

    private List<DirtyChunk> _chunks = [];
    private Workspace[] _workspaces = [];

    /// <summary>Hashes, on so many threads at most; the chunks must differ. Then none of them is dirty.</summary>
    internal void Hash(List<DirtyChunk> chunks, int workers)
    {
        while (_workspaces.Length < workers)
            _workspaces = [.. _workspaces, new Workspace()];
        _chunks = chunks;
        WorkSlices.Run(this, chunks.Count, SliceLength, workers);
    }

    void ISlicedWork.Run(int worker, int start, int end) =>
        _workspaces[worker].Hash(CollectionsMarshal.AsSpan(_chunks)[start..end]);

    /// <summary>What one worker needs for one group.</summary>
    private sealed class Workspace
    {
        private const int MaxNodes = GroupSize * TreeChunk.Fan / 2;

        private readonly uint[] _changed = new uint[GroupSize];
        private readonly (TreeChunk Chunk, int Node)[] _places = new (TreeChunk, int)[MaxNodes];
        private readonly Hash256[] _children = new Hash256[2 * MaxNodes];
        private readonly Hash256[] _parents = new Hash256[MaxNodes];

        internal void Hash(ReadOnlySpan<DirtyChunk> chunks)
        {
            for (int start = 0; start < chunks.Length; start += GroupSize)
            {
                ReadOnlySpan<DirtyChunk> rest = chunks[start..];
                ReadOnlySpan<DirtyChunk> group = rest[..Math.Min(GroupSize, rest.Length)];
                HashGroup(group, rest[group.Length..]);
            }

            // Chunks of a tree that is gone should be gone too.
            Array.Clear(_places);
        }

        private void HashGroup(ReadOnlySpan<DirtyChunk> group, ReadOnlySpan<DirtyChunk> later)
        {
            for (int i = 0; i < group.Length; i++)
                _changed[i] = group[i].Chunk.Dirty;
            for (int height = 1; height <= TreeChunk.Height; height++)
            {
                Prefetch(later, height);
                int count = 0;
                for (int i = 0; i < group.Length; i++)
                {
                    _changed[i] = TreeChunk.ParentsOf(_changed[i]);
                    count = Gather(group[i].Chunk, _changed[i], TreeChunk.Fan >> height, count);
                }

                Sha256Lanes.HashPairs(
                    _children.AsSpan(0, 2 * count), _parents.AsSpan(0, count), StateTree.NodePrefix, Sha256Policy.Kernel);
                for (int i = 0; i < count; i++)
                    _places[i].Chunk.Nodes[_places[i].Node] = _parents[i];
            }

            // Other workers may write to the same parents, but to other leaves of them.
            foreach (ref readonly DirtyChunk dirty in group)
            {
                dirty.Chunk.Dirty = 0;
                if (dirty.Parent is { } parent)
                    parent.Nodes[TreeChunk.Fan + dirty.Slot] = dirty.Chunk.Root;
            }
        }

        /// <summary>Fetches a part of the next group while this one is hashed, and of the one behind what says what that will be.</summary>
        private static void Prefetch(ReadOnlySpan<DirtyChunk> later, int height)
        {
            int count = Math.Min(2 * GroupSize, later.Length);
            for (int i = height - 1; i < count; i += TreeChunk.Height)
            {
                if (i < GroupSize)
                    later[i].Chunk.PrefetchChanged();
                else
                    later[i].Chunk.Prefetch();
            }
        }

        private int Gather(TreeChunk chunk, uint changed, int firstNode, int count)
        {
            Span<Hash256> nodes = chunk.Nodes;
            for (; changed != 0; changed &= changed - 1)
            {
                int node = firstNode + BitOperations.TrailingZeroCount(changed);
                _places[count] = (chunk, node);
                nodes.Slice(2 * node, 2).CopyTo(_children.AsSpan(2 * count));
                count++;
            }

            return count;
        }
    }
}
