namespace Velox.Svm;

/// <summary>Stage 4: runs the transactions of each wave on the workers.</summary>
/// <remarks>
/// Inside a wave no two transactions share an account that either writes, so workers need no locks and their timing
/// cannot show in the result.
/// </remarks>
public sealed class ExecuteStage(TransactionExecutor executor, int workers)
{
    public StageCounters Counters { get; } = new("execute");

    public void Run(IReadOnlyList<IReadOnlyList<InFlightTransaction>> waves, BlockContext block)
    {
        foreach (IReadOnlyList<InFlightTransaction> wave in waves)
            WorkerLoop.ForEach(wave, workers, transaction => executor.Execute(transaction, block));
    }
}
