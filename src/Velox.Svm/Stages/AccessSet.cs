using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>The addresses a transaction names, in key order, with the rights its message claims and Solana grants.</summary>
/// <param name="Addresses">Key order: static keys (fee payer at 0), looked-up writable ones, looked-up read-only ones.</param>
/// <param name="Signers">Whether each signed.</param>
/// <param name="Writables">Whether each is locked for writing.</param>
public sealed record AccessSet(Address[] Addresses, bool[] Signers, bool[] Writables)
{
    /// <summary>Most accounts that a transaction may lock before increase_tx_account_lock_limit.</summary>
    public const int MaxAccountLocks = 64;

    /// <summary>Most accounts that a transaction may lock with increase_tx_account_lock_limit.</summary>
    public const int IncreasedMaxAccountLocks = 128;

    /// <summary>
    /// Reads the set of a message and resolves its lookups. Errors, in this order: AddressLookupTableNotFound,
    /// InvalidAddressLookupTableOwner, InvalidAddressLookupTableData, InvalidAddressLookupTableIndex; TooManyAccountLocks,
    /// AccountLoadedTwice.
    /// </summary>
    /// <param name="view">The message.</param>
    /// <param name="find">The account of a table, or null.</param>
    /// <param name="block">The block in which the message runs.</param>
    /// <param name="accessSet">The set; of no use on error.</param>
    public static TransactionError TryRead(
        in TransactionView view, Func<Address, Account?> find, BlockContext block, out AccessSet accessSet)
    {
        var addresses = new Address[view.AccountCount];
        for (int i = 0; i < view.StaticKeyCount; i++)
            addresses[i] = view.StaticKey(i);
        TransactionErrorKind error = AddressTables.Resolve(in view, find, block, addresses.AsSpan(view.StaticKeyCount));
        if (error == TransactionErrorKind.None)
            error = CheckLocks(addresses.Length, block.Features);
        if (error == TransactionErrorKind.None && HasRepeated(addresses))
            error = TransactionErrorKind.AccountLoadedTwice;

        accessSet = error == TransactionErrorKind.None ? Of(in view, addresses) : new AccessSet(addresses, [], []);
        return error;
    }

    /// <summary>The set of a message whose lookups are resolved already.</summary>
    /// <remarks>
    /// A write lock is dropped for reserved keys and for accounts called as programs, unless the upgradeable loader is among
    /// the keys (solana-sdk message).
    /// </remarks>
    /// <param name="view">The message.</param>
    /// <param name="addresses">All its keys, in key order; kept.</param>
    public static AccessSet Of(in TransactionView view, Address[] addresses)
    {
        int staticKeys = view.StaticKeyCount;
        int writableEnd = staticKeys + view.WritableLookupAccounts;
        var set = new AccessSet(addresses, new bool[addresses.Length], new bool[addresses.Length]);
        for (int i = 0; i < addresses.Length; i++)
        {
            bool isClaimed = i < staticKeys ? view.IsStaticWritable(i) : i < writableEnd;
            set.Signers[i] = i < staticKeys && view.IsStaticSigner(i);
            set.Writables[i] = isClaimed && !ReservedKeys.Contains(addresses[i]);
        }

        if (addresses.AsSpan().Contains(ProgramIds.BpfLoaderUpgradeable))
            return set;
        for (int i = 0; i < view.InstructionCount; i++)
            set.Writables[view.Instruction(i).ProgramIndex] = false;
        return set;
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

    /// <summary>Whether an address stands there twice.</summary>
    internal static bool HasRepeated(ReadOnlySpan<Address> addresses)
    {
        for (int i = 1; i < addresses.Length; i++)
        {
            if (addresses[..i].Contains(addresses[i]))
                return true;
        }

        return false;
    }

    /// <summary>Error: TooManyAccountLocks.</summary>
    internal static TransactionErrorKind CheckLocks(int count, FeatureSet features)
    {
        int limit = features.Runtime.IncreaseTxAccountLockLimit ? IncreasedMaxAccountLocks : MaxAccountLocks;
        return count > limit ? TransactionErrorKind.TooManyAccountLocks : TransactionErrorKind.None;
    }
}
