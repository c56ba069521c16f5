using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>The addresses a transaction names, in key order, with the rights its message claims and Solana grants.</summary>
/// <param name="Addresses">Key order: signers first, fee payer at 0.</param>
/// <param name="Signers">Whether each signed.</param>
/// <param name="Writables">Whether each is locked for writing.</param>
public sealed record AccessSet(Address[] Addresses, bool[] Signers, bool[] Writables)
{
    /// <summary>
    /// Reads the set from a message. Errors: AccountLoadedTwice, TooManyAccountLocks, AddressLookupTableNotFound.
    /// </summary>
    /// <remarks>
    /// A write lock is dropped for reserved keys and for accounts called as programs, unless the upgradeable loader is among
    /// the keys (solana-sdk message). There is no lookup table program yet, hence no table: a message that names one fails.
    /// </remarks>
    public static TransactionError TryRead(in TransactionView view, out AccessSet accessSet)
    {
        int count = view.StaticKeyCount;
        accessSet = new AccessSet(new Address[count], new bool[count], new bool[count]);
        if (view.LookupCount > 0)
            return TransactionErrorKind.AddressLookupTableNotFound;
        if (count > AccessSetStage.MaxAccountLocks)
            return TransactionErrorKind.TooManyAccountLocks;

        for (int i = 0; i < count; i++)
        {
            Address address = view.StaticKey(i);
            if (accessSet.Addresses.AsSpan(0, i).Contains(address))
                return TransactionErrorKind.AccountLoadedTwice;
            accessSet.Addresses[i] = address;
            accessSet.Signers[i] = view.IsStaticSigner(i);
            accessSet.Writables[i] = view.IsStaticWritable(i) && !ReservedKeys.Contains(address);
        }

        if (!accessSet.Addresses.AsSpan().Contains(ProgramIds.BpfLoaderUpgradeable))
        {
            for (int i = 0; i < view.InstructionCount; i++)
                accessSet.Writables[view.Instruction(i).ProgramIndex] = false;
        }

        return TransactionError.None;
    }

    /// <summary>Looks the accounts up, from the live state or from a snapshot.</summary>
    /// <param name="find">The account, or an empty one.</param>
    /// <param name="findExisting">The account, or null where it does not exist.</param>
    public TransactionAccounts Load(Func<Address, Account> find, Func<Address, Account?> findExisting)
    {
        Account[] accounts = Array.ConvertAll(Addresses, address => find(address));
        return new TransactionAccounts(accounts, Signers, Writables)
        {
            ProgramData = TransactionAccounts.FindProgramData(accounts, findExisting),
        };
    }
}
