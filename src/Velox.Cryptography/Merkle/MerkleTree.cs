using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
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
/// <para>Not safe for concurrent use.</para>
/// </remarks>
public sealed class MerkleTree
{
    /// <summary>The most leaves a tree may have; at this size it occupies about 17 GiB.</summary>
    public const int MaxLeafCount = 1 << 28;

    private const byte LeafPrefix = 0;
    private const byte NodePrefix = 1;
    private const int NodeInputLength = 1 + (2 * Hash256.Size);

    // A page of 4 KiB fits.
    private const int MaxBufferedDataLength = 4096;

    private static readonly Hash256[] PaddingRoots = ComputePaddingRoots();

    [ThreadStatic]
    private static IncrementalHash? LongLeafHash;

    // Heap order: node 1 is the top, the children of n are 2n and 2n + 1, the leaves start at _capacity.
    // Unused leaves are zero, so every node past the live ones holds its padding root.
    private Hash256[] _nodes;

    // Changed nodes, all of one level, each listed once: the bitmap says which are listed.
    private int[] _dirtyNodes;
    private ulong[] _isDirty;
    private int _dirtyCount;

    private int _capacity;

    /// <param name="leafCount">0 to <see cref="MaxLeafCount"/>; the leaves are zero.</param>
    public MerkleTree(int leafCount = 0)
    {
        _capacity = 1;
        _nodes = new Hash256[2];
        _dirtyNodes = new int[1];
        _isDirty = new ulong[1];
        Resize(leafCount);
    }

    public int LeafCount { get; private set; }

    /// <summary>The number of siblings in a proof: the height of the tree.</summary>
    public int ProofLength => Height(LeafCount);

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
        MarkDirty(_capacity + index);
    }

    /// <summary>Hashes the paths that changed since the last call, level by level, and returns the root.</summary>
    public Hash256 ComputeRoot()
    {
        for (int levelStart = _capacity; levelStart > 1 && _dirtyCount > 0; levelStart >>= 1)
        {
            ReplaceDirtyByParents();
            HashDirtyNodes();
        }

        if (_dirtyCount > 0)
            ClearDirty(1);
        _dirtyCount = 0;
        return LeafCount == 0 ? default : _nodes[_capacity >> ProofLength];
    }

    /// <summary>Writes the siblings on the path from a leaf to the root, the leaf's own sibling first.</summary>
    /// <param name="index">The leaf.</param>
    /// <param name="siblings">At least <see cref="ProofLength"/> entries.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such leaf.</exception>
    /// <exception cref="ArgumentException"><paramref name="siblings"/> is too short.</exception>
    /// <exception cref="InvalidOperationException">Leaves changed since the last <see cref="ComputeRoot"/>.</exception>
    public void WriteProof(int index, Span<Hash256> siblings)
    {
        CheckIndex(index);
        int proofLength = ProofLength;
        if (siblings.Length < proofLength)
            throw new ArgumentException($"Expected room for {proofLength}, got {siblings.Length}.", nameof(siblings));
        if (_dirtyCount > 0)
            throw new InvalidOperationException("Leaves changed since the last root: call ComputeRoot first.");

        int node = _capacity + index;
        for (int level = 0; level < proofLength; level++, node >>= 1)
            siblings[level] = _nodes[node ^ 1];
    }

    /// <summary>Whether the siblings prove that the leaf stands at this index of the tree with this root.</summary>
    /// <remarks>Never throws: an index, a count or a number of siblings that does not fit is a failed proof.</remarks>
    public static bool Verify(Hash256 root, int leafCount, int index, Hash256 leaf, ReadOnlySpan<Hash256> siblings)
    {
        if (leafCount > MaxLeafCount || index < 0 || index >= leafCount || siblings.Length != Height(leafCount))
            return false;

        Hash256 node = leaf;
        foreach (Hash256 sibling in siblings)
        {
            node = (index & 1) == 0 ? HashNode(node, sibling) : HashNode(sibling, node);
            index >>= 1;
        }

        return node == root;
    }

    /// <summary>SHA-256(0x00 || data), for data of any size.</summary>
    /// <remarks>No call allocates, but for each thread's first data above 4 KiB.</remarks>
    [SkipLocalsInit]
    public static Hash256 HashLeaf(ReadOnlySpan<byte> data)
    {
        if (data.Length > MaxBufferedDataLength)
            return HashLongLeaf(data);

        // One call over a copy: the framework's one-shot form is the fastest and allocates nothing.
        Span<byte> input = stackalloc byte[1 + MaxBufferedDataLength];
        input[0] = LeafPrefix;
        data.CopyTo(input[1..]);
        return Hash(input[..(1 + data.Length)]);
    }

    private static Hash256 HashLongLeaf(ReadOnlySpan<byte> data)
    {
        IncrementalHash hash = LongLeafHash ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([LeafPrefix]);
        hash.AppendData(data);
        Span<byte> digest = stackalloc byte[Hash256.Size];
        hash.GetHashAndReset(digest);
        return new Hash256(digest);
    }

    private static int Height(int leafCount) => leafCount <= 1 ? 0 : BitOperations.Log2((uint)(leafCount - 1)) + 1;

    private static Hash256[] ComputePaddingRoots()
    {
        var roots = new Hash256[Height(MaxLeafCount) + 1];
        for (int level = 1; level < roots.Length; level++)
            roots[level] = HashNode(roots[level - 1], roots[level - 1]);
        return roots;
    }

    [SkipLocalsInit]
    private static Hash256 HashNode(in Hash256 left, in Hash256 right)
    {
        Span<byte> input = stackalloc byte[NodeInputLength];
        input[0] = NodePrefix;
        left.Span.CopyTo(input[1..]);
        right.Span.CopyTo(input[(1 + Hash256.Size)..]);
        return Hash(input);
    }

    [SkipLocalsInit]
    private static Hash256 Hash(ReadOnlySpan<byte> input)
    {
        Span<byte> digest = stackalloc byte[Hash256.Size];
        SHA256.HashData(input, digest);
        return new Hash256(digest);
    }

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
            nodes.AsSpan(newStart + oldStart, newStart - oldStart).Fill(PaddingRoots[level]);
        }

        var dirtyNodes = new int[capacity];
        var isDirty = new ulong[(2 * capacity / 64) + 1];
        for (int i = 0; i < _dirtyCount; i++)
        {
            int node = _dirtyNodes[i] - _capacity + capacity;
            dirtyNodes[i] = node;
            isDirty[node / 64] |= 1UL << (node % 64);
        }

        _nodes = nodes;
        _dirtyNodes = dirtyNodes;
        _isDirty = isDirty;
        _capacity = capacity;
        // The levels above the old top were filled as if the tree were empty: the first leaf's path crosses them all.
        MarkDirty(capacity);
    }

    private void MarkDirty(int node)
    {
        if (TryMark(node))
            _dirtyNodes[_dirtyCount++] = node;
    }

    private bool TryMark(int node)
    {
        ref ulong word = ref _isDirty[node / 64];
        ulong bit = 1UL << (node % 64);
        bool isNew = (word & bit) == 0;
        word |= bit;
        return isNew;
    }

    private void ClearDirty(int node) => _isDirty[node / 64] &= ~(1UL << (node % 64));

    private void ReplaceDirtyByParents()
    {
        // In place: there are never more parents than children read so far.
        int parentCount = 0;
        for (int i = 0; i < _dirtyCount; i++)
        {
            int node = _dirtyNodes[i];
            ClearDirty(node);
            if (TryMark(node >> 1))
                _dirtyNodes[parentCount++] = node >> 1;
        }

        _dirtyCount = parentCount;
    }

    private void HashDirtyNodes()
    {
        foreach (int node in _dirtyNodes.AsSpan(0, _dirtyCount))
            _nodes[node] = HashNode(_nodes[2 * node], _nodes[(2 * node) + 1]);
    }
}
