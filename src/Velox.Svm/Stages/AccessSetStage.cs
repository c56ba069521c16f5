using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>
/// Stage 2: age and duplicate checks, compute budget, and the accounts of the access set.
/// </summary>
/// <remarks>
/// First the workers judge what messages ask for and look the accounts up side by side; then the owner takes the transactions in their
/// order, for what depends on it: lookup tables, accounts that are not there yet, age and duplicates. From here on nobody touches the
/// account table.
/// </remarks>
internal sealed class AccessSetStage : ISlicedWork
{
    /// <summary>Transactions that a worker takes at a time: some 15 us of work.</summary>
    private const int SliceLength = 64;

    private readonly AccountStore _store;
    private readonly IRecentBlockhashes _blockhashes;
    private readonly ITransactionHistory _statuses;
    private readonly WorkerTeam _team;
    private readonly BatchCopies _copies = new();

    // Made once, not for each transaction.
    private readonly Func<Address, Account?> _find;

    private IReadOnlyList<InFlightTransaction> _batch = [];
    private BlockContext _block = new(0, 0);
    private bool _looksUp;

    internal AccessSetStage(AccountStore store, IRecentBlockhashes blockhashes, ITransactionHistory statuses, WorkerTeam team)
    {
        _store = store;
        _blockhashes = blockhashes;
        _statuses = statuses;
        _team = team;
        _find = store.Find;
    }

    internal StageCounters Counters { get; } = new("access");

    /// <summary>Begins a batch: what the workers can do of it at once.</summary>
    /// <param name="batch">Verified transactions; those that fail get a rejection.</param>
    /// <param name="block">The block under construction.</param>
    internal void Begin(IReadOnlyList<InFlightTransaction> batch, BlockContext block)
    {
        _batch = batch;
        _block = block;
        _looksUp = _store.CanPeek;
        _copies.Begin(batch);
        _team.Run(this, batch.Count, SliceLength);
    }

    void ISlicedWork.Run(int worker, int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            InFlightTransaction transaction = _batch[i];
            if (!transaction.IsAlive)
                continue;
            _statuses.Prefetch(transaction.Fingerprint);
            if (transaction.Keys.IsPartial)
                continue;
            transaction.Rejection = TransactionChecks.Read(transaction, _find, _block);
            if (transaction.IsAlive)
                LookUp(transaction);
        }
    }

    /// <summary>Finds the accounts that are there; the others stay null. Threads may do it at once where nothing is changed by looking.</summary>
    private void LookUp(InFlightTransaction transaction)
    {
        TransactionAccounts accounts = transaction.BeginLoading();
        ReadOnlySpan<Address> addresses = transaction.Keys.Addresses;
        for (int i = 0; i < addresses.Length; i++)
            accounts.Accounts[i] = _looksUp ? _store.Peek(in addresses[i])! : null!;
    }

    /// <summary>Takes transactions from the batch, in order, up to one that may change programs.</summary>
    /// <remarks>
    /// Which code a program has is looked up here, so that nothing may change it between here and execution: a transaction that names
    /// the upgradeable loader ends the run, and is executed before the next one begins.
    /// </remarks>
    /// <param name="start">The first to take.</param>
    /// <param name="taken">Receives those taken, dead ones too.</param>
    internal void Take(int start, List<InFlightTransaction> taken)
    {
        for (int i = start; i < _batch.Count; i++)
        {
            InFlightTransaction transaction = _batch[i];
            taken.Add(transaction);
            if (!transaction.IsAlive)
                continue;
            transaction.Rejection = Admit(transaction, i);
            if (transaction.IsAlive && transaction.Keys.Names(KeyRoles.UpgradeableLoader))
                break;
        }
    }

    /// <summary>What has an order: everything of a message with lookups, and of any its age, its copies, and accounts that are new.</summary>
    private TransactionError Admit(InFlightTransaction transaction, int index)
    {
        if (transaction.Keys.IsPartial)
        {
            TransactionError error = TransactionChecks.Read(transaction, _find, _block);
            if (error.IsError)
                return error;
            transaction.BeginLoading().Accounts.AsSpan(0, transaction.Keys.Count).Clear();
        }

        TransactionErrorKind kind = _blockhashes.IsRecent(transaction.View.RecentBlockhash)
            ? CheckDuplicate(transaction, index)
            : TransactionChecks.TakeAsDurable(transaction, _block);
        if (kind == TransactionErrorKind.None)
            Load(transaction);
        return kind;
    }

    private void Load(InFlightTransaction transaction)
    {
        TransactionAccounts accounts = transaction.Loading;
        for (int i = 0; i < accounts.Count; i++)
            accounts.Accounts[i] ??= _store.GetOrCreate(accounts.Keys.Addresses[i]);
        accounts.FindProgramData(_find);
        transaction.Accounts = accounts;
    }

    private TransactionErrorKind CheckDuplicate(InFlightTransaction transaction, int index)
    {
        if (_statuses.Contains(transaction.Fingerprint))
            return TransactionErrorKind.AlreadyProcessed;

        // Whether a copy in the same batch gets into the block is known after its execution only: its payer may fail.
        transaction.EarlierCopy = _copies.Replace(index);
        return TransactionErrorKind.None;
    }
}
