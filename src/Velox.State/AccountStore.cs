using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.State;

/// <summary>The live state: every account in memory, and the Merkle commitment over them.</summary>
/// <remarks>
/// One thread at a time creates, removes, seals, and takes and restores snapshots. Worker threads mutate accounts that were looked
/// up before, each account by one worker. A store and its forks share only what is never written: each may have its own thread.
/// <para>An account is good until the next <see cref="TakeSnapshot"/> or <see cref="Restore"/>; then look it up again. No unit of
/// work may be open at either.</para>
/// </remarks>
public sealed class AccountStore
{
    // Lists that were longer once are given back.
    private const int MostKept = 1 << 18;

    private static readonly WorkerTeam Alone = new(workers: 1);

    private readonly AccountMap _accounts = new();
    private readonly StateCommitment _commitment = new();
    private readonly List<Account> _changed = [];

    // What other workers than the first noted; joined at the seal.
    private List<Account>[] _changedByOthers = [];

    // Some of the changed accounts may be of an earlier generation.
    private bool _isChangedFromBefore;

    // Looked up though absent, in this block: forgotten again at the seal unless they came to exist.
    private readonly List<Account> _placeholders = [];

    /// <summary>Accounts that exist, as of the last seal.</summary>
    public int Count => _commitment.AccountCount;

    /// <summary>The root of the last seal; before the first that of an empty state.</summary>
    public Hash256 Root => _commitment.Root;

    /// <summary>The account, or null when it does not exist.</summary>
    public Account? Find(Address address) => _accounts.Find(in address);

    /// <summary>Whether looking changes nothing, so that several threads may <see cref="Peek"/> at once: until the first snapshot.</summary>
    public bool CanPeek => _accounts.IsPlain;

    /// <summary>The account, or null where there is none, not even a placeholder of this block. Only while <see cref="CanPeek"/>.</summary>
    public Account? Peek(in Address address) => _accounts.Peek(in address);

    /// <summary>Fetches what looking these up will need into the cache: for many that are then looked up one by one.</summary>
    /// <remarks>
    /// Of a large state each look-up waits for memory twice; so the waits overlap. Some tens at a time are best. Nothing else
    /// happens, whether they exist or not.
    /// </remarks>
    public void Prefetch(ReadOnlySpan<Address> addresses) => _accounts.Prefetch(addresses);

    /// <summary>The account, or an empty one at that address which becomes part of the state if it gains lamports.</summary>
    public Account GetOrCreate(Address address)
    {
        Account account = _accounts.GetOrCreate(in address, out bool isNew);
        if (isNew)
            _placeholders.Add(account);
        return account;
    }

    /// <summary>The addresses of a program's accounts, in their order. Looks at every account of the state.</summary>
    public Address[] FindByOwner(Address owner) =>
        [.. _accounts.All.Where(account => account.Exists && account.Owner == owner).Select(account => account.Address).Order()];

    /// <summary>Says that an account was written by a transaction that is kept.</summary>
    /// <exception cref="InvalidOperationException">
    /// It was not looked up here, or before the last <see cref="TakeSnapshot"/> or <see cref="Restore"/>.
    /// </exception>
    public void MarkChanged(Account account) => MarkChanged(account, 0);

    /// <summary>As <see cref="MarkChanged(Account)"/>, for threads that do so at once, each with accounts that no other has.</summary>
    /// <param name="account">The account.</param>
    /// <param name="worker">Less than what <see cref="MakeRoomForWorkers"/> was told; no two threads are the same one at a time.</param>
    public void MarkChanged(Account account, int worker)
    {
        if (!_accounts.IsOwn(account))
            throw new InvalidOperationException("The account is of another store, or from before a snapshot: look it up again.");
        if (account.IsMarkedChanged)
            return;
        account.IsMarkedChanged = true;
        (worker == 0 ? _changed : _changedByOthers[worker - 1]).Add(account);
    }

    /// <summary>How many threads may note changes at once; nobody does meanwhile.</summary>
    public void MakeRoomForWorkers(int workers)
    {
        while (_changedByOthers.Length < workers - 1)
            _changedByOthers = [.. _changedByOthers, []];
    }

    /// <summary>Ends a block: rehashes what changed and returns the new root with a snapshot of each changed account.</summary>
    /// <remarks>Changes are taken in address order, so the result does not depend on who executed them when.</remarks>
    public StateSeal Seal() => Seal(Alone);

    /// <summary>As <see cref="Seal()"/>, with the help of a team, of which the calling thread is the owner; the result is the same.</summary>
    public StateSeal Seal(WorkerTeam team)
    {
        ArgumentNullException.ThrowIfNull(team);
        JoinChanged();
        OwnChanged();
        AccountSnapshot[] snapshots = _commitment.Commit(_changed, team, out bool anyMoves);
        if (anyMoves)
            ForgetRemoved();

        Clear(_changed);
        ForgetPlaceholders();
        return new StateSeal(_commitment.Root, snapshots);
    }

    /// <summary>Proves an account's content against the root of the last seal; null when it did not exist then.</summary>
    /// <exception cref="InvalidOperationException">It was changed since.</exception>
    public AccountProof? Prove(Address address) =>
        _accounts.Peek(in address) is { LeafIndex: >= 0 } account
            ? _commitment.Prove(account.LeafIndex, AccountSnapshot.Take(account))
            : null;

    /// <summary>This state as it is now, with its root, its proofs, and what is not sealed yet.</summary>
    /// <remarks>
    /// Takes the time of a copy of the list of accounts that were marked since the last seal, and nothing else. Accounts that are
    /// used later are copied then, one by one, their data when it is written.
    /// </remarks>
    public StateSnapshot TakeSnapshot()
    {
        JoinChanged();
        _isChangedFromBefore = true;
        return new StateSnapshot(_accounts.Freeze(), _commitment.Freeze(), [.. _changed], [.. _placeholders]);
    }

    /// <summary>Goes back, or over, to a state that was taken here or in another store, as quickly as it was taken.</summary>
    public void Restore(StateSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        _accounts.Thaw(snapshot.Accounts);
        _commitment.Thaw(snapshot.Tree);
        JoinChanged();
        _changed.Clear();
        _changed.AddRange(snapshot.Changed);
        _isChangedFromBefore = true;
        _placeholders.Clear();
        _placeholders.AddRange(snapshot.Placeholders);
    }

    private void JoinChanged()
    {
        foreach (List<Account> changed in _changedByOthers)
        {
            _changed.AddRange(changed);
            Clear(changed);
        }
    }

    /// <summary>Puts each changed account's version of this generation in the place of an earlier one.</summary>
    private void OwnChanged()
    {
        if (!_isChangedFromBefore)
            return;
        _isChangedFromBefore = false;
        foreach (ref Account account in CollectionsMarshal.AsSpan(_changed))
        {
            if (!_accounts.IsOwn(account))
                account = _accounts.GetOrCreate(in account.Key, out _);
        }
    }

    private void ForgetRemoved()
    {
        foreach (Account account in _changed)
        {
            if (!account.Exists)
                _accounts.Remove(in account.Key);
        }
    }

    private void ForgetPlaceholders()
    {
        foreach (Account placeholder in _placeholders)
        {
            if (_accounts.Peek(in placeholder.Key) is { Exists: false })
                _accounts.Remove(in placeholder.Key);
        }

        Clear(_placeholders);
    }

    private static void Clear(List<Account> list)
    {
        list.Clear();
        if (list.Capacity > MostKept)
            list.Capacity = 0;
    }
}

/// <summary>What a sealed block changed.</summary>
/// <param name="Root">State root after the block.</param>
/// <param name="Changed">Every changed account, in address order; one that no longer exists has zero lamports.</param>
public sealed record StateSeal(Hash256 Root, IReadOnlyList<AccountSnapshot> Changed);
