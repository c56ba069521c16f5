using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>The accounts of one transaction in key order, with what it may do to each.</summary>
/// <param name="Accounts">The live accounts; an absent one is an empty placeholder.</param>
/// <param name="Signers">Whether each signed.</param>
/// <param name="Writables">Whether each is locked for writing (after reserved keys and called programs were demoted).</param>
public sealed record TransactionAccounts(Account[] Accounts, bool[] Signers, bool[] Writables)
{
    /// <summary>
    /// For each account that is a program of the upgradeable loader, the account with its code; else null. It need not be among
    /// the transaction's own. Null as a whole where there is none.
    /// </summary>
    public Account?[]? ProgramData { get; init; }

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

    /// <summary>Finds the code accounts of the programs among these accounts.</summary>
    /// <param name="accounts">A transaction's accounts, as they are before it runs.</param>
    /// <param name="find">Finds an account that exists; null otherwise.</param>
    internal static Account?[]? FindProgramData(Account[] accounts, Func<Address, Account?> find)
    {
        Account?[]? found = null;
        for (int i = 0; i < accounts.Length; i++)
        {
            if (accounts[i].Owner != ProgramIds.BpfLoaderUpgradeable || !UpgradeableState.TryReadProgram(accounts[i].Data.Bytes, out Address code))
                continue;
            found ??= new Account?[accounts.Length];
            found[i] = find(code);
        }

        return found;
    }
}
