using Velox.Cryptography;

namespace Velox.Svm;

/// <summary>One worker's part of stage 1: gathers the signatures of transactions until a batch is full.</summary>
internal sealed class SignatureChecker
{
    private const int BatchSize = 64;

    // Market makers and fee payers sign again and again: their tables take 3 MB.
    private const int CachedKeys = 1024;

    private readonly Ed25519Batch _batch = new(BatchSize, cachedKeys: CachedKeys);

    // Whose signature each of the batch is: a transaction may have several, and they may be in different batches.
    private readonly InFlightTransaction?[] _owners = new InFlightTransaction?[BatchSize];

    /// <summary>Checks a run of transactions; those that fail have a rejection that says why.</summary>
    internal void Verify(IReadOnlyList<InFlightTransaction> transactions, int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            if (transactions[i].TryParse())
                AddSignatures(transactions[i]);
        }

        CheckBatch();
        for (int i = start; i < end; i++)
        {
            if (transactions[i].IsAlive)
                transactions[i].ReadMessage();
        }
    }

    private void AddSignatures(InFlightTransaction transaction)
    {
        ref readonly TransactionView view = ref transaction.View;
        for (int i = 0; i < view.SignatureCount; i++)
        {
            if (_batch.Count == BatchSize)
                CheckBatch();
            _owners[_batch.Count] = transaction;
            _batch.TryAdd(view.StaticKey(i).Span, view.Signature(i).Span, view.Message);
        }
    }

    private void CheckBatch()
    {
        ReadOnlySpan<bool> verdicts = _batch.Verify();
        for (int i = 0; i < verdicts.Length; i++)
        {
            if (!verdicts[i])
                _owners[i]!.Rejection = TransactionErrorKind.SignatureFailure;
            _owners[i] = null;
        }
    }
}
