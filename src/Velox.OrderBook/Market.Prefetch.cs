using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Velox.OrderBook;

/// <content>Bringing the lines that a message will need into the cache while messages before it are executed.</content>
public readonly unsafe partial struct Market
{
    /// <summary>
    /// How many messages before its turn a message's first look is due: <see cref="PrefetchIndex"/>, then for a message that
    /// names an open order at half of it <see cref="PrefetchOrder"/>, at a quarter <see cref="PrefetchNeighbours"/>.
    /// </summary>
    /// <remarks>New orders stand near the best prices, whose levels are in the cache anyway: more looks at them cost more than
    /// they save.</remarks>
    public const int PrefetchDistance = 12;

    /// <summary>
    /// First look at a message to come: fetches the seat's balances and the bucket of its client order id.
    /// </summary>
    /// <remarks>
    /// The three looks change nothing and may be left out or come for messages that never do: they read what may change
    /// before the turn of the message, and a wrong guess costs a line of cache. Where the processor has no such instruction
    /// they do nothing.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PrefetchIndex(uint seat, ulong clientOrderId)
    {
        if (!Sse.IsSupported)
            return;
        uint buckets = Header.IndexBuckets;
        Fetch(_slab.SeatLine(seat) + (MarketLayout.SeatBytes / 2));
        Fetch(_slab.BucketLine(ClientOrderIndex.BucketOf(ClientOrderIndex.KeyOf(seat, clientOrderId), buckets)));
    }

    /// <summary>Second look: fetches the order that the bucket names.</summary>
    /// <param name="seat">As in <see cref="PrefetchIndex"/>.</param>
    /// <param name="clientOrderId">The same.</param>
    public void PrefetchOrder(uint seat, ulong clientOrderId)
    {
        if (Sse.IsSupported)
            Fetch(_slab.OrderLine(ClientOrderIndex.Guess(_slab, Header.IndexBuckets, seat, clientOrderId)));
    }

    /// <summary>Third look: fetches what the order will be taken out of.</summary>
    /// <param name="seat">As in <see cref="PrefetchIndex"/>.</param>
    /// <param name="clientOrderId">The same.</param>
    public void PrefetchNeighbours(uint seat, ulong clientOrderId)
    {
        if (!Sse.IsSupported)
            return;
        ref readonly MarketHeader header = ref Header;
        byte* found = _slab.OrderLine(ClientOrderIndex.Guess(_slab, header.IndexBuckets, seat, clientOrderId));
        if (found == null)
            return;
        ref readonly OrderNode order = ref *(OrderNode*)found;
        Fetch(_slab.LevelLine(order.Level));
        Fetch(_slab.OrderLine(order.Previous));
        Fetch(_slab.OrderLine(order.Next));
        if (header.IsMatchingOnly)
            return;
        Fetch(_slab.OrderLine(order.SeatPrevious));
        Fetch(_slab.OrderLine(order.SeatNext));
    }

    // Safe: a prefetch never faults, whatever the address; null stands for nothing.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(byte* line) => Sse.Prefetch0(line);
}
