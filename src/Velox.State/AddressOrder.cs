using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Velox.State;

/// <summary>Sorts accounts by address, first byte most significant.</summary>
/// <remarks>
/// Many are sorted by their first 33 bits, eleven at a time, and then where these are the same by comparison. Addresses chosen
/// to begin alike cost no more than sorting by comparison.
/// </remarks>
internal static class AddressOrder
{
    private const int DigitBits = 11;
    private const int FirstShift = 31;
    private const int Fewest = 256;

    /// <summary>Sorts in place; no address may be there twice.</summary>
    internal static void Sort(Account[] accounts)
    {
        if (accounts.Length < Fewest)
        {
            accounts.AsSpan().Sort(Compare);
            return;
        }

        var items = new Item[accounts.Length];
        for (int i = 0; i < items.Length; i++)
            items[i] = new Item(BinaryPrimitives.ReadUInt64BigEndian(accounts[i].Key.Span), accounts[i]);
        items = SortByPrefix(items);
        SortRuns(items);
        for (int i = 0; i < items.Length; i++)
            accounts[i] = items[i].Account;
    }

    /// <summary>A stable pass for each digit of the prefix, the least significant first.</summary>
    private static Item[] SortByPrefix(Item[] items)
    {
        var other = new Item[items.Length];
        Span<int> places = stackalloc int[1 << DigitBits];
        for (int shift = FirstShift; shift < 64; shift += DigitBits)
        {
            places.Clear();
            foreach (ref readonly Item item in items.AsSpan())
                places[item.Digit(shift)]++;
            int place = 0;
            foreach (ref int count in places)
                (count, place) = (place, place + count);
            foreach (ref readonly Item item in items.AsSpan())
                other[places[item.Digit(shift)]++] = item;
            (items, other) = (other, items);
        }

        return items;
    }

    private static void SortRuns(Span<Item> items)
    {
        for (int start = 0; start < items.Length;)
        {
            int end = start + 1;
            while (end < items.Length && (items[end].Prefix ^ items[start].Prefix) >> FirstShift == 0)
                end++;
            if (end - start > 1)
                items[start..end].Sort(static (left, right) => Compare(left.Account, right.Account));
            start = end;
        }
    }

    private static int Compare(Account left, Account right) => left.Key.CompareTo(right.Key);

    /// <param name="Prefix">The first eight bytes of the address as a number.</param>
    /// <param name="Account">The account.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Item(ulong Prefix, Account Account)
    {
        internal int Digit(int shift) => (int)(Prefix >> shift) & ((1 << DigitBits) - 1);
    }
}
