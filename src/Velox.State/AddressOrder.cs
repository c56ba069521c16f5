using System.Buffers.Binary;

namespace Velox.State;

/// <summary>Sorts accounts by address, first byte most significant.</summary>
/// <remarks>
/// Many are sorted by their first 33 bits, eleven at a time, and then where these are the same by comparison. Addresses chosen
/// to begin alike cost no more than sorting by comparison. Allocates only for more than ever before.
/// </remarks>
internal sealed class AddressOrder
{
    private const int DigitBits = 11;
    private const int FirstShift = 31;
    private const int Fewest = 256;

    // 4 MiB each; what more accounts than that need is given back.
    private const int MostKept = 1 << 18;

    private Item[] _items = [];
    private Item[] _others = [];

    /// <summary>Sorts in place; no address may be there twice.</summary>
    internal void Sort(Span<Account> accounts)
    {
        if (accounts.Length < Fewest)
        {
            accounts.Sort(Compare);
            return;
        }

        MakeRoom(accounts.Length);
        Span<Item> items = _items.AsSpan(0, accounts.Length);
        for (int i = 0; i < items.Length; i++)
            items[i] = new Item(BinaryPrimitives.ReadUInt64BigEndian(accounts[i].Key.Span), accounts[i]);

        Span<Item> others = _others.AsSpan(0, accounts.Length);
        for (int shift = FirstShift; shift < 64; shift += DigitBits)
        {
            SortByDigit(items, others, shift);
            Span<Item> sorted = others;
            others = items;
            items = sorted;
        }

        SortRuns(items);
        for (int i = 0; i < items.Length; i++)
            accounts[i] = items[i].Account;

        // Accounts of a state that is gone should be gone too.
        items.Clear();
        others.Clear();
        if (accounts.Length > MostKept)
            _items = _others = [];
    }

    private void MakeRoom(int count)
    {
        if (_items.Length >= count)
            return;
        int capacity = Math.Max(count, 2 * _items.Length);
        (_items, _others) = (new Item[capacity], new Item[capacity]);
    }

    /// <summary>A stable pass for one digit of the prefix.</summary>
    private static void SortByDigit(ReadOnlySpan<Item> items, Span<Item> sorted, int shift)
    {
        Span<int> places = stackalloc int[1 << DigitBits];
        places.Clear();
        foreach (ref readonly Item item in items)
            places[item.Digit(shift)]++;
        int place = 0;
        foreach (ref int count in places)
            (count, place) = (place, place + count);
        foreach (ref readonly Item item in items)
            sorted[places[item.Digit(shift)]++] = item;
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
    private readonly record struct Item(ulong Prefix, Account Account)
    {
        internal int Digit(int shift) => (int)(Prefix >> shift) & ((1 << DigitBits) - 1);
    }
}
