using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>How many bytes a transaction loads, as its limit counts them (SIMD-0186; Agave svm, account_loader.rs).</summary>
internal static class LoadedData
{
    /// <summary>What each lookup table counts, whatever its size: a full one.</summary>
    internal const int LookupTableBytes = AddressTable.HeaderSize + (256 * Address.Size);

    /// <summary>Bytes of accounts and lookup tables.</summary>
    /// <remarks>
    /// Each account counts 64 bytes beside its data. An absent one counts nothing, but the fee payer does even if its last
    /// lamports were the fee; nor does the instructions sysvar. The program data of an upgradeable program counts once, if it
    /// is not among the keys and exists.
    /// </remarks>
    /// <param name="view">The message.</param>
    /// <param name="accounts">Its accounts, the fee taken.</param>
    internal static long SizeOf(in TransactionView view, TransactionAccounts accounts)
    {
        long bytes = (long)view.LookupCount * LookupTableBytes;
        for (int i = 0; i < accounts.Count; i++)
        {
            Account account = accounts.Accounts[i];
            if ((i > 0 && !account.Exists) || account.Address == SysvarIds.Instructions)
                continue;
            bytes += TransactionExecutor.LoadedAccountOverheadBytes + account.DataLength;
            if (accounts.ProgramData(i) is { } code && accounts.IndexOf(code.Address) < 0 && IsFirst(accounts, i))
                bytes += TransactionExecutor.LoadedAccountOverheadBytes + code.DataLength;
        }

        return bytes;
    }

    /// <summary>The bytes that a transaction counts towards the cost of its block.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="loadedBytes">What it loads.</param>
    /// <param name="loadError">Why it cannot run, if it cannot.</param>
    /// <param name="features">
    /// Before define_ltds_fee_only_semantics one that cannot run counts the data of the accounts that it changes all the same.
    /// </param>
    internal static uint Charged(InFlightTransaction transaction, long loadedBytes, TransactionError loadError, RuntimeFeatures features)
    {
        if (!loadError.IsError || features.DefineLtdsFeeOnlySemantics)
            return (uint)Math.Min(loadedBytes, transaction.Budget.LoadedDataLimit);
        Account[] accounts = transaction.Accounts!.Accounts;
        int bytes = accounts[0].DataLength;
        if (transaction.NonceIndex > 0)
            bytes += accounts[transaction.NonceIndex].DataLength;
        return (uint)bytes;
    }

    /// <summary>Whether no program before has the same code account.</summary>
    private static bool IsFirst(TransactionAccounts accounts, int index)
    {
        for (int i = 0; i < index; i++)
        {
            if (ReferenceEquals(accounts.ProgramData(i), accounts.ProgramData(index)))
                return false;
        }

        return true;
    }
}
