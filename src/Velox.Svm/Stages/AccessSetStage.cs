using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>
/// Stage 2: age and duplicate checks, compute budget, and the access set: which accounts, which of them written.
/// </summary>
/// <remarks>Looks accounts up once for the whole batch; from here on nobody touches the account table.</remarks>
public sealed class AccessSetStage(AccountStore store, IRecentBlockhashes blockhashes, ITransactionHistory statuses)
{
    private readonly Dictionary<UInt128, InFlightTransaction> _lastCopies = [];

    // Made once, not for each transaction.
    private readonly Func<Address, Account?> _find = store.Find;
    private readonly Func<Address, Account> _getOrCreate = store.GetOrCreate;

    public StageCounters Counters { get; } = new("access");

    /// <summary>Takes transactions from the batch, in order, up to one that may change programs.</summary>
    /// <remarks>
    /// Which code a program has is looked up here, so that nothing may change it between here and execution: a transaction that names
    /// the upgradeable loader ends the run, and is executed before the next one begins.
    /// </remarks>
    /// <param name="batch">Verified transactions; those that fail get a rejection.</param>
    /// <param name="start">The first to take.</param>
    /// <param name="block">The block under construction.</param>
    /// <param name="taken">Receives those taken, dead ones too.</param>
    /// <returns>How many of those taken were alive.</returns>
    public int Run(
        IReadOnlyList<InFlightTransaction> batch, int start, BlockContext block, List<InFlightTransaction> taken)
    {
        _lastCopies.Clear();
        int alive = 0;
        for (int i = start; i < batch.Count; i++)
        {
            InFlightTransaction transaction = batch[i];
            taken.Add(transaction);
            if (!transaction.IsAlive)
                continue;
            alive++;
            transaction.Rejection = Extract(transaction, block);
            if (transaction.IsAlive && transaction.Keys.AsSpan().Contains(ProgramIds.BpfLoaderUpgradeable))
                break;
        }

        return alive;
    }

    private TransactionError Extract(InFlightTransaction transaction, BlockContext block)
    {
        TransactionError error = TransactionChecks.Read(transaction, _find, block, out AccessSet accessSet);
        if (error.IsError)
            return error;

        error = blockhashes.IsRecent(transaction.View.RecentBlockhash)
            ? CheckDuplicate(transaction)
            : TransactionChecks.TakeAsDurable(transaction, accessSet, block);
        if (!error.IsError)
            transaction.Accounts = accessSet.Load(_getOrCreate, _find);
        return error;
    }

    private TransactionErrorKind CheckDuplicate(InFlightTransaction transaction)
    {
        if (statuses.Contains(transaction.Fingerprint))
            return TransactionErrorKind.AlreadyProcessed;

        // Whether a copy in the same batch gets into the block is known after its execution only: its payer may fail.
        transaction.EarlierCopy = _lastCopies.GetValueOrDefault(transaction.Fingerprint);
        _lastCopies[transaction.Fingerprint] = transaction;
        return TransactionErrorKind.None;
    }
}
