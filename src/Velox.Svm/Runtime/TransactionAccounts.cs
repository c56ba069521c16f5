using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>The accounts of one transaction in key order, with what it may do to each.</summary>
/// <param name="Accounts">The live accounts; an absent one is an empty placeholder.</param>
/// <param name="Signers">Whether each signed.</param>
/// <param name="Writables">Whether each is locked for writing (after reserved keys and called programs were demoted).</param>
public sealed record TransactionAccounts(Account[] Accounts, bool[] Signers, bool[] Writables)
{
    public int Count => Accounts.Length;

    /// <summary>The position of an address, or -1.</summary>
    public int IndexOf(Address address)
    {
        for (int i = 0; i < Accounts.Length; i++)
        {
            if (Accounts[i].Address == address)
                return i;
        }

        return -1;
    }
}
