using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>Stage 4: the workers run the transactions, and note what these changed.</summary>
/// <remarks>
/// No two transactions that share an account which either writes run at once (<see cref="ConflictGraph"/>), so workers need no locks and
/// their timing cannot show in the result. Each worker has its own memory for outcomes and its own list of changed accounts.
/// </remarks>
internal sealed class ExecuteStage : ISlicedWork
{
    /// <summary>Fewer are done sooner than another worker is there.</summary>
    private const int FewestForTeam = 16;

    private const int SliceLength = 8;

    private readonly WorkerTeam _team;
    private readonly AccountStore _store;
    private readonly GraphWalk _walk = new();
    private readonly Action<int, InFlightTransaction> _runOne;
    private readonly ExecutionWorker?[] _workers;
    private ConflictGraph? _graph;
    private BlockContext _block = new(0, 0);

    /// <param name="store">The state.</param>
    /// <param name="team">The workers.</param>
    internal ExecuteStage(AccountStore store, WorkerTeam team)
    {
        _store = store;
        _team = team;
        _workers = new ExecutionWorker?[team.Workers];
        _runOne = Run;
        store.MakeRoomForWorkers(team.Workers);
    }

    internal StageCounters Counters { get; } = new("execute");

    /// <summary>Whether a batch of so many is run by more than the owner, so that its conflicts have to be known.</summary>
    internal bool NeedsGraph(int count) => _team.Workers > 1 && count >= FewestForTeam;

    /// <summary>Runs a batch in its order, on the calling thread.</summary>
    internal void Run(List<InFlightTransaction> batch, BlockContext block, TransactionExecutor executor)
    {
        _block = block;
        _workers[0] = executor.Workers.Rent();
        foreach (InFlightTransaction transaction in batch)
        {
            if (transaction.IsAlive)
                Run(0, transaction);
        }

        ReturnWorkers(executor);
    }

    /// <summary>Runs a batch on all workers.</summary>
    internal void Run(ConflictGraph graph, BlockContext block, TransactionExecutor executor)
    {
        _block = block;
        for (int i = 0; i < _workers.Length; i++)
            _workers[i] = executor.Workers.Rent();
        if (graph.HasConflicts)
        {
            _walk.Run(graph, _team, _runOne);
        }
        else
        {
            _graph = graph;
            _team.Run(this, graph.Count, SliceLength);
            _graph = null;
        }

        ReturnWorkers(executor);
    }

    void ISlicedWork.Run(int worker, int start, int end)
    {
        for (int i = start; i < end; i++)
            Run(worker, _graph![i]);
    }

    private void Run(int worker, InFlightTransaction transaction)
    {
        TransactionExecutor.Execute(transaction, _block, _workers[worker]!);
        if (transaction.IsRecorded)
            MarkChanged(worker, transaction, transaction.Error.IsError);
    }

    private void MarkChanged(int worker, InFlightTransaction transaction, bool hasFailed)
    {
        TransactionAccounts accounts = transaction.Accounts!;
        ReadOnlySpan<bool> writables = accounts.Writables;

        // A failed transaction changed its fee payer and its nonce only.
        int count = hasFailed ? 1 : writables.Length;
        for (int i = 0; i < count; i++)
        {
            if (writables[i])
                _store.MarkChanged(accounts.Accounts[i], worker);
        }

        if (hasFailed && transaction.HasNonce)
            _store.MarkChanged(accounts.Accounts[transaction.NonceIndex], worker);
    }

    private void ReturnWorkers(TransactionExecutor executor)
    {
        for (int i = 0; i < _workers.Length; i++)
        {
            if (_workers[i] is { } worker)
                executor.Workers.Return(worker);
            _workers[i] = null;
        }
    }
}
