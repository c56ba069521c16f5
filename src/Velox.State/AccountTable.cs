using Velox.Primitives;

namespace Velox.State;

/// <summary>Accounts by address: open addressing with linear probing, at most three quarters full.</summary>
/// <remarks>
/// 16 bytes for each entry, so a look-up meets one line of the table and the account itself, whose address is the key. Addresses
/// hash under keys of the process: nobody can choose ones that collide. Read by any number of threads, or written by one.
/// </remarks>
internal sealed class AccountTable
{
    private const int FirstCapacity = 64;
    private const int PrefetchGroup = 32;

    private Entry[] _entries = new Entry[FirstCapacity];
    private int _count;

    internal int Count => _count;

    /// <summary>Every account, in no order.</summary>
    internal IEnumerable<Account> All
    {
        get
        {
            foreach (Entry entry in _entries)
            {
                if (entry.Account is { } account)
                    yield return account;
            }
        }
    }

    internal Account? Find(in Address address)
    {
        uint hash = (uint)address.GetHashCode();
        Entry[] entries = _entries;
        for (uint i = hash & (uint)(entries.Length - 1); ; i = (i + 1) & (uint)(entries.Length - 1))
        {
            ref readonly Entry entry = ref entries[i];
            if (entry.Account is not { } account)
                return null;
            if (entry.Hash == hash && account.Key == address)
                return account;
        }
    }

    /// <summary>Fetches the entries that these addresses lead to, and then the accounts there.</summary>
    internal void Prefetch(ReadOnlySpan<Address> addresses)
    {
        Span<uint> hashes = stackalloc uint[PrefetchGroup];
        Entry[] entries = _entries;
        uint mask = (uint)(entries.Length - 1);
        while (addresses.Length > 0)
        {
            ReadOnlySpan<Address> group = addresses[..Math.Min(PrefetchGroup, addresses.Length)];
            for (int i = 0; i < group.Length; i++)
            {
                hashes[i] = (uint)group[i].GetHashCode();
                CacheLine.Prefetch(in entries[hashes[i] & mask]);
            }

            for (int i = 0; i < group.Length; i++)
                Account.Prefetch(entries[hashes[i] & mask].Account);
            addresses = addresses[group.Length..];
        }
    }

    /// <summary>Adds an account whose address is not there yet.</summary>
    internal void Add(Account account)
    {
        if (4L * (_count + 1) > 3L * _entries.Length)
            Grow();
        Place(_entries, new Entry(account, (uint)account.Key.GetHashCode()));
        _count++;
    }

    internal void Remove(in Address address)
    {
        uint hash = (uint)address.GetHashCode();
        uint mask = (uint)(_entries.Length - 1);
        uint hole = hash & mask;
        for (; ; hole = (hole + 1) & mask)
        {
            if (_entries[hole].Account is not { } account)
                return;
            if (_entries[hole].Hash == hash && account.Key == address)
                break;
        }

        CloseHole(hole, mask);
        _count--;
    }

    /// <summary>Moves back what stands behind a hole and would not be found across it.</summary>
    private void CloseHole(uint hole, uint mask)
    {
        for (uint i = (hole + 1) & mask; _entries[i].Account is not null; i = (i + 1) & mask)
        {
            uint distance = (i - _entries[i].Hash) & mask;
            if (distance < ((i - hole) & mask))
                continue;
            _entries[hole] = _entries[i];
            hole = i;
        }

        _entries[hole] = default;
    }

    private void Grow()
    {
        var entries = new Entry[2 * _entries.Length];
        foreach (Entry entry in _entries)
        {
            if (entry.Account is not null)
                Place(entries, entry);
        }

        _entries = entries;
    }

    private static void Place(Entry[] entries, Entry entry)
    {
        uint mask = (uint)(entries.Length - 1);
        uint i = entry.Hash & mask;
        while (entries[i].Account is not null)
            i = (i + 1) & mask;
        entries[i] = entry;
    }

    private readonly record struct Entry(Account? Account, uint Hash);
}
