using Velox.Primitives;

namespace Velox.State;

/// <summary>
/// The state that clients read: always exactly one durable block's outcome, while the live state runs ahead.
/// </summary>
/// <remarks>
/// One thread publishes, any number read. A read lock is held only while references are picked up: snapshots are
/// immutable, so whoever has one reads it at leisure.
/// </remarks>
public sealed class PublishedState : IDisposable
{
    private readonly ReaderWriterLockSlim _lock = new();
    private readonly Dictionary<Address, AccountSnapshot> _accounts = [];
    private readonly Dictionary<Address, HashSet<Address>> _addressesByOwner = [];

    /// <summary>The slot of the block that is visible.</summary>
    public ulong Slot { get; private set; }

    public int Count => Locked(() => _accounts.Count);

    /// <summary>Makes a durable block visible, all at once.</summary>
    public void Publish(ulong slot, IReadOnlyList<AccountSnapshot> changed)
    {
        _lock.EnterWriteLock();
        try
        {
            foreach (AccountSnapshot snapshot in changed)
                Replace(snapshot);
            Slot = slot;
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    /// <summary>The account, or null when it does not exist.</summary>
    public AccountSnapshot? Find(Address address) => Locked(() => _accounts.GetValueOrDefault(address));

    /// <summary>Several accounts of the same block, and its slot; null where one does not exist.</summary>
    public (ulong Slot, AccountSnapshot?[] Accounts) FindAll(IReadOnlyList<Address> addresses) =>
        Locked(() => (Slot, addresses.Select(address => _accounts.GetValueOrDefault(address)).ToArray()));

    /// <summary>Every account of a program, in address order, and the slot they belong to.</summary>
    public (ulong Slot, AccountSnapshot[] Accounts) FindByOwner(Address owner) =>
        Locked(() => (Slot, _addressesByOwner.TryGetValue(owner, out HashSet<Address>? addresses)
            ? addresses.Order().Select(address => _accounts[address]).ToArray()
            : []));

    public void Dispose() => _lock.Dispose();

    private void Replace(AccountSnapshot snapshot)
    {
        if (_accounts.Remove(snapshot.Address, out AccountSnapshot? previous) &&
            _addressesByOwner.TryGetValue(previous.Owner, out HashSet<Address>? siblings))
        {
            siblings.Remove(snapshot.Address);
            if (siblings.Count == 0)
                _addressesByOwner.Remove(previous.Owner);
        }

        if (!snapshot.Exists)
            return;
        _accounts.Add(snapshot.Address, snapshot);
        if (!_addressesByOwner.TryGetValue(snapshot.Owner, out HashSet<Address>? addresses))
            _addressesByOwner.Add(snapshot.Owner, addresses = []);
        addresses.Add(snapshot.Address);
    }

    private T Locked<T>(Func<T> read)
    {
        _lock.EnterReadLock();
        try
        {
            return read();
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }
}
