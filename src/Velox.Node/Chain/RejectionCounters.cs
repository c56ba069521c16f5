using Velox.Svm;

namespace Velox.Node;

/// <summary>
/// Transactions that left the pipeline without a record, counted by reason. One thread counts, any read.
/// </summary>
public sealed class RejectionCounters
{
    private readonly long[] _counts = new long[Enum.GetValues<TransactionErrorKind>().Length];

    public long Total => NonZero.Sum(entry => entry.Count);

    /// <summary>The reasons that occurred, in the order of their numbers.</summary>
    public IEnumerable<(TransactionErrorKind Reason, long Count)> NonZero =>
        Enum.GetValues<TransactionErrorKind>().Select(kind => (kind, this[kind])).Where(entry => entry.Item2 > 0);

    public long this[TransactionErrorKind reason] => Volatile.Read(ref _counts[(int)reason]);

    internal void Add(TransactionErrorKind reason)
    {
        // One writer: a plain sum, published by a volatile write so that readers see whole values.
        ref long count = ref _counts[(int)reason];
        Volatile.Write(ref count, count + 1);
    }
}
