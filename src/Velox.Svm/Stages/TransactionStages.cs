using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>Stages 1 to 5 of a state: batches go in, and come out executed and committed, in order.</summary>
/// <remarks>
/// <para>
/// Batches overlap: those handed in ahead (<see cref="TrySubmit"/>) are verified in the background by workers that have nothing to do
/// for the batch which the owner executes. Within a batch the workers share each stage.
/// </para>
/// <para>The result is that of one transaction after the other, whatever the number of workers and the cut into batches. Used by one thread.</para>
/// </remarks>
[SuppressMessage(
    "Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The team ends its threads when nobody knows it.")]
internal sealed class TransactionStages
{
    private readonly VerificationQueue _verify;
    private readonly AccessSetStage _accessSets;
    private readonly ScheduleStage _schedule = new();
    private readonly ExecuteStage _execute;
    private readonly CommitStage _commit;
    private readonly WorkerTeam _team;
    private readonly List<InFlightTransaction> _run = [];

    /// <param name="store">The state.</param>
    /// <param name="blockhashes">Which are recent.</param>
    /// <param name="history">Which messages are recorded.</param>
    /// <param name="workers">Threads, the owner's among them.</param>
    internal TransactionStages(AccountStore store, IRecentBlockhashes blockhashes, ITransactionHistory history, int workers)
    {
        _verify = new VerificationQueue(workers);
        _team = new WorkerTeam(workers, _verify);
        _accessSets = new AccessSetStage(store, blockhashes, history, _team);
        _execute = new ExecuteStage(store, _team);
        _commit = new CommitStage(history);
    }

    /// <summary>The five stages' counters, in order.</summary>
    internal IReadOnlyList<StageCounters> Counters =>
        [_verify.Counters, _accessSets.Counters, _schedule.Counters, _execute.Counters, _commit.Counters];

    internal WorkerTeam Team => _team;

    /// <summary>Whether batches that were handed in wait to be executed.</summary>
    internal bool HasWaiting => !_verify.IsEmpty;

    /// <summary>Hands a batch in for stage 1, which workers do in the background; false when 16 wait to be executed.</summary>
    internal bool TrySubmit(IReadOnlyList<InFlightTransaction> batch, bool checksSignatures)
    {
        if (!_verify.TrySubmit(batch, checksSignatures))
            return false;
        _team.Wake();
        return true;
    }

    /// <summary>Waits for stage 1 of the oldest batch handed in, and takes part in it. Nothing happens if this one was not.</summary>
    internal void Complete(IReadOnlyList<InFlightTransaction> batch) => _verify.Complete(batch);

    /// <summary>As <see cref="Complete"/>, but false instead of waiting or taking part.</summary>
    internal bool TryComplete(IReadOnlyList<InFlightTransaction> batch) => _verify.TryComplete(batch);

    /// <summary>Stages 2 to 5; stage 1 too, if the batch was handed in and is not done.</summary>
    internal void Execute(IReadOnlyList<InFlightTransaction> batch, BlockBuilder block, TransactionExecutor executor)
    {
        _verify.Complete(batch);
        BeginAccess(batch, block.Context);
        for (int start = 0; start < batch.Count; start += _run.Count)
        {
            int alive = TakeRun(start);
            alive = ExecuteRun(alive, block.Context, executor);
            long begin = Stopwatch.GetTimestamp();
            _commit.Run(_run, block);
            _commit.Counters.Add(alive, alive, Stopwatch.GetElapsedTime(begin));
        }

        _run.Clear();
    }

    /// <summary>Stage 2 alone, of a batch that is not executed but simulated.</summary>
    internal void Admit(IReadOnlyList<InFlightTransaction> batch, BlockContext block)
    {
        BeginAccess(batch, block);
        TakeRun(0);
        _run.Clear();
    }

    private void BeginAccess(IReadOnlyList<InFlightTransaction> batch, BlockContext block)
    {
        long begin = Stopwatch.GetTimestamp();
        int alive = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            if (!batch[i].IsAlive)
                continue;
            if (!batch[i].IsRead)
                throw new InvalidOperationException($"Transaction {i} has not been through stage 1: hand its batch in, and execute that same batch.");
            alive++;
        }

        _accessSets.Begin(batch, block);
        _accessSets.Counters.Add(alive, 0, Stopwatch.GetElapsedTime(begin));
    }

    /// <summary>Fills the run; returns how many of it are alive.</summary>
    private int TakeRun(int start)
    {
        long begin = Stopwatch.GetTimestamp();
        _run.Clear();
        _accessSets.Take(start, _run);
        int alive = CountAlive();
        _accessSets.Counters.Add(0, alive, Stopwatch.GetElapsedTime(begin));
        return alive;
    }

    /// <summary>Stages 3 and 4 of the run; returns how many of it are recorded.</summary>
    private int ExecuteRun(int alive, BlockContext block, TransactionExecutor executor)
    {
        long begin = Stopwatch.GetTimestamp();
        if (_execute.NeedsGraph(alive))
        {
            ConflictGraph graph = _schedule.Run(_run);
            _schedule.Counters.Add(alive, alive, Stopwatch.GetElapsedTime(begin));
            begin = Stopwatch.GetTimestamp();
            _execute.Run(graph, block, executor);
        }
        else
        {
            _schedule.Counters.Add(alive, alive, TimeSpan.Zero);
            _execute.Run(_run, block, executor);
        }

        int recorded = CountAlive();
        _execute.Counters.Add(alive, recorded, Stopwatch.GetElapsedTime(begin));
        return recorded;
    }

    private int CountAlive()
    {
        int alive = 0;
        foreach (InFlightTransaction transaction in _run)
            alive += transaction.IsAlive ? 1 : 0;
        return alive;
    }
}
