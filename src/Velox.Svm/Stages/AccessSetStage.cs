using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>
/// Stage 2: age and duplicate checks, compute budget, and the access set: which accounts, which of them written.
/// </summary>
/// <remarks>Looks accounts up once for the whole batch; from here on nobody touches the account table.</remarks>
public sealed class AccessSetStage(AccountStore store, BlockhashQueue blockhashes, StatusCache statuses)
{
    /// <summary>Most accounts that a transaction may lock (Agave, before increase_tx_account_lock_limit).</summary>
    public const int MaxAccountLocks = 64;

    private readonly Dictionary<Hash256, InFlightTransaction> _lastCopies = [];

    public StageCounters Counters { get; } = new("access");

    public void Run(IReadOnlyList<InFlightTransaction> batch)
    {
        _lastCopies.Clear();
        foreach (InFlightTransaction transaction in batch)
        {
            if (transaction.IsAlive)
                transaction.Rejection = Extract(transaction);
        }
    }

    private TransactionError Extract(InFlightTransaction transaction)
    {
        ref readonly TransactionView view = ref transaction.View;
        TransactionError error = AccessSet.TryRead(in view, out AccessSet accessSet);
        if (error.IsError)
            return error;

        error = ComputeBudget.TryRead(in view, out ComputeBudget budget);
        if (error.IsError)
            return error;
        transaction.Budget = budget;

        if (!blockhashes.IsRecent(view.RecentBlockhash))
            return TransactionErrorKind.BlockhashNotFound;
        if (statuses.Contains(transaction.MessageHash))
            return TransactionErrorKind.AlreadyProcessed;

        // Whether a copy in the same batch gets into the block is known after its execution only: its payer may fail.
        transaction.EarlierCopy = _lastCopies.GetValueOrDefault(transaction.MessageHash);
        _lastCopies[transaction.MessageHash] = transaction;
        transaction.Accounts = accessSet.Load(store.GetOrCreate, store.Find);
        return TransactionError.None;
    }
}
