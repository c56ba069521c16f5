using System.Runtime.InteropServices;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.State;

/// <summary>Hashes accounts into leaves of the state tree and takes their snapshots, a slice at a time.</summary>
/// <remarks>Leaves, and data of equal length up to a kilobyte, are hashed side by side in vectors; longer data alone.</remarks>
internal sealed class AccountHasher : ISlicedWork
{
    private const int SliceLength = 512;
    private const int BlockLength = 64;

    private ChangedAccounts _changed = new();
    private Workspace[] _workspaces = [];

    /// <summary>
    /// Works out of each changed account its leaf, place, snapshot and sort key. The accounts are then neither dirty nor marked as changed.
    /// </summary>
    internal void Hash(ChangedAccounts changed, WorkerTeam team)
    {
        while (_workspaces.Length < team.Workers)
            _workspaces = [.. _workspaces, new Workspace()];
        _changed = changed;
        team.Run(this, changed.Accounts.Length, SliceLength);
    }

    void ISlicedWork.Run(int worker, int start, int end)
    {
        Prefetch(start, end);
        Prefetch(start + BlockLength, end);
        PrefetchData(start, end);
        for (; start < end; start += BlockLength)
        {
            Prefetch(start + (2 * BlockLength), end);
            PrefetchData(start + BlockLength, end);
            _workspaces[worker].Hash(_changed, start, Math.Min(BlockLength, end - start));
        }
    }

    /// <summary>Fetches the accounts of the block that begins there into the cache.</summary>
    /// <remarks>All at once and nothing else, so that the processor looks several addresses up at a time, which takes longest.</remarks>
    private void Prefetch(int start, int end)
    {
        foreach (Account account in Block(start, end))
            Account.Prefetch(account);
    }

    /// <summary>Fetches what is known of their data.</summary>
    private void PrefetchData(int start, int end)
    {
        foreach (Account account in Block(start, end))
            account.PrefetchData();
    }

    /// <summary>The accounts of the block that begins there; none behind the end.</summary>
    private ReadOnlySpan<Account> Block(int start, int end) =>
        start < end ? _changed.Accounts[start..Math.Min(start + BlockLength, end)] : default;

    /// <summary>What one worker needs for one block.</summary>
    private sealed class Workspace
    {
        /// <summary>Longer data is hashed alone: what is left of the start of a message is then little beside its blocks.</summary>
        private const int LongestInLanes = 1024;

        private const int MaxLanes = 32;

        private readonly List<int> _dirtyPages = [];
        private readonly Hash256[] _dataRoots = new Hash256[BlockLength];
        private readonly byte[] _leafInputs = new byte[BlockLength * LeafPreimage.Size];

        // Length in the upper half, position in the block in the lower one.
        private readonly long[] _shortData = new long[BlockLength];
        private readonly byte[] _dataInputs = new byte[MaxLanes * LongestInLanes];
        private readonly Hash256[] _dataDigests = new Hash256[MaxLanes];

        internal void Hash(ChangedAccounts changed, int start, int count)
        {
            ReadOnlySpan<Account> accounts = changed.Accounts.Slice(start, count);
            int shortCount = 0;
            for (int i = 0; i < count; i++)
            {
                Note(changed, accounts[i], start + i);
                if (accounts[i].DataLength is > 0 and <= LongestInLanes)
                    _shortData[shortCount++] = ((long)accounts[i].DataLength << 32) + i;
                else
                    _dataRoots[i] = DataPages.UpdateRoot(accounts[i], _dirtyPages);
            }

            HashShortData(accounts, _shortData.AsSpan(0, shortCount));
            for (int i = 0; i < count; i++)
                LeafPreimage.Write(accounts[i], in _dataRoots[i], _leafInputs.AsSpan(i * LeafPreimage.Size));
            Sha256Lanes.Hash(
                new Sha256Batch(count, LeafPreimage.Size, LeafPreimage.Size), _leafInputs,
                MemoryMarshal.AsBytes(changed.Leaves.AsSpan(start + 1, count)));
        }

        /// <summary>Everything but hashes. Its dirty pages are those of the workspace until the next.</summary>
        private void Note(ChangedAccounts changed, Account account, int position)
        {
            changed.Note(account, position);
            account.IsMarkedChanged = false;
            _dirtyPages.Clear();
            account.DataOrNull?.Prefetch();
            account.DataOrNull?.CollectDirtyPages(_dirtyPages);
            changed.Snapshots[position] = AccountSnapshot.Seal(account, _dirtyPages);
            account.DataOrNull?.ClearDirty();
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
