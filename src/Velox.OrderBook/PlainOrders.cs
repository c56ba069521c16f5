using System.Runtime.CompilerServices;

namespace Velox.OrderBook;

/// <summary>
/// Operations on plain orders, in a market without special orders and restrictions: the short way that nearly all orders take.
/// </summary>
/// <remarks>
/// What an operation does and when it refuses is said at <see cref="Market"/>, whose operations these are; here it is done with
/// as few instructions as it takes, because at a few million operations a second a market is bound by these and not by memory:
/// pointers in place of references, one look at the index an order, and no branch where both ways are as likely.
/// <para>
/// Unsafe: all pointers come from <see cref="Slab"/>, which has checked the index behind each against its capacity.
/// </para>
/// </remarks>
/// <typeparam name="TMode">What is known of the market.</typeparam>
internal static unsafe partial class PlainOrders<TMode>
    where TMode : struct, IBookMode
{
    /// <summary>The placing of <see cref="Market.Place"/>.</summary>
    internal static BookError Place(
        in Slab slab, uint seat, in NewOrder order, ref EventWriter events, out OperationResult result)
    {
        result = default;
        MarketHeader* header = slab.Header;
        BookError error = Check(slab, seat, order, events.Remaining, out IndexPlace place);
        if (error != BookError.None)
            return error;

        BeginChange(slab);

        // The node is taken before matching frees others, because its link is part of the id that the fills carry.
        bool mayRest = order.Type.MayRest();
        uint link = mayRest ? OpenOrders<TMode>.TakeNode(slab) : 0;
        ulong orderId = (header->NextOrderSequence++ << MarketLayout.OrderLinkBits) | link;
        result.OrderId = orderId;
        DoneReason stopped = Crosses(header, order) ? Match(slab, seat, order, ref events, ref result) : DoneReason.None;
        if (stopped == DoneReason.None && mayRest)
        {
            ulong restingLots = order.QuantityLots - result.FilledLots;
            result.RestingLots = restingLots;
            OrderNode* node = Rest(slab, seat, order, link, orderId, restingLots);
            if (order.ClientOrderId != 0)
                ClientOrderIndex.InsertInto<TMode>(slab, place.Bucket, place.Key, link, seat);
            if (TMode.HasAccounts(in *header))
            {
                OpenOrders<TMode>.JoinSeat(slab, link, node);
                OpenOrders<TMode>.MoveValue(slab, node, restingLots, toLocked: true);
            }

            Emit(header, ref events, BookEventKind.Rested, order, DoneReason.None, seat, orderId, restingLots, restingLots);
        }
        else
        {
            if (mayRest)
                OpenOrders<TMode>.FreeNode(slab, link);
            Close(header, seat, order, stopped, ref events, ref result);
        }

        EndChange(header);
        return BookError.None;
    }

    /// <summary>All that may refuse an order.</summary>
    /// <param name="slab">Of the market.</param>
    /// <param name="seat">As for <see cref="Market.Place"/>.</param>
    /// <param name="order">The same.</param>
    /// <param name="eventRoom">Events that there is room for.</param>
    /// <param name="place">Where its id belongs in the index, if it has one.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static BookError Check(
        in Slab slab, uint seat, in NewOrder order, int eventRoom, out IndexPlace place)
    {
        place = default;
        BookError error = CheckForm(slab, seat, order, eventRoom);
        if (error != BookError.None)
            return error;
        ulong clientOrderId = order.ClientOrderId;
        if (clientOrderId != 0)
        {
            place.Bucket = ClientOrderIndex.BucketFor(slab, seat, clientOrderId, out place.Key);
            if (ClientOrderIndex.FindIn(slab, place.Bucket, place.Key, seat, clientOrderId, out _) != 0)
                return BookError.DuplicateClientOrderId;
        }

        if (order.Type.MayRest())
            error = CheckRoomToRest(slab, seat, order);
        return error == BookError.None && order.Type >= OrderType.FillOrKill ? CheckType(slab, seat, order) : error;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static BookError CheckForm(in Slab slab, uint seat, in NewOrder order, int eventRoom)
    {
        MarketHeader* header = slab.Header;
        bool hasSeats = TMode.HasAccounts(in *header);
        if (seat >= (hasSeats ? header->SeatCount : MarketLayout.MaxSeats))
            return BookError.UnknownSeat;
        if (order.Side > Side.Ask || order.Type > OrderType.PostOnly)
            return BookError.InvalidOrderType;
        ulong lots = order.QuantityLots;
        if (lots == 0)
            return BookError.InvalidQuantity;
        ulong priceTicks = order.PriceTicks;
        if (priceTicks == 0)
            return BookError.InvalidPrice;
        if (!Money.TryValues(lots, priceTicks, header->LotSize, header->TickSize, out ulong baseAtoms, out ulong quoteAtoms))
            return BookError.ValueOverflow;
        if (eventRoom < Market.MaxEventsPerOperation)
            return BookError.EventBufferFull;
        if (header->NextOrderSequence > MarketLayout.MaxOrderSequence)
            return BookError.SequenceExhausted;
        if (!hasSeats)
            return BookError.None;
        SeatNode* node = slab.Seat(seat);
        bool isBid = order.Side == Side.Bid;
        return (isBid ? node->QuoteFree : node->BaseFree) < (isBid ? quoteAtoms : baseAtoms)
            ? BookError.InsufficientFunds
            : BookError.None;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static BookError CheckRoomToRest(in Slab slab, uint seat, in NewOrder order)
    {
        MarketHeader* header = slab.Header;
        if (TMode.HasAccounts(in *header) && slab.Seat(seat)->OpenOrders >= header->MaxOpenOrdersPerSeat)
            return BookError.SeatOrdersFull;
        if (!Slab.HasFreeOrder(in *header))
            return BookError.OrdersFull;

        // Matching may take a block away that this finds, but then there is a free one.
        return Slab.HasFreeBlock(in *header) || Ladder.HasBlock(slab, in *header, order.Side, order.PriceTicks)
            ? BookError.None
            : BookError.LevelsFull;
    }

    /// <summary>The checks of types that are refused for what they would meet.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static BookError CheckType(in Slab slab, uint seat, in NewOrder order)
    {
        if (order.Type == OrderType.PostOnly)
            return Crosses(slab.Header, order) ? BookError.WouldCross : BookError.None;
        return WouldFill(slab, seat, order) ? BookError.None : BookError.WouldNotFill;
    }

    /// <summary>Whether the order matches the best of the other side. One comparison, whichever side it has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Crosses(MarketHeader* header, in NewOrder order)
    {
        // Of an ask all bits are turned, which turns the order of prices.
        ulong best = Ladder.SideOf(header, order.Side.Opposite())->BestTicks;
        ulong turn = 0 - (ulong)order.Side;
        return best != 0 && (order.PriceTicks ^ turn) >= (best ^ turn);
    }

    /// <summary>Puts the order behind the others at its price.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static OrderNode* Rest(in Slab slab, uint seat, in NewOrder order, uint link, ulong orderId, ulong lots)
    {
        Side side = order.Side;
        uint number = Ladder.Obtain<TMode>(slab, side, order.PriceTicks);
        OrderNode* node = slab.Order(link);
        slab.Writes<TMode>(node, sizeof(OrderNode));

        // A free node is zero but for its link, so the links of seat and index are.
        node->OrderId = orderId;
        node->ClientOrderId = order.ClientOrderId;
        node->PriceTicks = order.PriceTicks;
        node->OpenLots = lots;
        node->Level = number;
        node->Seat = (ushort)seat;
        node->Side = side;
        node->Type = order.Type;
        OpenOrders<TMode>.Append(slab, link, node);
        return node;
    }

    /// <summary>Ends an order that does not rest.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Close(
        MarketHeader* header, uint seat, in NewOrder order, DoneReason stopped, ref EventWriter events, ref OperationResult result)
    {
        result.CancelledLots = order.QuantityLots - result.FilledLots;
        result.Reason = stopped == DoneReason.None ? DoneReason.ImmediateOrCancel : stopped;
        Emit(
            header, ref events, BookEventKind.Closed, order, result.Reason, seat, result.OrderId, result.CancelledLots, 0);
    }

    /// <summary>Writes the event that says what became of an arriving order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Emit(
        MarketHeader* header, ref EventWriter events, BookEventKind kind, in NewOrder order, DoneReason reason, uint seat,
        ulong orderId, ulong lots, ulong remainingLots)
    {
        ref BookEvent written = ref events.Next();
        written.Sequence = header->NextEventSequence++;
        written.Head = BookEvent.HeadOf(kind, order.Side, reason, order.Type, seat, 0);
        written.OrderId = orderId;
        written.ClientOrderId = order.ClientOrderId;
        written.PriceTicks = order.PriceTicks;
        written.Lots = lots;
        written.RemainingLots = remainingLots;
        written.Slot = events.Slot;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void BeginChange(in Slab slab)
    {
        slab.Writes<TMode>(slab.Header, sizeof(MarketHeader));
        Market.BeginChange(ref *slab.Header);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EndChange(MarketHeader* header) => Market.EndChange(ref *header);

    /// <summary>The bucket of an id in the index, and its key.</summary>
    internal struct IndexPlace
    {
        internal IndexBucket* Bucket;
        internal ulong Key;
    }
}
