using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Velox.OrderBook;

/// <content>Bringing the lines that a message will need into the cache while messages before it are executed.</content>
public readonly unsafe partial struct Market
{
    /// <summary>
    /// How many messages before its turn a message's first look is due: <see cref="Look"/>. At half of it comes
    /// <see cref="LookAtOrder"/> or <see cref="LookAtPlace"/>, at a quarter <see cref="LookAtNeighbours"/> or
    /// <see cref="LookAtQueue"/>: the first for messages that name an open order, the second for new orders.
    /// </summary>
    public const int PrefetchDistance = 24;

    /// <summary>
    /// First look at a message to come: fetches the seat's balances and the bucket of its client order id.
    /// </summary>
    /// <remarks>
    /// The three looks change nothing and may be left out or come for messages that never do: they read what may change
    /// before the turn of the message, and a wrong guess costs a line of cache. Where the processor has no such instruction
    /// they do nothing.
    /// </remarks>
    /// <param name="seat">Of the message.</param>
    /// <param name="clientOrderId">The same.</param>
    /// <param name="look">What the looks after this one start from.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Look(uint seat, ulong clientOrderId, out OrderLook look)
    {
        look = default;
        if (!Sse.IsSupported)
            return;
        ulong key = ClientOrderIndex.KeyOf(seat, clientOrderId);
        look.Key = key;
        look.Line = _slab.BucketLine(ClientOrderIndex.BucketOf(key, _slab.Header->IndexBuckets));
        Sse.Prefetch0(look.Line);
        if (_slab.Kind != BookKind.NativeMatching)
            Sse.Prefetch0(_slab.SeatLine(seat) + (MarketLayout.SeatBytes / 2));
    }

    /// <summary>Second look: fetches the order that the bucket names.</summary>
    /// <param name="look">From the first.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void LookAtOrder(ref OrderLook look)
    {
        if (!Sse.IsSupported || look.Line == null)
            return;
        look.Line = _slab.OrderLine(IndexBucket.Guess(in *(IndexBucket*)look.Line, look.Key));
        Sse.Prefetch0(look.Line);
    }

    /// <summary>Second look at an order to place: fetches the level that it may rest at, and the newest order of its seat.</summary>
    /// <param name="seat">Of the message.</param>
    /// <param name="side">The same.</param>
    /// <param name="priceTicks">The same.</param>
    /// <param name="look">From the first.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void LookAtPlace(uint seat, Side side, ulong priceTicks, ref OrderLook look)
    {
        if (!Sse.IsSupported)
            return;
        look.Line = _slab.LevelLine(Ladder.HintedLevel(_slab, side, priceTicks));
        Sse.Prefetch0(look.Line);
        if (_slab.Kind != BookKind.NativeMatching && seat < _slab.SeatCapacity)
            Sse.Prefetch0(_slab.NeighbourLine(_slab.Seat(seat)->FirstOrder));
    }

    /// <summary>Third look at an order to place: fetches the one that it may stand behind.</summary>
    /// <param name="look">From the second.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void LookAtQueue(in OrderLook look)
    {
        if (Sse.IsSupported && look.Line != null)
            Sse.Prefetch0(_slab.NeighbourLine(((PriceLevel*)look.Line)->LastOrder));
    }

    /// <summary>Third look: fetches what the order will be taken out of.</summary>
    /// <param name="look">From the second.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void LookAtNeighbours(in OrderLook look)
    {
        if (!Sse.IsSupported || look.Line == null)
            return;
        ref readonly OrderNode order = ref *(OrderNode*)look.Line;
        Sse.Prefetch0(_slab.LevelLine(order.Level));
        Sse.Prefetch0(_slab.NeighbourLine(order.Previous));
        Sse.Prefetch0(_slab.NeighbourLine(order.Next));
        if (_slab.Kind == BookKind.NativeMatching)
            return;
        Sse.Prefetch0(_slab.NeighbourLine(order.SeatPrevious));
        Sse.Prefetch0(_slab.NeighbourLine(order.SeatNext));
    }
}
