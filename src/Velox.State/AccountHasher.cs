using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.State;

/// <summary>A leaf of the state tree as it is to become.</summary>
internal struct AccountLeaf
{
    /// <summary>First, as digests are written at equal distances.</summary>
    internal Hash256 Hash;

    /// <summary>-1 if the account has none.</summary>
    internal int Index;
}

/// <summary>Some of the changed accounts, and where their leaves and snapshots go.</summary>
/// <param name="Changed">All that changed.</param>
/// <param name="Start">The first of this block among them.</param>
/// <param name="Count">How many.</param>
/// <param name="Leaves">Those of the block, from 0.</param>
/// <param name="Snapshots">Of all that changed.</param>
internal readonly record struct AccountBlock(
    List<Account> Changed, int Start, int Count, AccountLeaf[] Leaves, AccountSnapshot[] Snapshots);

/// <summary>Hashes accounts into leaves of the state tree and takes their snapshots, a slice at a time.</summary>
/// <remarks>Leaves, and data of equal length up to a kilobyte, are hashed side by side in vectors; longer data alone.</remarks>
internal sealed class AccountHasher : ISlicedWork
{
    private const int SliceLength = 128;

    private AccountBlock _block;
    private Workspace[] _workspaces = [];

    /// <summary>
    /// Brings hashes and snapshots of a block of accounts up to date, on so many threads at most. The accounts are then neither
    /// dirty nor marked as changed.
    /// </summary>
    internal void Hash(AccountBlock block, int workers)
    {
        while (_workspaces.Length < workers)
            _workspaces = [.. _workspaces, new Workspace()];
        _block = block;
        WorkSlices.Run(this, block.Count, SliceLength, workers);
        _block = default;
    }

    void ISlicedWork.Run(int worker, int start, int end) => _workspaces[worker].Hash(
        CollectionsMarshal.AsSpan(_block.Changed).Slice(_block.Start + start, end - start),
        _block.Leaves.AsSpan(start..end),
        _block.Snapshots.AsSpan(_block.Start + start, end - start));

    /// <summary>What one worker needs for one slice.</summary>
    private sealed class Workspace
    {
        /// <summary>Longer data is hashed alone: what is left of the start of a message is then little beside its blocks.</summary>
        private const int LongestInLanes = 1024;

        private const int MaxLanes = 32;
        private const int PrefetchDistance = 8;

        private readonly List<int> _dirtyPages = [];
        private readonly Hash256[] _dataRoots = new Hash256[SliceLength];
        private readonly byte[] _leafInputs = new byte[SliceLength * LeafPreimage.Size];

        // Length in the upper half, position in the slice in the lower one.
        private readonly long[] _shortData = new long[SliceLength];
        private readonly byte[] _dataInputs = new byte[MaxLanes * LongestInLanes];
        private readonly Hash256[] _dataDigests = new Hash256[MaxLanes];

        internal void Hash(ReadOnlySpan<Account> accounts, Span<AccountLeaf> leaves, Span<AccountSnapshot> snapshots)
        {
            int shortCount = 0;
            for (int i = 0; i < accounts.Length; i++)
            {
                Account account = accounts[i];
                if (i + PrefetchDistance < accounts.Length)
                    accounts[i + PrefetchDistance].Prefetch();
                leaves[i].Index = account.Exists ? account.LeafIndex : -1;
                account.IsMarkedChanged = false;
                _dirtyPages.Clear();
                account.DataOrNull?.CollectDirtyPages(_dirtyPages);
                if (account.DataLength is > 0 and <= LongestInLanes)
                    _shortData[shortCount++] = ((long)account.DataLength << 32) + i;
                else
                    _dataRoots[i] = DataPages.UpdateRoot(account, _dirtyPages);
                snapshots[i] = AccountSnapshot.Take(account, _dirtyPages);
                account.LastSnapshot = snapshots[i];
                account.DataOrNull?.ClearDirty();
            }

            HashShortData(accounts, _shortData.AsSpan(0, shortCount));
            for (int i = 0; i < accounts.Length; i++)
                LeafPreimage.Write(accounts[i], in _dataRoots[i], _leafInputs.AsSpan(i * LeafPreimage.Size));
            Sha256Lanes.Hash(
                new Sha256Batch(accounts.Length, LeafPreimage.Size, LeafPreimage.Size, Unsafe.SizeOf<AccountLeaf>()), _leafInputs,
                MemoryMarshal.AsBytes(leaves));
        }

        private void HashShortData(ReadOnlySpan<Account> accounts, Span<long> entries)
        {
            entries.Sort();
            while (entries.Length > 0)
            {
                int length = (int)(entries[0] >> 32);
                int count = 1;
                while (count < Math.Min(entries.Length, MaxLanes) && (int)(entries[count] >> 32) == length)
                    count++;
                HashEqualLengths(accounts, entries[..count], length);
                entries = entries[count..];
            }
        }

        private void HashEqualLengths(ReadOnlySpan<Account> accounts, ReadOnlySpan<long> entries, int length)
        {
            for (int i = 0; i < entries.Length; i++)
            {
                Account account = accounts[(int)entries[i]];
                account.PageTree = null;
                account.Data.Bytes.CopyTo(_dataInputs.AsSpan(i * length));
            }

            Sha256Lanes.Hash(
                new Sha256Batch(entries.Length, length, length, Prefix: LeafPreimage.Prefix), _dataInputs,
                MemoryMarshal.AsBytes(_dataDigests.AsSpan()));
            for (int i = 0; i < entries.Length; i++)
                _dataRoots[(int)entries[i]] = _dataDigests[i];
        }
    }
}
