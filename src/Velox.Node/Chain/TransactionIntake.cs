using System.Threading.Channels;
using Velox.Svm;

namespace Velox.Node;

/// <summary>
/// Where transactions are between the queue and the block: handed to stage 1 a batch at a time, ahead of what is executed; then in the
/// pool; then handed on in slices.
/// </summary>
/// <remarks>
/// The producer can look at the clock between two steps only, so each step is bounded by the work that a transaction may
/// cause, which its sender chooses, and not by the number of transactions alone. How the chain is cut into slices reaches
/// no result; what a slot has no time for waits for the next one, already verified.
/// </remarks>
internal sealed class TransactionIntake(ChannelReader<WaitingTransaction> queue, Bank bank)
{
    /// <summary>Most signatures of a batch, and so most transactions: each has one at least.</summary>
    internal const int MaxBatchSignatures = 256;

    /// <summary>
    /// Most compute units that the transactions of a slice may ask for together: what a single one may ask for, since
    /// nothing less can be promised.
    /// </summary>
    internal const uint MaxSliceUnits = ComputeBudget.MaxUnitLimit;

    /// <summary>Most transactions of a slice: with little to do for each, too, the clock is looked at often.</summary>
    internal const int MaxSliceLength = 256;

    private readonly TransactionPool _pool = new();
    private readonly List<InFlightTransaction> _rejected = [];

    // In the order in which stage 1 got them; those behind are used again.
    private readonly Queue<List<InFlightTransaction>> _submitted = new();
    private readonly Stack<List<InFlightTransaction>> _spare = new();
    private int _submittedCount;

    // Those whose way has ended serve again, so that none is made for a transaction once there are enough: as many as may wait at a time.
    private readonly Stack<InFlightTransaction> _idle = new();

    /// <summary>Whether transactions wait that have left the queue.</summary>
    internal bool HasWaiting => _submittedCount + _rejected.Count + _pool.Count > 0;

    /// <summary>Fills a list with the next slice; it stays empty when nothing waits.</summary>
    /// <param name="slice">Cleared first. Those rejected by stage 1 come first, as they cost nothing.</param>
    /// <param name="max">Most transactions of the slice.</param>
    internal void TakeSlice(List<InFlightTransaction> slice, int max)
    {
        slice.Clear();
        if (max == 0)
            return;
        SubmitBatches();
        TakeVerified();
        max = Math.Min(max, MaxSliceLength);
        int rejected = Math.Min(max, _rejected.Count);
        slice.AddRange(_rejected[..rejected]);
        _rejected.RemoveRange(0, rejected);
        uint units = MaxSliceUnits;
        while (slice.Count < max && _pool.Count > 0 && _pool.TryTake(units, out InFlightTransaction transaction, out uint unitLimit))
        {
            slice.Add(transaction);
            units -= unitLimit;
        }
    }

    /// <summary>Gives a slice back when nobody looks at its transactions any more.</summary>
    internal void Release(List<InFlightTransaction> slice)
    {
        foreach (InFlightTransaction transaction in slice)
            _idle.Push(transaction);
        slice.Clear();
    }

    /// <summary>Stage 1 of these is done by other workers while earlier ones are executed.</summary>
    private void SubmitBatches()
    {
        while (_submitted.Count < Bank.MaxBatchesAhead && _pool.Room - _submittedCount >= MaxBatchSignatures && queue.TryPeek(out _))
        {
            List<InFlightTransaction> batch = _spare.TryPop(out List<InFlightTransaction>? used) ? used : new(MaxBatchSignatures);
            FillBatch(batch);
            bank.TrySubmit(batch);
            _submitted.Enqueue(batch);
            _submittedCount += batch.Count;
        }
    }

    private void FillBatch(List<InFlightTransaction> batch)
    {
        int signatures = 0;
        while (signatures < MaxBatchSignatures && queue.TryRead(out WaitingTransaction waiting))
        {
            InFlightTransaction transaction = _idle.TryPop(out InFlightTransaction? idle) ? idle : new InFlightTransaction([]);
            transaction.Reset(waiting.Bytes, waiting.ReceivedNanos);
            batch.Add(transaction);
            // The count is the first byte. Whatever it says, the parser lets no more than this pass.
            int count = transaction.Bytes is [byte first, ..] ? first : 0;
            signatures += Math.Clamp(count, 1, WireLimits.MaxSignatures);
        }
    }

    /// <summary>Puts into the pool what is verified; helps with the oldest batch only when there is nothing else to do.</summary>
    private void TakeVerified()
    {
        while (_submitted.TryPeek(out List<InFlightTransaction>? batch))
        {
            if (_pool.Count + _rejected.Count == 0)
                bank.Complete(batch);
            else if (!bank.TryComplete(batch))
                return;
            _submitted.Dequeue();
            _submittedCount -= batch.Count;
            foreach (InFlightTransaction transaction in batch)
                Add(transaction);
            batch.Clear();
            _spare.Push(batch);
        }
    }

    private void Add(InFlightTransaction transaction)
    {
        if (transaction.TryReadBudget(out ComputeBudget budget))
            _pool.Add(transaction, budget.UnitPrice, budget.UnitLimit);
        else
            _rejected.Add(transaction);
    }
}
