using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.State;

/// <summary>The Merkle tree over accounts: a leaf an account, data hashed by 4 KiB page.</summary>
/// <remarks>
/// <code>
/// page    = SHA-256(0x00 || page bytes)
/// data    = zero hash (no data), the page hash (one page), or the root of the tree of page hashes
/// account = SHA-256(0x00 || address || lamports u64 || owner || executable u8 || data length u64 || data)
/// root    = SHA-256(0x02 || number of leaves u64 || root of the tree of account hashes)
/// </code>
/// Integers are little-endian. A new account takes the lowest free leaf, or a new one at the end, so leaf positions are
/// a function of the chain's history alone.
/// </remarks>
internal sealed class StateCommitment
{
    private const int BlockLength = 4096;

    private readonly StateTree _tree = new();
    private readonly AccountHasher _hasher = new();

    // As long as the longest block so far: many a fork of a state seals little or nothing.
    private AccountLeaf[] _leaves = [];

    internal StateCommitment() => Root = HashRoot(0, default);

    internal int AccountCount => _tree.LeafCount - _tree.FreeCount;

    /// <summary>As of the last commit.</summary>
    internal Hash256 Root { get; private set; }

    /// <summary>Brings the leaves of accounts up to date with their lamports, owners, flags and dirty pages, and the root.</summary>
    /// <param name="changed">In address order; they are neither dirty nor marked as changed afterwards.</param>
    /// <param name="anyMoves">Whether there may be one among them that came to exist or ceased to.</param>
    /// <param name="workers">How many threads may hash.</param>
    /// <returns>A snapshot of each.</returns>
    internal AccountSnapshot[] Commit(List<Account> changed, bool anyMoves, int workers)
    {
        // In order: who comes first gets the lower leaf.
        if (anyMoves)
        {
            foreach (Account account in CollectionsMarshal.AsSpan(changed))
                PlaceLeaf(account);
        }

        if (_leaves.Length < Math.Min(BlockLength, changed.Count))
            _leaves = new AccountLeaf[Math.Min(BlockLength, Math.Max(changed.Count, 2 * _leaves.Length))];
        var snapshots = new AccountSnapshot[changed.Count];
        for (int start = 0; start < snapshots.Length; start += BlockLength)
        {
            int count = Math.Min(BlockLength, snapshots.Length - start);
            _hasher.Hash(new AccountBlock(changed, start, count, _leaves, snapshots), workers);
            _tree.Set(_leaves.AsSpan(0, count));
        }

        _tree.ComputeRoot(workers);
        Root = HashRoot(_tree.LeafCount, _tree.Root);
        return snapshots;
    }

    internal AccountProof Prove(int leafIndex, AccountSnapshot snapshot) =>
        new(snapshot, leafIndex, _tree.LeafCount, _tree.Root, _tree.Prove(leafIndex));

    internal StateTreeContent Freeze() => _tree.Freeze();

    internal void Thaw(StateTreeContent content)
    {
        _tree.Thaw(content);
        Root = HashRoot(content.LeafCount, content.Root);
    }

    internal static Hash256 HashRoot(int leafCount, in Hash256 treeRoot)
    {
        Span<byte> preimage = stackalloc byte[1 + sizeof(ulong) + Hash256.Size];
        preimage[0] = 2;
        BinaryPrimitives.WriteUInt64LittleEndian(preimage[1..], (ulong)leafCount);
        treeRoot.Span.CopyTo(preimage[9..]);
        return Sha256.HashData(preimage);
    }

    /// <summary>The leaf of an account with this content.</summary>
    internal static Hash256 HashAccount(AccountSnapshot account)
    {
        Span<byte> preimage = stackalloc byte[LeafPreimage.Size];
        LeafPreimage.Write(account, DataPages.Hash(account.ToArray()), preimage);
        return Sha256.HashData(preimage);
    }

    private void PlaceLeaf(Account account)
    {
        if (account.Exists && account.LeafIndex < 0)
        {
            account.LeafIndex = _tree.Take();
        }
        else if (!account.Exists && account.LeafIndex >= 0)
        {
            _tree.Release(account.LeafIndex);
            account.LeafIndex = -1;
        }
    }
}
