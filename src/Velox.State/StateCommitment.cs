using System.Buffers.Binary;
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
    private readonly StateTree _tree = new();
    private readonly AccountHasher _hasher = new();
    private readonly ChangedAccounts _changed = new();
    private readonly Sorting _sorting;

    internal StateCommitment()
    {
        _sorting = new Sorting(this);
        Root = HashRoot(0, default);
    }

    internal int AccountCount => _tree.LeafCount - _tree.FreeCount;

    /// <summary>As of the last commit.</summary>
    internal Hash256 Root { get; private set; }

    /// <summary>Brings the leaves of accounts up to date with their lamports, owners, flags and dirty pages, and the root.</summary>
    /// <param name="accounts">In any order; they are neither dirty nor marked as changed afterwards.</param>
    /// <param name="team">Who hashes and sorts.</param>
    /// <param name="anyMoves">Whether one of them came to exist or does not exist.</param>
    /// <returns>A snapshot of each, in address order.</returns>
    internal AccountSnapshot[] Commit(List<Account> accounts, WorkerTeam team, out bool anyMoves)
    {
        _changed.Begin(accounts);
        _hasher.Hash(_changed, team);
        anyMoves = _changed.AnyMoves();
        _sorting.Run(team, anyMoves);
        _tree.Update(_sorting.Leaves, team);
        Root = HashRoot(_tree.LeafCount, _tree.Root);
        _changed.End();
        return _sorting.TakeSnapshots();
    }

    /// <summary>Proves that an account is at a leaf.</summary>
    /// <exception cref="InvalidOperationException">It is not, with this content.</exception>
    internal AccountProof Prove(int leafIndex, AccountSnapshot snapshot)
    {
        var proof = new AccountProof(snapshot, leafIndex, _tree.LeafCount, _tree.Root, _tree.Prove(leafIndex));
        return proof.Verify(Root)
            ? proof
            : throw new InvalidOperationException("The account was changed since the last seal: seal, or prove before it is changed.");
    }

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

    /// <summary>Sorts by address and by leaf: side by side, unless it is the one order that decides about places in the other.</summary>
    private sealed class Sorting(StateCommitment commitment) : ISlicedWork
    {
        private readonly StateCommitment _commitment = commitment;
        private AccountSnapshot[] _snapshots = [];

        internal LeafChanges Leaves { get; private set; }

        internal void Run(WorkerTeam team, bool anyMoves)
        {
            if (!anyMoves)
            {
                team.Run(this, count: 2, sliceLength: 1);
                return;
            }

            SortSnapshots();
            _commitment._changed.MoveLeaves(_commitment._tree);
            SortLeaves();
        }

        internal AccountSnapshot[] TakeSnapshots()
        {
            AccountSnapshot[] snapshots = _snapshots;
            _snapshots = [];
            Leaves = default;
            return snapshots;
        }

        void ISlicedWork.Run(int worker, int start, int end)
        {
            if (start == 0)
                SortSnapshots();
            else
                SortLeaves();
        }

        private void SortSnapshots() => _snapshots = _commitment._changed.SortSnapshots();

        private void SortLeaves() => Leaves = _commitment._changed.SortLeaves(_commitment._tree.LeafCount);
    }
}
