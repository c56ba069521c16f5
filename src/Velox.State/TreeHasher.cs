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
        private readonly HashPair[] _children = new HashPair[MaxNodes];
        private readonly Hash256[] _parents = new Hash256[MaxNodes];

        internal void Hash(ReadOnlySpan<DirtyChunk> chunks)
        {
            for (int start = 0; start < chunks.Length; start += GroupSize)
            {
                ReadOnlySpan<DirtyChunk> rest = chunks[start..];
                ReadOnlySpan<DirtyChunk> group = rest[..Math.Min(GroupSize, rest.Length)];
                HashGroup(group, rest[group.Length..]);
            }
        }

        private void HashGroup(ReadOnlySpan<DirtyChunk> group, ReadOnlySpan<DirtyChunk> later)
        {
            for (int i = 0; i < group.Length; i++)
                _changed[i] = group[i].Chunk.Dirty;
            for (int height = 1; height <= TreeChunk.Height; height++)
            {
                Prefetch(later, height);
                int count = Gather(group, TreeChunk.Fan >> height);
                Sha256Lanes.HashPairs(
                    MemoryMarshal.Cast<HashPair, Hash256>(_children.AsSpan(0, count)), _parents.AsSpan(0, count),
                    StateTree.NodePrefix, Sha256Policy.Kernel);
                if (height < TreeChunk.Height)
                    Scatter(group, TreeChunk.Fan >> height);
            }

            // At last there is one of each chunk, its root. Other workers may write to the same parents, but to other leaves of them.
            for (int i = 0; i < group.Length; i++)
            {
                (TreeChunk chunk, TreeChunk? parent, int slot) = group[i];
                chunk.Dirty = 0;
                if (parent is null)
                    chunk.Root = _parents[i];
                else
                    parent.Nodes[TreeChunk.Fan + slot] = _parents[i];
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

        /// <summary>Copies the children of the nodes that are to be hashed at a height; notes which nodes these are.</summary>
        private int Gather(ReadOnlySpan<DirtyChunk> group, int firstNode)
        {
            int count = 0;
            for (int i = 0; i < group.Length; i++)
            {
                uint changed = ParentsOf(_changed[i]);
                _changed[i] = changed;
                ReadOnlySpan<HashPair> sisters = group[i].Chunk.Sisters.Slice(firstNode, firstNode);
                for (; changed != 0; changed &= changed - 1)
                    _children[count++] = sisters[BitOperations.TrailingZeroCount(changed)];
            }

            return count;
        }

        /// <summary>Copies the nodes back, in the order in which their children came.</summary>
        private void Scatter(ReadOnlySpan<DirtyChunk> group, int firstNode)
        {
            int count = 0;
            for (int i = 0; i < group.Length; i++)
            {
                Span<Hash256> nodes = group[i].Chunk.Nodes.Slice(firstNode, firstNode);
                for (uint changed = _changed[i]; changed != 0; changed &= changed - 1)
                    nodes[BitOperations.TrailingZeroCount(changed)] = _parents[count++];
            }
        }

        /// <summary>Bit i is set if bit 2i or 2i + 1 was.</summary>
        private static uint ParentsOf(uint changed)
        {
            uint parents = (changed | (changed >> 1)) & 0x5555_5555;
            parents = (parents | (parents >> 1)) & 0x3333_3333;
            parents = (parents | (parents >> 2)) & 0x0F0F_0F0F;
            parents = (parents | (parents >> 4)) & 0x00FF_00FF;
            return (parents | (parents >> 8)) & 0x0000_FFFF;
        }
    }
}
