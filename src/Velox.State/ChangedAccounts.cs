using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.State;

/// <summary>What becomes of the leaf of a changed account.</summary>
internal enum LeafMove
{
    /// <summary>It stays where it is.</summary>
    None,

    /// <summary>The account came to exist and takes one.</summary>
    Take,

    /// <summary>The account ceased to exist.</summary>
    Release,

    /// <summary>The account came and went: there was none and is none.</summary>
    Absent,
}

/// <summary>Where the leaf of a changed account is, and what becomes of it.</summary>
internal readonly record struct LeafPlace(int Index, LeafMove Move);

/// <summary>The accounts that a seal is about, and what is worked out of each, by its position among them.</summary>
internal sealed class ChangedAccounts
{
    // More is given back.
    private const int MostKept = 1 << 16;

    /// <summary>A leaf that is zero, among <see cref="Leaves"/>.</summary>
    private const int FreeLeaf = 0;

    private readonly AddressOrder _addresses = new();
    private readonly LeafOrder _leaves = new();
    private List<Account> _accounts = [];

    /// <summary>Until <see cref="Begin"/> is called again, or <see cref="End"/>.</summary>
    internal Span<Account> Accounts => CollectionsMarshal.AsSpan(_accounts);

    internal LeafPlace[] Places { get; private set; } = [];

    /// <summary>That of position i at i + 1, behind one that is zero.</summary>
    internal Hash256[] Leaves { get; private set; } = [default];

    internal AccountSnapshot[] Snapshots { get; private set; } = [];

    internal void Begin(List<Account> accounts)
    {
        _accounts = accounts;
        _addresses.Begin(accounts.Count);
        _leaves.Begin(accounts.Count);
        if (Places.Length >= accounts.Count)
            return;
        int capacity = Math.Max(accounts.Count, 2 * Places.Length);
        Places = new LeafPlace[capacity];
        Leaves = new Hash256[capacity + 1];
        Snapshots = new AccountSnapshot[capacity];
    }

    /// <summary>Accounts and snapshots of a state that is gone should be gone too.</summary>
    internal void End()
    {
        Snapshots.AsSpan(0, _accounts.Count).Clear();
        _accounts = [];
        _addresses.Trim();
        _leaves.Trim();
        if (Places.Length > MostKept)
            (Places, Leaves, Snapshots) = ([], [default], []);
    }

    /// <summary>Notes its place and address. By any number of threads, each for positions of its own.</summary>
    internal void Note(Account account, int position)
    {
        bool hasLeaf = account.LeafIndex >= 0;
        LeafMove absent = hasLeaf ? LeafMove.Release : LeafMove.Absent;
        LeafMove present = hasLeaf ? LeafMove.None : LeafMove.Take;
        Places[position] = new LeafPlace(account.LeafIndex, account.Exists ? present : absent);
        _addresses.Note(in account.Key, position);
    }

    /// <summary>Whether an account came to exist or does not exist.</summary>
    internal bool AnyMoves()
    {
        foreach (LeafPlace place in Places.AsSpan(0, _accounts.Count))
        {
            if (place.Move != LeafMove.None)
                return true;
        }

        return false;
    }

    /// <summary>Sorts by address.</summary>
    /// <returns>The snapshots.</returns>
    internal AccountSnapshot[] SortSnapshots()
    {
        ReadOnlySpan<ulong> order = _addresses.Sort(_accounts);
        var sorted = new AccountSnapshot[order.Length];
        for (int i = 0; i < sorted.Length; i++)
            sorted[i] = Snapshots[AddressOrder.PositionOf(order[i])];
        return sorted;
    }

    /// <summary>Gives up and takes leaves, in address order: who comes first gets the lower one. Addresses were sorted.</summary>
    internal void MoveLeaves(StateTree tree)
    {
        foreach (ulong item in _addresses.Sorted)
        {
            int position = AddressOrder.PositionOf(item);
            ref LeafPlace place = ref Places[position];
            if (place.Move == LeafMove.Take)
            {
                place = new LeafPlace(tree.Take(), LeafMove.None);
                _accounts[position].LeafIndex = place.Index;
            }
            else if (place.Move == LeafMove.Release)
            {
                // Before those that stay are noted, as one of them may take it.
                tree.Release(place.Index);
                _leaves.Note(place.Index, FreeLeaf);
                _accounts[position].LeafIndex = -1;
            }
        }
    }

    /// <summary>Sorts leaves by their places.</summary>
    internal LeafChanges SortLeaves(int leafCount)
    {
        for (int i = 0; i < _accounts.Count; i++)
        {
            if (Places[i].Move == LeafMove.None)
                _leaves.Note(Places[i].Index, i + 1);
        }

        return _leaves.Sort(Leaves, leafCount);
    }
}
