namespace Velox.Svm;

/// <summary>Stage 3: finds which transactions of a batch have to wait for which.</summary>
/// <remarks>
/// Linear in the number of locks. Nothing is found for one worker, who takes them in their order anyway. The order of the batch is that
/// of priority: who comes earlier runs earlier, where both could, and nobody is passed over.
/// </remarks>
internal sealed class ScheduleStage
{
    // No two batches of the process have the same number: forks of a state may share accounts, and their marks.
    private static int Batches;

    private readonly ConflictGraph _graph = new();

    internal StageCounters Counters { get; } = new("schedule");

    /// <summary>The graph, valid until the next call; dead transactions are not in it.</summary>
    internal ConflictGraph Run(IReadOnlyList<InFlightTransaction> batch)
    {
        // Only unique: nothing else is ordered by it.
        int number = Interlocked.Increment(ref Batches);
        _graph.Clear();
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch[i].IsAlive)
                _graph.Add(batch[i], number);
        }

        return _graph;
    }
}
