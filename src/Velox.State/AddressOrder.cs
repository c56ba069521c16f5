using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.State;

/// <summary>Sorts accounts by address, first byte most significant.</summary>
/// <remarks>
/// By their first 22 bits, or 33 if they are many, and then where these are the same by comparison. Addresses chosen to begin alike cost
/// no more than sorting by comparison.
/// </remarks>
internal sealed class AddressOrder
{
    private const int FirstShift = 31;
    private const int FirstShiftOfFew = 42;

    // So many share their first 22 bits with another one by chance rarely.
    private const int MostOfFew = 1 << 15;
    private const ulong Positions = (1UL << FirstShift) - 1;

    private readonly RadixSorter _sorter = new();
    private int _count;

    /// <summary>As of the last <see cref="Sort"/>: <see cref="PositionOf"/> of the first is the position of the lowest address.</summary>
    internal ReadOnlySpan<ulong> Sorted => _sorter.Items.AsSpan(0, _count);

    /// <summary>Room for so many accounts; then <see cref="Note"/> each.</summary>
    internal void Begin(int count)
    {
        _sorter.MakeRoom(count);
        _count = count;
    }

    /// <summary>Notes the address of the account at a position. By any number of threads at once, each for positions of its own.</summary>
    internal void Note(in Address address, int position) =>
        _sorter.Items[position] = (BinaryPrimitives.ReadUInt64BigEndian(address.Span) & ~Positions) | (uint)position;

    /// <summary>Sorts what was noted.</summary>
    /// <param name="accounts">Those that were noted, by position; no address may be there twice.</param>
    /// <returns><see cref="Sorted"/>.</returns>
    internal ReadOnlySpan<ulong> Sort(List<Account> accounts)
    {
        int firstShift = _count <= MostOfFew ? FirstShiftOfFew : FirstShift;
        Span<ulong> items = _sorter.Sort(_count, firstShift, 64);
        for (int start = 0; start < items.Length;)
        {
            int end = start + 1;
            while (end < items.Length && (items[end] ^ items[start]) >> firstShift == 0)
                end++;
            if (end - start > 1)
                SortByComparison(items[start..end], accounts);
            start = end;
        }

        return items;
    }

    internal static int PositionOf(ulong item) => (int)(item & Positions);

    internal void Trim() => _sorter.Trim();

    private static void SortByComparison(Span<ulong> items, List<Account> accounts) =>
        items.Sort((left, right) => accounts[PositionOf(left)].Key.CompareTo(accounts[PositionOf(right)].Key));
}
