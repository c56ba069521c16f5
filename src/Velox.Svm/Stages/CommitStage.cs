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
            MarkChanged(transaction, record.Error.IsError);
            statuses.Add(transaction.Fingerprint, block.Slot);
            block.Add(record);
        }
    }

    private void MarkChanged(InFlightTransaction transaction, bool hasFailed)
    {
        TransactionAccounts accounts = transaction.Accounts!;
        // A failed transaction changed its fee payer and its nonce only.
        int count = hasFailed ? 1 : accounts.Count;
        for (int i = 0; i < count; i++)
        {
            if (accounts.Writables[i])
                store.MarkChanged(accounts.Accounts[i]);
        }

        if (hasFailed && transaction.HasNonce)
            store.MarkChanged(accounts.Accounts[transaction.NonceIndex]);
    }
}
