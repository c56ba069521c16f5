using System.Runtime.CompilerServices;

namespace Velox.OrderBook;

/// <content>Taking lots off open orders.</content>
internal static unsafe partial class PlainOrders<TMode>
{
    /// <summary>Takes lots off an open order of a seat that is named by its trader's id.</summary>
    /// <param name="slab">Of the market.</param>
    /// <param name="seat">Whose order.</param>
    /// <param name="clientOrderId">0 names none.</param>
    /// <param name="byLots">At least its open lots: the order ends.</param>
    /// <param name="wholeReason">Why it does then.</param>
    /// <param name="events">Receives one event.</param>
    /// <param name="result">What was done.</param>
    internal static BookError TakeByClientId(
        in Slab slab, uint seat, ulong clientOrderId, ulong byLots, DoneReason wholeReason, ref EventWriter events,
        out OperationResult result)
    {
        result = default;
        if (!HasSeat(slab.Header, seat))
            return BookError.UnknownSeat;
        if (byLots == 0)
            return BookError.InvalidQuantity;
        if (clientOrderId == 0)
            return BookError.UnknownOrder;
        IndexBucket* bucket = ClientOrderIndex.BucketFor(slab, seat, clientOrderId, out ulong key);
        uint link = ClientOrderIndex.FindIn(slab, bucket, key, seat, clientOrderId, out int place);
        if (link == 0)
            return BookError.UnknownOrder;
        if (events.Remaining < 1)
            return BookError.EventBufferFull;

        OrderNode* node = slab.Order(link);
        BeginChange(slab);
        if (byLots >= node->OpenLots)
            ClientOrderIndex.RemoveFrom<TMode>(slab, bucket, key, place, link);
        Take(slab, link, node, byLots, wholeReason, ref events, ref result);
        EndChange(slab.Header);
        return BookError.None;
    }

    /// <summary>The same, by the engine's id.</summary>
    internal static BookError TakeById(
        in Slab slab, uint seat, ulong orderId, ulong byLots, DoneReason wholeReason, ref EventWriter events,
        out OperationResult result)
    {
        result = default;
        if (!HasSeat(slab.Header, seat))
            return BookError.UnknownSeat;
        if (byLots == 0)
            return BookError.InvalidQuantity;
        uint link = (uint)(orderId & ((1UL << MarketLayout.OrderLinkBits) - 1));
        if (link - 1 >= slab.Header->UsedOrders)
            return BookError.UnknownOrder;
        OrderNode* node = slab.Order(link);
        if (node->OrderId != orderId || node->Seat != seat)
            return BookError.UnknownOrder;
        if (events.Remaining < 1)
            return BookError.EventBufferFull;

        BeginChange(slab);
        if (byLots >= node->OpenLots)
            OpenOrders<TMode>.LeaveIndex(slab, link, node);
        Take(slab, link, node, byLots, wholeReason, ref events, ref result);
        EndChange(slab.Header);
        return BookError.None;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasSeat(MarketHeader* header, uint seat) =>
        seat < (TMode.HasAccounts(in *header) ? header->SeatCount : MarketLayout.MaxSeats);

    /// <summary>Takes unfilled lots off an order, which has left the index if these are all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take(
        in Slab slab, uint link, OrderNode* node, ulong byLots, DoneReason wholeReason, ref EventWriter events,
        ref OperationResult result)
    {
        MarketHeader* header = slab.Header;
        ulong openLots = node->OpenLots;
        bool isWhole = byLots >= openLots;
        ulong lots = isWhole ? openLots : byLots;
        ulong leftLots = openLots - lots;
        DoneReason reason = isWhole ? wholeReason : DoneReason.None;
        result.OrderId = node->OrderId;
        result.RestingLots = leftLots;
        result.CancelledLots = lots;
        result.CancelledOrders = isWhole ? 1u : 0;
        result.Reason = reason;
        if (TMode.HasAccounts(in *header))
            OpenOrders<TMode>.MoveValue(slab, node, lots, toLocked: false);

        ref BookEvent written = ref events.Next();
        written.Sequence = header->NextEventSequence++;
        written.Head = BookEvent.HeadOf(
            isWhole ? BookEventKind.Cancelled : BookEventKind.Reduced, node->Side, reason, default, node->Seat, 0);
        written.OrderId = node->OrderId;
        written.ClientOrderId = node->ClientOrderId;
        written.PriceTicks = node->PriceTicks;
        written.Lots = lots;
        written.RemainingLots = leftLots;
        written.Slot = events.Slot;

        PriceLevel* level = slab.Level(node->Level);
        slab.Writes<TMode>(level, sizeof(PriceLevel));
        Money.Subtract(ref level->TotalLots, lots);
        if (isWhole)
        {
            OpenOrders<TMode>.Unlink(slab, link, node, level);
            return;
        }

        slab.Writes<TMode>(node, sizeof(OrderNode));
        node->OpenLots = leftLots;
    }
}
