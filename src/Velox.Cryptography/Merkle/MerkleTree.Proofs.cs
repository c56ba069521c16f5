using Velox.Primitives;

namespace Velox.Cryptography;

public sealed partial class MerkleTree
{
    /// <summary>The number of siblings in a proof: the height of the tree.</summary>
    public int ProofLength => MerkleHash.Height(LeafCount);

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
        CheckRoom(proofLength, siblings);
        CheckHashed();

        int node = _capacity + index;
        for (int level = 0; level < proofLength; level++, node >>= 1)
            siblings[level] = _nodes[node ^ 1];
    }

    /// <summary>How many siblings prove these leaves together.</summary>
    /// <param name="indexes">1 to <see cref="MerkleProof.MaxLeaves"/> leaves in ascending order, none twice.</param>
    /// <exception cref="ArgumentException">They are not that, or there is no such leaf.</exception>
    public int GetMultiProofLength(ReadOnlySpan<int> indexes)
    {
        CheckIndexes(indexes);
        return MerkleSiblings.Count(LeafCount, indexes);
    }

    /// <summary>
    /// Writes what proves several leaves together: the siblings that neither the leaves nor the number of leaves give, each
    /// once, level by level from the leaves upwards and by position within a level.
    /// </summary>
    /// <param name="indexes">1 to <see cref="MerkleProof.MaxLeaves"/> leaves in ascending order, none twice.</param>
    /// <param name="siblings">At least <see cref="GetMultiProofLength"/> entries; never more than <see cref="ProofLength"/> a leaf.</param>
    /// <returns>How many were written.</returns>
    /// <exception cref="ArgumentException">The indexes are not that, or there is no such leaf, or too little room.</exception>
    /// <exception cref="InvalidOperationException">Leaves changed since the last <see cref="ComputeRoot"/>.</exception>
    public int WriteMultiProof(ReadOnlySpan<int> indexes, Span<Hash256> siblings)
    {
        int length = GetMultiProofLength(indexes);
        CheckRoom(length, siblings);
        CheckHashed();

        int written = 0;
        var walk = new MerkleSiblings(LeafCount, indexes);
        while (walk.MoveNext())
            siblings[written++] = _nodes[(_capacity >> walk.Level) + walk.Position];
        return written;
    }

    /// <summary>Whether the siblings prove that the leaf stands at this index of the tree with this root.</summary>
    /// <remarks>
    /// Never throws: an index, a count or a number of siblings that does not fit is a failed proof. <see cref="MerkleProof"/>
    /// gives the reason, and verifies several leaves together.
    /// </remarks>
    public static bool Verify(Hash256 root, int leafCount, int index, Hash256 leaf, ReadOnlySpan<Hash256> siblings) =>
        MerkleProof.Check(root, leafCount, index, leaf, siblings) == MerkleVerdict.Proven;

    private void CheckIndexes(ReadOnlySpan<int> indexes)
    {
        MerkleVerdict verdict = MerkleProof.CheckIndexes(LeafCount, indexes);
        if (verdict != MerkleVerdict.Proven)
        {
            throw new ArgumentException(
                $"Expected 1 to {MerkleProof.MaxLeaves} indexes below {LeafCount} in ascending order, got {indexes.Length}: {verdict}.",
                nameof(indexes));
        }
    }

    private static void CheckRoom(int needed, Span<Hash256> siblings)
    {
        if (siblings.Length < needed)
            throw new ArgumentException($"Expected room for {needed}, got {siblings.Length}.", nameof(siblings));
    }

    private void CheckHashed()
    {
        if (_dirty.Count > 0)
            throw new InvalidOperationException("Leaves changed since the last root: call ComputeRoot first.");
    }
}
