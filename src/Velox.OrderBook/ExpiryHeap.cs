namespace Velox.OrderBook;

/// <summary>
/// Which orders expire first: two binary heaps, one by slot and one by time, equal ones by id.
/// </summary>
/// <remarks>
/// The heaps are arrays, and their cells stand in the extras of orders, whatever those orders are: the slots' heap in the
/// cells 1, 2, ..., the times' in the last, the one before... They never meet, since an order is in one of them. Each
/// order's extra says at which place it is, so any can be taken out. Paths are as long as the binary logarithm.
/// </remarks>
internal static class ExpiryHeap
{
    /// <summary>The link of the order that expires first by one of the clocks, or 0.</summary>
    internal static uint First(in Slab slab, in MarketHeader header, bool isTime) =>
        CountOf(header, isTime) == 0 ? 0 : OrderAt(slab, isTime, 1);

    /// <summary>Adds an order whose extra has an expiry and which is in no heap.</summary>
    internal static void Add(in Slab slab, ref MarketHeader header, uint link)
    {
        bool isTime = IsTime(slab, link);
        ref uint count = ref isTime ? ref header.TimeExpiries : ref header.SlotExpiries;
        if (count >= slab.OrderCapacity)
            Slab.ThrowCorrupt("A heap of expiries has more places than there are orders.");
        Rise(slab, isTime, ++count, link);
    }

    /// <summary>Takes an order out, wherever in its heap it is.</summary>
    internal static void Remove(in Slab slab, ref MarketHeader header, uint link)
    {
        bool isTime = IsTime(slab, link);
        ref uint count = ref isTime ? ref header.TimeExpiries : ref header.SlotExpiries;
        uint place = slab.ReadExtra(link).HeapPlace;
        if (place - 1 >= count || OrderAt(slab, isTime, place) != link)
            Slab.ThrowCorrupt("An order is not at its place in the heap of expiries.");

        uint last = OrderAt(slab, isTime, count);
        slab.WriteExtra(CellOf(slab, isTime, count--)).HeapOrder = 0;
        slab.WriteExtra(link).HeapPlace = 0;
        if (last == link)
            return;

        // The last order takes the place and goes where it belongs from there: up or down, never both.
        if (place > 1 && IsBefore(slab, last, OrderAt(slab, isTime, place / 2)))
            Rise(slab, isTime, place, last);
        else
            Sink(slab, isTime, place, count, last);
    }

    /// <summary>The extra that holds a place of a heap.</summary>
    internal static uint CellOf(in Slab slab, bool isTime, uint place) => isTime ? slab.OrderCapacity + 1 - place : place;

    /// <summary>Whether an order expires before another.</summary>
    internal static bool IsBefore(in Slab slab, uint link, uint other)
    {
        ulong expiry = slab.ReadExtra(link).Expiry;
        ulong otherExpiry = slab.ReadExtra(other).Expiry;
        return expiry != otherExpiry ? expiry < otherExpiry : slab.ReadOrder(link).OrderId < slab.ReadOrder(other).OrderId;
    }

    private static void Rise(in Slab slab, bool isTime, uint place, uint link)
    {
        while (place > 1)
        {
            uint above = OrderAt(slab, isTime, place / 2);
            if (!IsBefore(slab, link, above))
                break;
            Put(slab, isTime, place, above);
            place /= 2;
        }

        Put(slab, isTime, place, link);
    }

    private static void Sink(in Slab slab, bool isTime, uint place, uint count, uint link)
    {
        // Places fit 20 bits, so doubling them cannot overflow.
        while (place * 2 <= count)
        {
            uint below = place * 2;
            if (below < count && IsBefore(slab, OrderAt(slab, isTime, below + 1), OrderAt(slab, isTime, below)))
                below++;
            uint child = OrderAt(slab, isTime, below);
            if (!IsBefore(slab, child, link))
                break;
            Put(slab, isTime, place, child);
            place = below;
        }

        Put(slab, isTime, place, link);
    }

    private static void Put(in Slab slab, bool isTime, uint place, uint link)
    {
        slab.WriteExtra(CellOf(slab, isTime, place)).HeapOrder = link;
        slab.WriteExtra(link).HeapPlace = place;
    }

    private static uint OrderAt(in Slab slab, bool isTime, uint place) => slab.ReadExtra(CellOf(slab, isTime, place)).HeapOrder;

    private static bool IsTime(in Slab slab, uint link) => Expiry.FromBits(slab.ReadExtra(link).Expiry).IsTime;

    private static uint CountOf(in MarketHeader header, bool isTime) => isTime ? header.TimeExpiries : header.SlotExpiries;
}
