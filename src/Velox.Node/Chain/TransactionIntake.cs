using System.Threading.Channels;
using Velox.Svm;

namespace Velox.Node;

/// <summary>
/// Where transactions are between the queue and the block: verified a batch at a time, then handed on in slices.
/// </summary>
/// <remarks>
/// The producer can look at the clock between two steps only, so each step is bounded by the work that a transaction may
/// cause, which its sender chooses, and not by the number of transactions alone. How the chain is cut into slices reaches
/// no result; what a slot has no time for is first in the next one, already verified.
/// </remarks>
internal sealed class TransactionIntake(
    ChannelReader<InFlightTransaction> queue, Action<IReadOnlyList<InFlightTransaction>> verify)
{
    /// <summary>Most signatures that are verified in one step, and so most transactions: each has one at least.</summary>
    internal const int MaxBatchSignatures = 256;

    /// <summary>
    /// Most compute units that the transactions of a slice may ask for together: what a single one may ask for, since
    /// nothing less can be promised.
    /// </summary>
    internal const uint MaxSliceUnits = ComputeBudget.MaxUnitLimit;

    private readonly List<InFlightTransaction> _verified = new(MaxBatchSignatures);
    private int _next;

    /// <summary>Whether verified transactions wait.</summary>
    internal bool HasVerified => _next < _verified.Count;

    /// <summary>Fills a list with the next slice; it stays empty when nothing waits.</summary>
    /// <param name="slice">Cleared first.</param>
    /// <param name="max">Most transactions of the slice.</param>
    internal void TakeSlice(List<InFlightTransaction> slice, int max)
    {
        slice.Clear();
        if (max == 0)
            return;
        if (!HasVerified)
            VerifyBatch();
        uint units = 0;
        while (HasVerified && slice.Count < max)
        {
            units += RequestedUnits(_verified[_next]);
            if (units > MaxSliceUnits && slice.Count > 0)
                return;
            slice.Add(_verified[_next++]);
        }
    }

    private void VerifyBatch()
    {
        _verified.Clear();
        _next = 0;
        int signatures = 0;
        while (signatures < MaxBatchSignatures && queue.TryRead(out InFlightTransaction? transaction))
        {
            _verified.Add(transaction);
            // The count is the first byte. Whatever it says, the parser lets no more than this pass.
            int count = transaction.Bytes is [byte first, ..] ? first : 0;
            signatures += Math.Clamp(count, 1, WireLimits.MaxSignatures);
        }

        verify(_verified);
    }

    /// <summary>What a transaction may use up; nothing when it will be rejected before it runs.</summary>
    private static uint RequestedUnits(InFlightTransaction transaction) =>
        transaction.IsAlive && !ComputeBudget.TryRead(in transaction.View, out ComputeBudget budget).IsError
            ? budget.UnitLimit
            : 0;
}
