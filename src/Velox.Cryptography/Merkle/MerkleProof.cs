using System.Buffers;
using Velox.Primitives;

namespace Velox.Cryptography;

/// <summary>Verifies proofs of <see cref="MerkleTree"/> with nothing but what they are about.</summary>
/// <remarks>Nothing throws: what does not fit is a verdict. Safe for concurrent use.</remarks>
public static class MerkleProof
{
    /// <summary>The most leaves that one proof may prove; verification then takes 8 MiB from the shared pool of arrays.</summary>
    public const int MaxLeaves = 65_536;

    /// <summary>Checks that a leaf stands at an index of the tree with this root.</summary>
    /// <param name="root">Of the tree.</param>
    /// <param name="leafCount">Leaves of the tree.</param>
    /// <param name="index">Of the leaf.</param>
    /// <param name="leaf">What is to be proven.</param>
    /// <param name="siblings">As <see cref="MerkleTree.WriteProof"/> writes them: as many as the tree is high.</param>
    public static MerkleVerdict Check(Hash256 root, int leafCount, int index, Hash256 leaf, ReadOnlySpan<Hash256> siblings)
    {
        MerkleVerdict verdict = CheckIndexes(leafCount, [index]);
        if (verdict == MerkleVerdict.Proven)
            verdict = CheckLength(siblings.Length, MerkleHash.Height(leafCount));
        if (verdict != MerkleVerdict.Proven)
            return verdict;

        Hash256 node = leaf;
        foreach (Hash256 sibling in siblings)
        {
            node = (index & 1) == 0 ? MerkleHash.Node(node, sibling) : MerkleHash.Node(sibling, node);
            index >>= 1;
        }

        return node == root ? MerkleVerdict.Proven : MerkleVerdict.OtherRoot;
    }

    /// <summary>Checks that several leaves stand at their indexes of the tree with this root.</summary>
    /// <remarks>Nothing is hashed before all lengths are found to fit; then at most <see cref="MaxLeaves"/> nodes a level.</remarks>
    /// <param name="root">Of the tree.</param>
    /// <param name="leafCount">Leaves of the tree.</param>
    /// <param name="indexes">Of the leaves: 1 to <see cref="MaxLeaves"/> in ascending order, none twice.</param>
    /// <param name="leaves">What is to be proven, in the order of the indexes.</param>
    /// <param name="siblings">As <see cref="MerkleTree.WriteMultiProof"/> writes them: exactly so many.</param>
    public static MerkleVerdict Check(
        Hash256 root, int leafCount, ReadOnlySpan<int> indexes, ReadOnlySpan<Hash256> leaves, ReadOnlySpan<Hash256> siblings) =>
        Check(root, leafCount, indexes, leaves, siblings, Sha256Policy.Kernel);

    /// <summary>As above, with this kernel.</summary>
    internal static MerkleVerdict Check(
        Hash256 root, int leafCount, ReadOnlySpan<int> indexes, ReadOnlySpan<Hash256> leaves, ReadOnlySpan<Hash256> siblings,
        Sha256Kernel kernel)
    {
        MerkleVerdict verdict = CheckIndexes(leafCount, indexes);
        if (verdict == MerkleVerdict.Proven && leaves.Length != indexes.Length)
            verdict = MerkleVerdict.OtherNumberOfLeaves;
        if (verdict == MerkleVerdict.Proven)
            verdict = CheckLength(siblings.Length, MerkleSiblings.Count(leafCount, indexes));
        if (verdict != MerkleVerdict.Proven)
            return verdict;
        return ComputeRoot(leafCount, indexes, leaves, siblings, kernel) == root ? MerkleVerdict.Proven : MerkleVerdict.OtherRoot;
    }

    /// <summary>Whether several leaves stand at their indexes of the tree with this root.</summary>
    /// <inheritdoc cref="Check(Hash256, int, ReadOnlySpan{int}, ReadOnlySpan{Hash256}, ReadOnlySpan{Hash256})"/>
    public static bool Verify(
        Hash256 root, int leafCount, ReadOnlySpan<int> indexes, ReadOnlySpan<Hash256> leaves, ReadOnlySpan<Hash256> siblings) =>
        Check(root, leafCount, indexes, leaves, siblings) == MerkleVerdict.Proven;

    /// <summary>Whether these indexes can be proven at all.</summary>
    internal static MerkleVerdict CheckIndexes(int leafCount, ReadOnlySpan<int> indexes)
    {
        if (leafCount is < 1 or > MerkleTree.MaxLeafCount)
            return MerkleVerdict.LeafCountOutOfRange;
        if (indexes.IsEmpty)
            return MerkleVerdict.NoLeaves;
        if (indexes.Length > MaxLeaves)
            return MerkleVerdict.TooManyLeaves;

        int before = -1;
        foreach (int index in indexes)
        {
            if (index < 0 || index >= leafCount)
                return MerkleVerdict.IndexOutOfRange;
            if (index <= before)
                return MerkleVerdict.IndexesNotAscending;
            before = index;
        }

        return MerkleVerdict.Proven;
    }

    private static MerkleVerdict CheckLength(int length, int expected) =>
        length < expected ? MerkleVerdict.TooFewSiblings
        : length > expected ? MerkleVerdict.TooManySiblings
        : MerkleVerdict.Proven;

    /// <summary>All lengths have been found to fit.</summary>
    private static Hash256 ComputeRoot(
        int leafCount, ReadOnlySpan<int> indexes, ReadOnlySpan<Hash256> leaves, ReadOnlySpan<Hash256> siblings, Sha256Kernel kernel)
    {
        int[] positions = ArrayPool<int>.Shared.Rent(indexes.Length);
        Hash256[] nodes = ArrayPool<Hash256>.Shared.Rent(indexes.Length);
        Hash256[] children = ArrayPool<Hash256>.Shared.Rent(2 * indexes.Length);
        indexes.CopyTo(positions);
        leaves.CopyTo(nodes);
        int count = indexes.Length;
        for (int level = 0; level < MerkleHash.Height(leafCount); level++)
        {
            count = PairUp(leafCount, level, positions.AsSpan(0, count), nodes, children, ref siblings);
            Sha256Lanes.HashPairs(children.AsSpan(0, 2 * count), nodes.AsSpan(0, count), MerkleHash.NodePrefix, kernel);
        }

        Hash256 root = nodes[0];
        ArrayPool<int>.Shared.Return(positions);
        ArrayPool<Hash256>.Shared.Return(nodes);
        ArrayPool<Hash256>.Shared.Return(children);
        return root;
    }

    /// <summary>Lays the nodes of a level beside their siblings, and makes of their positions those of their parents.</summary>
    /// <returns>How many parents there are.</returns>
    private static int PairUp(
        int leafCount, int level, Span<int> positions, Hash256[] nodes, Hash256[] children, ref ReadOnlySpan<Hash256> siblings)
    {
        int parents = 0;
        for (int i = 0; i < positions.Length; i++)
        {
            int position = positions[i];
            Hash256 node = nodes[i];
            Hash256 sibling;
            if ((position & 1) == 0 && i + 1 < positions.Length && positions[i + 1] == position + 1)
            {
                sibling = nodes[++i];
            }
            else if ((position ^ 1) >= MerkleHash.LiveNodes(leafCount, level))
            {
                sibling = MerkleHash.PaddingRoot(level);
            }
            else
            {
                sibling = siblings[0];
                siblings = siblings[1..];
            }

            (children[2 * parents], children[(2 * parents) + 1]) = (position & 1) == 0 ? (node, sibling) : (sibling, node);
            positions[parents++] = position >> 1;
        }

        return parents;
    }
}
