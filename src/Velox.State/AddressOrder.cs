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
    private const ulong Positions = (1UL << FirstShift) - 1;
    private const int Fewest = 256;

    // 2 MiB each; what more accounts than that need is given back.
    private const int MostKept = 1 << 18;

    // The first 33 bits of an address, and below them where its account is among those as they came.
    private ulong[] _items = [];
    private ulong[] _others = [];
    private Account[] _accounts = [];

    /// <summary>Sorts in place; no address may be there twice.</summary>
    internal void Sort(Span<Account> accounts)
    {
        if (accounts.Length < Fewest)
        {
            accounts.Sort(Compare);
            return;
        }

        MakeRoom(accounts.Length);
        Span<Account> unsorted = _accounts.AsSpan(0, accounts.Length);
        accounts.CopyTo(unsorted);
        Span<ulong> items = _items.AsSpan(0, accounts.Length);
        for (int i = 0; i < items.Length; i++)
            items[i] = (BinaryPrimitives.ReadUInt64BigEndian(accounts[i].Key.Span) & ~Positions) | (uint)i;

        Span<ulong> others = _others.AsSpan(0, accounts.Length);
        for (int shift = FirstShift; shift < 64; shift += DigitBits)
        {
            SortByDigit(items, others, shift);
            Span<ulong> sorted = others;
            others = items;
            items = sorted;
        }

        for (int i = 0; i < items.Length; i++)
            accounts[i] = unsorted[(int)(items[i] & Positions)];
        SortRuns(items, accounts);

        // Accounts of a state that is gone should be gone too.
        unsorted.Clear();
        if (accounts.Length > MostKept)
        {
            _items = _others = [];
            _accounts = [];
        }
    }

    private void MakeRoom(int count)
    {
        if (_items.Length >= count)
            return;
        int capacity = Math.Max(count, 2 * _items.Length);
        (_items, _others, _accounts) = (new ulong[capacity], new ulong[capacity], new Account[capacity]);
    }

    /// <summary>A stable pass for one digit of the prefix.</summary>
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

    private static void SortRuns(ReadOnlySpan<ulong> items, Span<Account> accounts)
    {
        for (int start = 0; start < items.Length;)
        {
            int end = start + 1;
            while (end < items.Length && (items[end] ^ items[start]) >> FirstShift == 0)
                end++;
            if (end - start > 1)
                accounts[start..end].Sort(Compare);
            start = end;
        }
    }

    private static int DigitOf(ulong item, int shift) => (int)(item >> shift) & ((1 << DigitBits) - 1);

    private static int Compare(Account left, Account right) => left.Key.CompareTo(right.Key);
}
