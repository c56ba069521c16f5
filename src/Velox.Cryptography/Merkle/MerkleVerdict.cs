namespace Velox.Cryptography;

/// <summary>Whether a Merkle proof holds, and if not, why.</summary>
public enum MerkleVerdict
{
    /// <summary>The leaves stand where the proof says, in the tree with this root.</summary>
    Proven = 0,

    /// <summary>Not within 1 to <see cref="MerkleTree.MaxLeafCount"/>.</summary>
    LeafCountOutOfRange,

    /// <summary>Nothing is to be proven.</summary>
    NoLeaves,

    /// <summary>More than <see cref="MerkleProof.MaxLeaves"/> at once.</summary>
    TooManyLeaves,

    /// <summary>Not as many leaves as indexes.</summary>
    OtherNumberOfLeaves,

    /// <summary>An index is negative, or not less than the number of leaves of the tree.</summary>
    IndexOutOfRange,

    /// <summary>An index is not greater than the one before it.</summary>
    IndexesNotAscending,

    /// <summary>Fewer siblings than these indexes of a tree of this size need.</summary>
    TooFewSiblings,

    /// <summary>More siblings than these indexes of a tree of this size need.</summary>
    TooManySiblings,

    /// <summary>All fits together, but the root is another.</summary>
    OtherRoot,
}
