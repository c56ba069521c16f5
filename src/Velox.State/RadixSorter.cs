namespace Velox.State;

/// <summary>Sorts 64-bit items by some of their bits, eleven at a time. Allocates only for more than ever before.</summary>
internal sealed class RadixSorter
{
    private const int DigitBits = 11;

    // With fewer the counting takes longer than comparing.
    private const int Fewest = 256;

    // 2 MiB each; what more items than that need is given back.
    private const int MostKept = 1 << 18;

    private ulong[] _items = [];
    private ulong[] _others = [];

    /// <summary>Room for so many items, to be written before they are sorted.</summary>
    internal Span<ulong> MakeRoom(int count)
    {
        if (_items.Length < count)
        {
            int capacity = Math.Max(count, 2 * _items.Length);
            (_items, _others) = (new ulong[capacity], new ulong[capacity]);
        }

        return _items.AsSpan(0, count);
    }

    /// <summary>The items in memory; the first ones are those that were made room for.</summary>
    internal ulong[] Items => _items;

    /// <summary>Sorts the first items; those whose bits are the same stay in their order, which must be that of the bits below.</summary>
    /// <param name="count">How many.</param>
    /// <param name="firstBit">The lowest bit that counts.</param>
    /// <param name="endBit">The bit above the highest that counts; none above may be set.</param>
    internal Span<ulong> Sort(int count, int firstBit, int endBit)
    {
        if (count < Fewest)
        {
            _items.AsSpan(0, count).Sort();
            return _items.AsSpan(0, count);
        }

        for (int shift = firstBit; shift < endBit; shift += DigitBits)
        {
            SortByDigit(_items.AsSpan(0, count), _others, shift);
            (_items, _others) = (_others, _items);
        }

        return _items.AsSpan(0, count);
    }

    /// <summary>Gives memory back that is rarely needed.</summary>
    internal void Trim()
    {
        if (_items.Length > MostKept)
            _items = _others = [];
    }

    private static void SortByDigit(ReadOnlySpan<ulong> items, Span<ulong> sorted, int shift)
    {
        Span<int> places = stackalloc int[1 << DigitBits];
        places.Clear();
        foreach (ulong item in items)
            places[DigitOf(item, shift)]++;
        int place = 0;
        foreach (ref int count in places)
            (count, place) = (place, place + count);
        foreach (ulong item in items)
            sorted[places[DigitOf(item, shift)]++] = item;
    }

    private static int DigitOf(ulong item, int shift) => (int)(item >> shift) & ((1 << DigitBits) - 1);
}
