using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.State;

/// <summary>Evidence that an account had a certain content under a state root.</summary>
/// <param name="Account">The content that is proved.</param>
/// <param name="LeafIndex">Its position in the state tree.</param>
/// <param name="LeafCount">Leaves in the tree, free ones included.</param>
/// <param name="TreeRoot">Root of the tree of account hashes, to which the state root commits.</param>
/// <param name="Siblings">The other child at each level, from the leaf upwards.</param>
public sealed record AccountProof(
    AccountSnapshot Account, int LeafIndex, int LeafCount, Hash256 TreeRoot, IReadOnlyList<Hash256> Siblings)
{
    /// <summary>Whether the account, exactly as stated here, is part of the state with this root.</summary>
    public bool Verify(Hash256 root)
    {
        Hash256 leaf = StateCommitment.HashAccount(Account);
        return StateCommitment.HashRoot(LeafCount, TreeRoot) == root
            && MerkleTree.Verify(TreeRoot, LeafCount, LeafIndex, leaf, [.. Siblings]);
    }
}
