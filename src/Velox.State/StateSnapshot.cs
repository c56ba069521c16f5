using Velox.Primitives;

namespace Velox.State;

/// <summary>A whole state as it was when <see cref="AccountStore.TakeSnapshot"/> was called. Immutable, safe on any thread.</summary>
/// <remarks>Holds memory for what its stores changed later, for as long as somebody holds it.</remarks>
public sealed class StateSnapshot
{
    internal StateSnapshot(FrozenAccounts accounts, StateTreeContent tree, Account[] changed, Account[] placeholders)
    {
        Accounts = accounts;
        Tree = tree;
        Changed = changed;
        Placeholders = placeholders;
    }

    /// <summary>Accounts that exist, as of the last seal before.</summary>
    public int Count => Tree.LeafCount - Tree.FreeCount;

    /// <summary>The root of the last seal before.</summary>
    public Hash256 Root => StateCommitment.HashRoot(Tree.LeafCount, Tree.Root);

    internal FrozenAccounts Accounts { get; }

    internal StateTreeContent Tree { get; }

    internal Account[] Changed { get; }

    internal Account[] Placeholders { get; }

    /// <summary>A new store that begins with this state, in no more time than <see cref="AccountStore.Restore"/> takes.</summary>
    public AccountStore Fork()
    {
        var fork = new AccountStore();
        fork.Restore(this);
        return fork;
    }
}
