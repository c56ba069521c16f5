using System.Buffers.Binary;
using System.Security.Cryptography;
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
    private const int AccountPreimageSize = 1 + 32 + 8 + 32 + 1 + 8 + 32;

    private readonly MerkleTree _tree = new();
    private readonly PriorityQueue<int, int> _freeLeaves = new();

    internal int AccountCount => _tree.LeafCount - _freeLeaves.Count;

    /// <summary>Brings an account's leaf up to date with its lamports, owner, flags and dirty pages.</summary>
    internal void Update(Account account, List<int> dirtyPages)
    {
        if (!account.Exists)
        {
            Remove(account);
            return;
        }

        if (account.LeafIndex < 0)
            account.LeafIndex = TakeLeaf();
        Hash256 dataRoot = UpdateDataRoot(account, dirtyPages);
        _tree.SetLeaf(account.LeafIndex, HashAccount(account.Address, account.Lamports, account.Owner, account.Executable, account.Data.Length, dataRoot));
    }

    internal Hash256 ComputeRoot() => HashRoot(_tree.LeafCount, _tree.ComputeRoot());

    internal AccountProof Prove(Account account, AccountSnapshot snapshot)
    {
        var siblings = new Hash256[_tree.ProofLength];
        _tree.WriteProof(account.LeafIndex, siblings);
        return new AccountProof(snapshot, account.LeafIndex, _tree.LeafCount, _tree.ComputeRoot(), siblings);
    }

    internal static Hash256 HashRoot(int leafCount, Hash256 treeRoot)
    {
        Span<byte> preimage = stackalloc byte[1 + sizeof(ulong) + Hash256.Size];
        preimage[0] = 2;
        BinaryPrimitives.WriteUInt64LittleEndian(preimage[1..], (ulong)leafCount);
        treeRoot.Span.CopyTo(preimage[9..]);
        return Sha256(preimage);
    }

    internal static Hash256 HashAccount(
        Address address, ulong lamports, Address owner, bool executable, int dataLength, Hash256 dataRoot)
    {
        Span<byte> preimage = stackalloc byte[AccountPreimageSize];
        preimage[0] = 0;
        address.Span.CopyTo(preimage[1..]);
        BinaryPrimitives.WriteUInt64LittleEndian(preimage[33..], lamports);
        owner.Span.CopyTo(preimage[41..]);
        preimage[73] = executable ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt64LittleEndian(preimage[74..], (ulong)dataLength);
        dataRoot.Span.CopyTo(preimage[82..]);
        return Sha256(preimage);
    }

    /// <summary>The data hash computed from all bytes, as a verifier does it.</summary>
    internal static Hash256 HashData(ReadOnlySpan<byte> data)
    {
        var pages = new MerkleTree((data.Length + TrackedMemory.PageSize - 1) / TrackedMemory.PageSize);
        for (int page = 0; page < pages.LeafCount; page++)
        {
            int start = page * TrackedMemory.PageSize;
            pages.SetLeaf(page, MerkleTree.HashLeaf(data[start..Math.Min(data.Length, start + TrackedMemory.PageSize)]));
        }

        return pages.ComputeRoot();
    }

    private static Hash256 UpdateDataRoot(Account account, List<int> dirtyPages)
    {
        TrackedMemory data = account.Data;
        if (data.PageCount <= 1)
        {
            account.PageTree = null;
            return data.PageCount == 0 ? default : MerkleTree.HashLeaf(data.Bytes);
        }

        if (account.PageTree is null)
        {
            // The data outgrew one page: the first page has no hash in a tree yet, dirty or not.
            account.PageTree = new MerkleTree(data.PageCount);
            account.PageTree.SetLeaf(0, MerkleTree.HashLeaf(data.Page(0)));
        }

        account.PageTree.Resize(data.PageCount);
        foreach (int page in dirtyPages)
            account.PageTree.SetLeaf(page, MerkleTree.HashLeaf(data.Page(page)));
        return account.PageTree.ComputeRoot();
    }

    private void Remove(Account account)
    {
        account.PageTree = null;
        if (account.LeafIndex < 0)
            return;
        _tree.SetLeaf(account.LeafIndex, default);
        _freeLeaves.Enqueue(account.LeafIndex, account.LeafIndex);
        account.LeafIndex = -1;
    }

    private int TakeLeaf()
    {
        if (_freeLeaves.Count > 0)
            return _freeLeaves.Dequeue();
        _tree.Resize(_tree.LeafCount + 1);
        return _tree.LeafCount - 1;
    }

    private static Hash256 Sha256(ReadOnlySpan<byte> preimage)
    {
        Span<byte> digest = stackalloc byte[Hash256.Size];
        SHA256.HashData(preimage, digest);
        return new Hash256(digest);
    }
}
