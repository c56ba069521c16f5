namespace Velox.Svm;

/// <summary>Stage 5: what was executed becomes part of the block, in the order of the batch.</summary>
/// <remarks>The workers of stage 4 have written the outcomes and noted the changed accounts already; this is what has an order.</remarks>
internal sealed class CommitStage(ITransactionHistory statuses)
{
    // About as long as memory takes to answer.
    private const int PrefetchDistance = 8;

    internal StageCounters Counters { get; } = new("commit");

    /// <summary>Takes the batch's recorded transactions into the block under construction.</summary>
    internal void Run(List<InFlightTransaction> batch, BlockBuilder block)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            if (i + PrefetchDistance < batch.Count)
                statuses.Prefetch(batch[i + PrefetchDistance].Fingerprint);
            InFlightTransaction transaction = batch[i];

            // One that comes a second time without a reset has the outcome of its first time, and is rejected now.
            if (!transaction.IsAlive || !transaction.IsRecorded)
                continue;
            statuses.Add(transaction.Fingerprint, block.Slot);
            block.Add(transaction);
        }
    }
}
