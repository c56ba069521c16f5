using System.Collections;

namespace Velox.Svm;

/// <summary>A block's transactions with their outcomes, in order.</summary>
/// <remarks>
/// Kept compactly, and read in place by <see cref="View"/>; a <see cref="TransactionRecord"/> is made anew each time one is asked for.
/// Grows while its block is under construction, and never changes afterwards: any number of threads may read it then.
/// </remarks>
public sealed class BlockRecords : IReadOnlyList<TransactionRecord>
{
    private (byte[] Bytes, RecordPlace Place)[] _entries = [];

    internal BlockRecords()
    {
    }

    public int Count { get; private set; }

    /// <exception cref="ArgumentOutOfRangeException">Not 0 to <see cref="Count"/> - 1.</exception>
    public TransactionRecord this[int index] => View(index).ToRecord();

    /// <summary>The outcome of a transaction in place.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 0 to <see cref="Count"/> - 1.</exception>
    public RecordView View(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return new RecordView(_entries[index].Bytes, _entries[index].Place);
    }

    public IEnumerator<TransactionRecord> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void Add(byte[] bytes, RecordPlace place)
    {
        if (Count == _entries.Length)
            Array.Resize(ref _entries, Math.Max(64, 2 * Count));
        _entries[Count++] = (bytes, place);
    }
}
