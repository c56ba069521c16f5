using Velox.State;

namespace Velox.Svm;

/// <summary>Stage 5: what was executed becomes part of the block, in the order of the batch.</summary>
public sealed class CommitStage(AccountStore store, ITransactionHistory statuses)
{
    public StageCounters Counters { get; } = new("commit");

    /// <summary>Takes the batch's recorded transactions into the block under construction.</summary>
    public void Run(IReadOnlyList<InFlightTransaction> batch, BlockBuilder block)
    {
        foreach (InFlightTransaction transaction in batch)
        {
            if (transaction.Record is not { } record)
                continue;
            MarkChanged(transaction.Accounts!, record);
            statuses.Add(transaction.MessageHash, block.Slot);
            block.Add(record);
        }
    }

    private void MarkChanged(TransactionAccounts accounts, TransactionRecord record)
    {
        // A failed transaction changed only its fee payer.
        int count = record.Error.IsError ? 1 : accounts.Count;
        for (int i = 0; i < count; i++)
        {
            if (accounts.Writables[i])
                store.MarkChanged(accounts.Accounts[i]);
        }
    }
}
