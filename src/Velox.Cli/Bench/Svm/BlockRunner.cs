using Velox.Svm;

namespace Velox.Cli;

/// <summary>Takes transactions through a bank as a node does: batches handed in ahead, and objects that serve one after the other.</summary>
internal sealed class BlockRunner
{
    private const int BatchSize = 256;

    private readonly InFlightTransaction[][] _batches =
        [.. Enumerable.Range(0, Bank.MaxBatchesAhead).Select(_ => Array.ConvertAll(new int[BatchSize], _ => new InFlightTransaction([])))];

    // The last batch of a block may be a shorter one.
    private readonly List<InFlightTransaction> _last = new(BatchSize);

    /// <summary>Takes transactions into one block; all must succeed.</summary>
    internal void Run(Bank bank, IReadOnlyList<byte[]> transactions, bool checksSignatures)
    {
        bank.BeginBlock(unixTimestamp: 0);
        int batches = ((transactions.Count - 1) / BatchSize) + 1;
        int submitted = 0;
        for (int i = 0; i < batches; i++)
        {
            for (; submitted < Math.Min(batches, i + Bank.MaxBatchesAhead); submitted++)
                Check(bank.TrySubmit(Fill(submitted, transactions), checksSignatures), "A batch was refused.");
            bank.Execute(Batch(i, transactions.Count));
        }

        BlockRecords records = bank.EndBlock().Records;
        Check(records.Count == transactions.Count, $"Only {records.Count} of {transactions.Count} transactions are in the block.");
        for (int i = 0; i < records.Count; i++)
            Check(!records.View(i).Error.IsError, "A transaction failed.");
    }

    private IReadOnlyList<InFlightTransaction> Fill(int number, IReadOnlyList<byte[]> transactions)
    {
        InFlightTransaction[] batch = _batches[number % _batches.Length];
        int start = number * BatchSize;
        int count = Math.Min(BatchSize, transactions.Count - start);
        for (int i = 0; i < count; i++)
            batch[i].Reset(transactions[start + i]);
        if (count < BatchSize)
        {
            _last.Clear();
            _last.AddRange(batch.AsSpan(0, count));
        }

        return Batch(number, transactions.Count);
    }

    private IReadOnlyList<InFlightTransaction> Batch(int number, int transactions) =>
        (number + 1) * BatchSize <= transactions ? _batches[number % _batches.Length] : _last;

    private static void Check(bool holds, string error)
    {
        if (!holds)
            throw new InvalidOperationException(error);
    }
}
