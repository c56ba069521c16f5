using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.State;

/// <summary>What one worker needs to hash chunks, a group at a time.</summary>
/// <remarks>
/// Of a group, height by height, all nodes are hashed side by side in vectors where they lie. Meanwhile what the next groups need is
/// fetched into the cache: most of it was not used for long.
/// </remarks>
internal sealed unsafe class SubtreeHasher
{
    private const int MostChunks = 160;
    private const int PairsOfChunk = TreeChunk.Fan / 2;
    private const int PairSize = 2 * Hash256.Size;

    private readonly List<ChangedChunk> _bottoms = [];

    // Of the nodes that are hashed at a height: where their children and where they are.
    private nint[] _pairs = [];
    private nint[] _pairsAbove = [];
    private nint[] _parents = [];

    /// <summary>Sets leaves in subtrees of two levels of chunks, and hashes.</summary>
    /// <param name="subtrees">Their upper chunks, the tree's own.</param>
    /// <param name="endItem">The item behind those of these subtrees.</param>
    /// <param name="leaves">The new leaves.</param>
    internal void HashSubtrees(Span<ChangedChunk> subtrees, int endItem, in LeafChanges leaves)
    {
        foreach (ref ChangedChunk subtree in subtrees)
            subtree.Chunk!.PrefetchChildren();
        for (int i = 0; i < subtrees.Length; i++)
            ListBottoms(ref subtrees[i], i + 1 < subtrees.Length ? subtrees[i + 1].FirstItem : endItem, in leaves);
        Hash(CollectionsMarshal.AsSpan(_bottoms), endItem, in leaves);
        _bottoms.Clear();
        HashChunks(subtrees);
    }

    /// <summary>Sets leaves in chunks at the bottom, and hashes.</summary>
    internal void HashBottoms(Span<ChangedChunk> chunks, int endItem, in LeafChanges leaves)
    {
        foreach (ref ChangedChunk chunk in chunks)
        {
            for (int item = chunk.FirstItem; item < endItem; item++)
                chunk.Changed |= 1U << SlotOf(leaves.Items[item]);
        }

        Hash(chunks, endItem, in leaves);
    }

    /// <summary>Hashes above leaves that are set already.</summary>
    internal void HashChunks(Span<ChangedChunk> chunks) => Hash(chunks, 0, default);

    private void ListBottoms(ref ChangedChunk subtree, int endItem, in LeafChanges leaves)
    {
        for (int item = subtree.FirstItem; item < endItem;)
        {
            int bottom = LeafChanges.IndexOf(leaves.Items[item]) >> TreeChunk.Height;
            int slot = bottom & (TreeChunk.Fan - 1);
            var chunk = new ChangedChunk
            {
                Parent = subtree.Chunk,
                Slot = slot,
                Nodes = subtree.Chunk!.OwnChildAddress(slot),
                FirstItem = item,
            };
            if (chunk.Nodes == 0)
            {
                chunk.Chunk = subtree.Chunk.OwnChild(slot);
                chunk.Nodes = chunk.Chunk.Address;
            }

            for (; item < endItem && LeafChanges.IndexOf(leaves.Items[item]) >> TreeChunk.Height == bottom; item++)
                chunk.Changed |= 1U << SlotOf(leaves.Items[item]);
            subtree.Changed |= 1U << slot;
            _bottoms.Add(chunk);
        }
    }

    private void Hash(Span<ChangedChunk> chunks, int endItem, in LeafChanges leaves)
    {
        // Of equal size, as vectors are not full at the end of each.
        int groups = (chunks.Length + MostChunks - 1) / MostChunks;
        int groupSize = (chunks.Length + groups - 1) / groups;
        foreach (ref ChangedChunk chunk in chunks[..groupSize])
            Prefetch(in chunk, in leaves);
        while (chunks.Length > 0)
        {
            int count = Math.Min(groupSize, chunks.Length);
            Span<ChangedChunk> later = chunks[count..];
            HashGroup(chunks[..count], later[..Math.Min(count, later.Length)], later.Length > 0 ? later[0].FirstItem : endItem, in leaves);
            chunks = later;
        }
    }

    private void HashGroup(Span<ChangedChunk> group, Span<ChangedChunk> next, int endItem, in LeafChanges leaves)
    {
        MakeRoom(group.Length * PairsOfChunk);
        int moving = 0;
        foreach (ref ChangedChunk chunk in group)
            moving += chunk.Nodes == 0 ? 1 : 0;
        if (moving == 0)
        {
            HashGroup(group, null, next, endItem, in leaves);
            return;
        }

        byte* copies = (byte*)NativeMemory.AlignedAlloc((nuint)(moving * TreeChunk.NodesSize), TreeChunk.NodesSize);
        try
        {
            HashGroup(group, copies, next, endItem, in leaves);
        }
        finally
        {
            NativeMemory.AlignedFree(copies);
        }
    }

    /// <param name="group">The chunks to hash.</param>
    /// <param name="copies">Room for the nodes of those that may move, which are hashed there.</param>
    /// <param name="next">The chunks that come next.</param>
    /// <param name="endItem">The item behind those of the group.</param>
    /// <param name="leaves">Set first, unless there are none.</param>
    [SkipLocalsInit]
    private void HashGroup(
        Span<ChangedChunk> group, byte* copies, Span<ChangedChunk> next, int endItem, in LeafChanges leaves)
    {
        int pairs = SetLeaves(group, copies, endItem, in leaves);
        for (int height = 1; height < TreeChunk.Height; height++)
        {
            PrefetchSome(next, height, in leaves);
            int above = Ascend(pairs);
            HashPairs(pairs);
            (_pairs, _pairsAbove, pairs) = (_pairsAbove, _pairs, above);
        }

        // At last there is one of each chunk, its root.
        PrefetchSome(next, TreeChunk.Height, in leaves);
        Hash256* roots = stackalloc Hash256[MostChunks];
        for (int i = 0; i < group.Length; i++)
            _parents[i] = (nint)(roots + i);
        HashPairs(group.Length);
        Finish(group, copies, roots);
    }

    /// <summary>Sets the leaves of a group, and notes the pairs above all that change.</summary>
    /// <returns>How many pairs.</returns>
    private int SetLeaves(Span<ChangedChunk> group, byte* copies, int endItem, in LeafChanges leaves)
    {
        int pairs = 0;
        for (int i = 0; i < group.Length; i++)
        {
            nint nodes = group[i].Nodes;
            if (nodes == 0)
            {
                group[i].Chunk!.Nodes.CopyTo(new Span<Hash256>(copies, 2 * TreeChunk.Fan));
                nodes = (nint)copies;
                copies += TreeChunk.NodesSize;
            }

            int end = i + 1 < group.Length ? group[i + 1].FirstItem : endItem;
            for (int item = group[i].FirstItem; item < end && leaves.Count > 0; item++)
                SetLeaf(nodes, leaves.Items[item], leaves.Hashes);
            for (uint rest = ParentsOf(group[i].Changed); rest != 0; rest &= rest - 1)
                _pairs[pairs++] = nodes + ((PairsOfChunk + BitOperations.TrailingZeroCount(rest)) * PairSize);
        }

        return pairs;
    }

    private static void SetLeaf(nint nodes, ulong item, Hash256[] leaves) =>
        ((Hash256*)nodes)[TreeChunk.Fan + SlotOf(item)] = leaves[LeafChanges.PositionOf(item)];

    /// <summary>Works out where the parents are, and the pairs that these are in, which are those of the next height.</summary>
    /// <returns>How many pairs there will be.</returns>
    private int Ascend(int count)
    {
        int above = 0;
        nint last = 0;

        // Unsafe: all three arrays have room for as many.
        fixed (nint* pairs = _pairs, parents = _parents, pairsAbove = _pairsAbove)
        {
            for (int i = 0; i < count; i++)
            {
                // Node n is at n hashes, its children at n pairs from the beginning of the chunk.
                nint parent = pairs[i] - ((pairs[i] & (TreeChunk.NodesSize - 1)) / 2);
                parents[i] = parent;
                nint pair = parent & -PairSize;
                above += pair != last ? 1 : 0;
                pairsAbove[above - 1] = last = pair;
            }
        }

        return above;
    }

    private void HashPairs(int count) =>
        Sha256Lanes.HashPairs(_pairs.AsSpan(0, count), _parents.AsSpan(0, count), StateTree.NodePrefix, Sha256Policy.Kernel);

    /// <summary>Puts the nodes of chunks that may move back, and roots into the chunks above.</summary>
    private static void Finish(Span<ChangedChunk> group, byte* copies, Hash256* roots)
    {
        for (int i = 0; i < group.Length; i++)
        {
            if (group[i].Nodes == 0)
            {
                new Span<Hash256>(copies, 2 * TreeChunk.Fan).CopyTo(group[i].Chunk!.Nodes);
                copies += TreeChunk.NodesSize;
            }

            // Other workers may write to the same parent, but to other leaves of it.
            if (group[i].Parent is { } parent)
                parent.Nodes[TreeChunk.Fan + group[i].Slot] = roots[i];
            else
                group[i].Chunk!.Root = roots[i];
        }
    }

    private void MakeRoom(int pairs)
    {
        if (_pairs.Length < pairs)
            (_pairs, _pairsAbove, _parents) = (new nint[pairs], new nint[pairs], new nint[pairs]);
    }

    /// <summary>A fifth of the next group at each height, so that it comes while nodes are hashed.</summary>
    private static void PrefetchSome(Span<ChangedChunk> next, int height, in LeafChanges leaves)
    {
        for (int i = height - 1; i < next.Length; i += TreeChunk.Height)
            Prefetch(in next[i], in leaves);
    }

    /// <summary>Fetches what setting leaves of a chunk and hashing above them needs.</summary>
    private static void Prefetch(in ChangedChunk changed, in LeafChanges leaves)
    {
        // What was copied just now is in the cache.
        if (changed.Nodes == 0)
            return;
        for (uint rest = changed.Changed; rest != 0; rest &= rest - 1)
        {
            // Leaf by leaf, though they share the upper nodes: most chunks have one that changed.
            int leaf = TreeChunk.Fan + BitOperations.TrailingZeroCount(rest);
            for (int height = 1; height <= TreeChunk.Height; height++)
                CacheLine.Prefetch(in Unsafe.AsRef<byte>((void*)(changed.Nodes + ((leaf >> height) * PairSize))));
        }

        if (changed.Parent is { } parent)
            CacheLine.Prefetch(in parent.Nodes[TreeChunk.Fan + changed.Slot]);
        if (leaves.Count > 0)
            CacheLine.PrefetchAll(in leaves.Hashes[LeafChanges.PositionOf(leaves.Items[changed.FirstItem])]);
    }

    private static int SlotOf(ulong item) => LeafChanges.IndexOf(item) & (TreeChunk.Fan - 1);

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
