using System.Numerics;
using Velox.Primitives;

namespace Velox.Cryptography;

/// <summary>A binary SHA-256 tree over an array of leaves; only the paths that changed are hashed again.</summary>
/// <remarks>
/// <para>
/// Shape: the leaves are padded with zero hashes to the next power of two, 2^height. A node is
/// SHA-256(0x01 || left || right). So a padding subtree of level l has the fixed root Z(l), where Z(0) is 32 zero
/// bytes and Z(l + 1) = SHA-256(0x01 || Z(l) || Z(l)). The root of no leaves is the zero hash, the root of one
/// leaf is that leaf.
/// </para>
/// <para>
/// The root does not commit to the number of leaves: a leaf that is zero and a leaf that is absent look the same
/// below one height. A caller who needs the number proven puts it in a leaf or hashes it with the root.
/// Leaves should be made by <see cref="HashLeaf"/>, whose prefix keeps data from posing as an inner node.
/// </para>
/// <para>
/// Memory: 68.25 bytes for each leaf of the capacity, which is the next power of two of the most leaves there ever were.
/// Reading, changing leaves within the capacity, and the root on one thread allocate nothing.
/// </para>
/// <para>Not safe for concurrent use.</para>
/// </remarks>
public sealed partial class MerkleTree
{
    /// <summary>The most leaves a tree may have; at this size it occupies about 17 GiB.</summary>
    public const int MaxLeafCount = 1 << 28;

    private readonly Sha256Kernel _kernel;

    // Heap order: node 1 is the top, the children of n are 2n and 2n + 1, the leaves start at _capacity.
    // Unused leaves are zero, so every node past the live ones holds its padding root.
    private Hash256[] _nodes = new Hash256[2];
    private MerkleDirtyNodes _dirty = new(1);
    private int _capacity = 1;

    /// <param name="leafCount">0 to <see cref="MaxLeafCount"/>; the leaves are zero.</param>
    public MerkleTree(int leafCount = 0)
        : this(leafCount, Sha256Policy.Kernel)
    {
    }

    /// <summary>A tree that is hashed with this kernel.</summary>
    internal MerkleTree(int leafCount, Sha256Kernel kernel)
    {
        _kernel = kernel;
        Resize(leafCount);
    }

    public int LeafCount { get; private set; }

    /// <summary>Adds zero leaves at the end, or drops leaves from the end.</summary>
    /// <remarks>
    /// Growing marks one path at most; memory doubles when needed and is kept when leaves are dropped.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">Not within 0 to <see cref="MaxLeafCount"/>.</exception>
    public void Resize(int leafCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(leafCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(leafCount, MaxLeafCount);

        for (int index = leafCount; index < LeafCount; index++)
            SetLeaf(index, default);
        if (leafCount > _capacity)
            Grow((int)BitOperations.RoundUpToPowerOf2((uint)leafCount));
        LeafCount = leafCount;
    }

    /// <exception cref="ArgumentOutOfRangeException">No such leaf.</exception>
    public Hash256 GetLeaf(int index)
    {
        CheckIndex(index);
        return _nodes[_capacity + index];
    }

    /// <summary>Replaces a leaf; the root changes at the next <see cref="ComputeRoot"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such leaf.</exception>
    public void SetLeaf(int index, Hash256 leaf)
    {
        CheckIndex(index);
        ref Hash256 current = ref _nodes[_capacity + index];
        if (current == leaf)
            return;
        current = leaf;
        _dirty.Add(_capacity + index);
    }

    /// <summary>Replaces successive leaves; the root changes at the next <see cref="ComputeRoot"/>.</summary>
    /// <param name="first">The index of the first.</param>
    /// <param name="leaves">Those from there on; all must exist.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such leaves.</exception>
    public void SetLeaves(int first, ReadOnlySpan<Hash256> leaves)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, LeafCount - leaves.Length);
        for (int i = 0; i < leaves.Length; i++)
            SetLeaf(first + i, leaves[i]);
    }

    /// <summary>SHA-256(0x00 || data), for data of any size.</summary>
    /// <remarks>No call allocates, but for each thread's first data above 4 KiB.</remarks>
    public static Hash256 HashLeaf(ReadOnlySpan<byte> data) => MerkleHash.Leaf(data);

    private void CheckIndex(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, LeafCount);
    }

    private void Grow(int capacity)
    {
        var nodes = new Hash256[2 * capacity];
        for (int level = 0; capacity >> level > 0; level++)
        {
            int newStart = capacity >> level;
            int oldStart = _capacity >> level;
            Array.Copy(_nodes, oldStart, nodes, newStart, oldStart);
            nodes.AsSpan(newStart + oldStart, newStart - oldStart).Fill(MerkleHash.PaddingRoot(level));
        }

        var dirty = new MerkleDirtyNodes(capacity);
        foreach (int node in _dirty.Nodes)
            dirty.Add(node - _capacity + capacity);
        // The levels above the old top were filled as if the tree were empty: the first leaf's path crosses them all.
        dirty.Add(capacity);

        _nodes = nodes;
        _dirty = dirty;
        _capacity = capacity;
    }
}
