using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>What stage 2 and a simulation ask of a transaction before they load its accounts, in Agave's order.</summary>
internal static class TransactionChecks
{
    /// <summary>
    /// Reads compute budget and access set. Errors, in this order: UnsupportedVersion; malformed or repeated compute budget
    /// instructions; those of <see cref="AccessSet.TryRead"/>; compute budget values out of bounds.
    /// </summary>
    internal static TransactionError Read(
        InFlightTransaction transaction, Func<Address, Account?> find, BlockContext block, out AccessSet keys)
    {
        keys = new AccessSet([], [], []);
        ref readonly TransactionView view = ref transaction.View;
        if (view.Version == TransactionVersion.Version1 && !block.Features.Runtime.EnableTxV1)
            return TransactionErrorKind.UnsupportedVersion;
        MessageReading reading = transaction.Reading;
        TransactionError error = reading.RequestError;
        if (!error.IsError)
            error = ReadKeys(reading, in view, find, block, out keys);
        if (error.IsError)
            return error;
        transaction.Keys = keys.Addresses;
        error = reading.Request.TryGrant(in view, block.Features, out ComputeBudget budget);
        transaction.Budget = budget;
        return error;
    }

    private static TransactionErrorKind ReadKeys(
        MessageReading reading, in TransactionView view, Func<Address, Account?> find, BlockContext block, out AccessSet keys)
    {
        if (reading.Keys is not { } known)
            return AccessSet.TryRead(in view, find, block, out keys).Kind;
        keys = known;
        TransactionErrorKind error = AccessSet.CheckLocks(known.Addresses.Length, block.Features);
        return error == TransactionErrorKind.None && reading.HasRepeatedKey ? TransactionErrorKind.AccountLoadedTwice : error;
    }

    /// <summary>
    /// Lets a transaction pass that names no recent blockhash, if it may state a durable nonce. Error: BlockhashNotFound.
    /// </summary>
    /// <remarks>
    /// The nonce account is looked at when the transaction runs, since the ones before it may change it. A nonce serves one
    /// transaction, so that no other duplicate check is needed.
    /// </remarks>
    internal static TransactionErrorKind TakeAsDurable(InFlightTransaction transaction, AccessSet keys, BlockContext block)
    {
        transaction.NonceIndex = DurableNonce.FindAccount(in transaction.View, keys);
        bool isCandidate = transaction.HasNonce
            && transaction.View.RecentBlockhash != NonceAccount.NonceOf(block.LastBlockhash);
        return isCandidate ? TransactionErrorKind.None : TransactionErrorKind.BlockhashNotFound;
    }
}
