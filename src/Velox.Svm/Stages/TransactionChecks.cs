using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>What stage 2 and a simulation ask of a transaction before they load its accounts, in Agave's order.</summary>
internal static class TransactionChecks
{
    /// <summary>
    /// Judges compute budget and access set, and completes the latter where there are lookups. Errors, in this order: UnsupportedVersion;
    /// malformed or repeated compute budget instructions; those of <see cref="AccessSet.Complete"/> and
    /// <see cref="AccessSet.CheckLocks"/>; compute budget values out of bounds.
    /// </summary>
    /// <param name="transaction">Parsed; its keys are complete afterwards, unless there is an error.</param>
    /// <param name="find">The account of a table, or null.</param>
    /// <param name="block">The block in which it runs.</param>
    internal static TransactionError Read(InFlightTransaction transaction, Func<Address, Account?> find, BlockContext block)
    {
        ref readonly TransactionView view = ref transaction.View;
        if (view.Version == TransactionVersion.Version1 && !block.Features.Runtime.EnableTxV1)
            return TransactionErrorKind.UnsupportedVersion;
        transaction.EnsureRead();
        if (transaction.RequestError.IsError)
            return transaction.RequestError;
        AccessSet keys = transaction.Keys;
        TransactionErrorKind kind = keys.IsPartial ? keys.Complete(in view, find, block) : TransactionErrorKind.None;
        if (kind == TransactionErrorKind.None)
            kind = keys.CheckLocks(block.Features);
        if (kind != TransactionErrorKind.None)
            return kind;
        return transaction.TryGrantBudget(block.Features);
    }

    /// <summary>
    /// Lets a transaction pass that names no recent blockhash, if it may state a durable nonce. Error: BlockhashNotFound.
    /// </summary>
    /// <remarks>
    /// The nonce account is looked at when the transaction runs, since the ones before it may change it. A nonce serves one
    /// transaction, so that no other duplicate check is needed.
    /// </remarks>
    internal static TransactionErrorKind TakeAsDurable(InFlightTransaction transaction, BlockContext block)
    {
        transaction.NonceIndex = DurableNonce.FindAccount(in transaction.View, transaction.Keys);
        bool isCandidate = transaction.HasNonce
            && transaction.View.RecentBlockhash != NonceAccount.NonceOf(block.LastBlockhash);
        return isCandidate ? TransactionErrorKind.None : TransactionErrorKind.BlockhashNotFound;
    }
}
