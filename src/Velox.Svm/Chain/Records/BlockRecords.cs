using System.Collections;

namespace Velox.Svm;

/// <summary>A block's transactions with their outcomes, in order.</summary>
/// <remarks>
/// Kept compactly, and read in place by <see cref="View"/>; a <see cref="TransactionRecord"/> is made anew each time one is asked for.
/// Grows while its block is under construction, and never changes afterwards: any number of threads may read it then.
/// </remarks>
public sealed class BlockRecords : IReadOnlyList<TransactionRecord>
{
    // Of pages, so that they are no array that .NET counts as a large one; see RecordArena.
    private const int PageShift = 11;
    private const int PageLength = 1 << PageShift;
    private const int FirstLength = 64;

    private readonly List<(byte[] Bytes, RecordPlace Place)[]> _pages = [];

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
        (byte[] bytes, RecordPlace place) = _pages[index >> PageShift][index & (PageLength - 1)];
        return new RecordView(bytes, place);
    }

    public IEnumerator<TransactionRecord> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void Add(byte[] bytes, RecordPlace place)
    {
        int inPage = Count & (PageLength - 1);
        if (inPage == 0)
            _pages.Add(new (byte[], RecordPlace)[Count == 0 ? FirstLength : PageLength]);
        (byte[], RecordPlace)[] page = _pages[^1];
        if (inPage == page.Length)
            _pages[^1] = page = Enlarge(page);
        page[inPage] = (bytes, place);
        Count++;
    }

    private static (byte[], RecordPlace)[] Enlarge((byte[], RecordPlace)[] page)
    {
        var larger = new (byte[], RecordPlace)[2 * page.Length];
        page.CopyTo(larger, 0);
        return larger;
    }
}
