using System.Runtime.InteropServices;
using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.State;

/// <summary>Hashes accounts into leaves of the state tree and takes their snapshots, a slice at a time.</summary>
/// <remarks>Leaves, and data of equal length up to a kilobyte, are hashed side by side in vectors; longer data alone.</remarks>
internal sealed class AccountHasher : ISlicedWork
{
    private const int SliceLength = 128;

    private Account[] _accounts = [];
    private Hash256[] _leaves = [];
    private AccountSnapshot[] _snapshots = [];
    private Workspace[] _workspaces = [];

    /// <summary>Brings accounts' hashes and snapshots up to date.</summary>
    /// <param name="accounts">Those that changed; what they mark as dirty is clean afterwards.</param>
    /// <param name="leaves">Receives the hash of each that exists.</param>
    /// <param name="workers">How many threads may do it.</param>
    /// <returns>A snapshot of each.</returns>
    internal AccountSnapshot[] Hash(Account[] accounts, Hash256[] leaves, int workers)
    {
        while (_workspaces.Length < workers)
            _workspaces = [.. _workspaces, new Workspace()];
        _accounts = accounts;
        _leaves = leaves;
        _snapshots = new AccountSnapshot[accounts.Length];
        WorkSlices.Run(this, accounts.Length, SliceLength, workers);
        (AccountSnapshot[] snapshots, _accounts, _snapshots) = (_snapshots, [], []);
        return snapshots;
    }

    void ISlicedWork.Run(int worker, int start, int end) => _workspaces[worker].Hash(
        _accounts.AsSpan(start..end), _leaves.AsSpan(start..end), _snapshots.AsSpan(start..end));

    /// <summary>What one worker needs for one slice.</summary>
    private sealed class Workspace
    {
        /// <summary>Longer data is hashed alone: the framework is then about as fast as a lane, and faster where the processor helps.</summary>
        private const int LongestInLanes = 1024;

        private const int MaxLanes = 32;

        private readonly List<int> _dirtyPages = [];
        private readonly Hash256[] _dataRoots = new Hash256[SliceLength];
        private readonly byte[] _leafInputs = new byte[SliceLength * LeafPreimage.Size];

        // Length in the upper half, position in the slice in the lower one.
        private readonly long[] _shortData = new long[SliceLength];
        private readonly byte[] _dataInputs = new byte[MaxLanes * LongestInLanes];
        private readonly Hash256[] _dataDigests = new Hash256[MaxLanes];

        internal void Hash(ReadOnlySpan<Account> accounts, Span<Hash256> leaves, Span<AccountSnapshot> snapshots)
        {
            int shortCount = 0;
            for (int i = 0; i < accounts.Length; i++)
            {
                Account account = accounts[i];
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
                new Sha256Batch(accounts.Length, LeafPreimage.Size, LeafPreimage.Size), _leafInputs, MemoryMarshal.AsBytes(leaves));
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
