using Velox.Primitives;

namespace Velox.State;

/// <summary>The live state: every account in memory, and the Merkle commitment over them.</summary>
/// <remarks>
/// One thread at a time creates, removes and seals. Worker threads mutate accounts that were looked up before, each
/// account by one worker.
/// </remarks>
public sealed class AccountStore
{
    private readonly Dictionary<Address, Account> _accounts = [];
    private readonly StateCommitment _commitment = new();
    private readonly List<Account> _changed = [];

    // Looked up though absent, in this block: forgotten again at the seal unless they came to exist.
    private readonly List<Account> _placeholders = [];

    /// <summary>Accounts that exist, as of the last seal.</summary>
    public int Count => _commitment.AccountCount;

    /// <summary>The account, or null when it does not exist.</summary>
    public Account? Find(Address address) =>
        _accounts.TryGetValue(address, out Account? account) && account.Exists ? account : null;

    /// <summary>The account, or an empty one at that address which becomes part of the state if it gains lamports.</summary>
    public Account GetOrCreate(Address address)
    {
        if (_accounts.TryGetValue(address, out Account? account))
            return account;

        account = new Account(address);
        _accounts.Add(address, account);
        _placeholders.Add(account);
        return account;
    }

    /// <summary>Says that an account was written by a transaction that is kept.</summary>
    public void MarkChanged(Account account)
    {
        if (account.IsMarkedChanged)
            return;
        account.IsMarkedChanged = true;
        _changed.Add(account);
    }

    /// <summary>Ends a block: rehashes what changed and returns the new root with a snapshot of each changed account.</summary>
    /// <remarks>Changes are taken in address order, so the result does not depend on who executed them when.</remarks>
    public StateSeal Seal()
    {
        _changed.Sort(static (left, right) => left.Address.CompareTo(right.Address));
        var snapshots = new AccountSnapshot[_changed.Count];
        var dirtyPages = new List<int>();
        for (int i = 0; i < snapshots.Length; i++)
        {
            Account account = _changed[i];
            dirtyPages.Clear();
            account.Data.CollectDirtyPages(dirtyPages);
            _commitment.Update(account, dirtyPages);
            snapshots[i] = AccountSnapshot.Take(account, dirtyPages);
            account.LastSnapshot = snapshots[i];
            account.Data.ClearDirty();
            account.IsMarkedChanged = false;
            if (!account.Exists)
                _accounts.Remove(account.Address);
        }

        _changed.Clear();
        ForgetPlaceholders();
        return new StateSeal(_commitment.ComputeRoot(), snapshots);
    }

    /// <summary>Proves an account's content against the root of the last seal; null when it does not exist.</summary>
    public AccountProof? Prove(Address address) =>
        _accounts.TryGetValue(address, out Account? account) && account.LeafIndex >= 0 && account.LastSnapshot is { } last
            ? _commitment.Prove(account, last)
            : null;

    private void ForgetPlaceholders()
    {
        foreach (Account account in _placeholders)
        {
            if (!account.Exists)
                _accounts.Remove(account.Address);
        }

        _placeholders.Clear();
    }
}

/// <summary>What a sealed block changed.</summary>
/// <param name="Root">State root after the block.</param>
/// <param name="Changed">Every changed account, in address order; one that no longer exists has zero lamports.</param>
public sealed record StateSeal(Hash256 Root, IReadOnlyList<AccountSnapshot> Changed);
