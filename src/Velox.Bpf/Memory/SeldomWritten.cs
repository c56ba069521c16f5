namespace Velox.Bpf;

/// <summary>Parts of a mapped region that programs may write but seldom do: whoever mapped it learns which were left alone.</summary>
/// <remarks>
/// Costs nothing where nothing is stored behind the first part, as the region's window lets stores through up to there. The memory
/// map lets those behind it through: between two parts one by one, until there were several; then, and with a store into a part, the
/// window is widened over all parts up to there, which count as written from then on.
/// </remarks>
public sealed class SeldomWritten
{
    /// <summary>How often a store is let through alone, which takes as long as looking at a part of some kilobytes.</summary>
    private const int MostLoneStores = 4;

    private Part[] _parts = new Part[4];
    private int _loneStores;

    /// <summary>Offsets in the region, the end is behind the part.</summary>
    public readonly record struct Part(ulong Start, ulong End);

    /// <summary>How many parts there are.</summary>
    public int Count { get; private set; }

    /// <summary>The first parts, so many, may have been written since <see cref="Clear"/>; the others were not.</summary>
    public int WrittenCount { get; private set; }

    /// <summary>A part, in the order of <see cref="Add"/>.</summary>
    public Part this[int index] => _parts[index];

    /// <summary>Forgets all parts. Nothing that has them mapped may run then.</summary>
    public void Clear() => Count = WrittenCount = _loneStores = 0;

    /// <summary>Adds a part.</summary>
    /// <param name="start">Its offset, not before the end of the part added last.</param>
    /// <param name="end">The offset behind it, which is higher.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of these does not hold.</exception>
    public void Add(ulong start, ulong end)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(start, Count > 0 ? _parts[Count - 1].End : 0);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(end, start);
        if (Count == _parts.Length)
            Array.Resize(ref _parts, Count * 2);
        _parts[Count++] = new Part(start, end);
    }

    /// <summary>Below this offset stores need not be noted.</summary>
    internal ulong FirstUnwritten => WrittenCount < Count ? _parts[WrittenCount].Start : ulong.MaxValue;

    /// <summary>Notes a store that the region's window did not let through.</summary>
    internal void NoteStore(ulong offset, ulong bytes)
    {
        ulong end = offset + bytes;
        if (end <= FirstUnwritten)
            return;
        int before = WrittenCount;
        while (before < Count && _parts[before].Start < end)
            before++;
        bool isInPart = _parts[before - 1].End > offset;
        if (isInPart || ++_loneStores > MostLoneStores)
            WrittenCount = before;
    }
}
