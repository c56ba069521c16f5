using System.Runtime.CompilerServices;

namespace Velox.OrderBook;

/// <content>Placing an order: all checks first, then matching, then resting or closing.</content>
public readonly partial struct Market
{
    /// <summary>
    /// Places an order: matches it by price, then time, at the makers' prices, and rests what is left if its type says
    /// so.
    /// </summary>
    /// <remarks>
    /// An order that may rest is refused on arrival unless there is a place for it: fewer than maxOpenOrdersPerSeat
    /// open orders of its seat, a free order node, and a level at its price or a free one. This holds even if it would
    /// fill.
    /// <para>
    /// The remainder is cancelled, and the result says why, when an immediate-or-cancel finds nothing more to match,
    /// when the next order to match is of the same seat, and after <see cref="MaxFillsPerOrder"/> fills.
    /// </para>
    /// Errors, in the order of their checks: UnknownSeat, InvalidOrderType, InvalidQuantity, InvalidPrice, InvalidTrigger,
    /// InvalidDisplay, InvalidExpiry, ValueOverflow, EventBufferFull, TriggersPending, SequenceExhausted,
    /// InsufficientFunds, DuplicateClientOrderId, SeatOrdersFull, OrdersFull, LevelsFull, WouldCross, WouldNotFill.
    /// docs/order-types.md has all rules, and those of the types beyond the first four.
    /// </remarks>
    public BookError Place(uint seat, in NewOrder order, ref EventWriter events, out OperationResult result)
    {
        if (!Header.IsPlain | order.IsSpecial)
            return PlaceSpecial(seat, order, ref events, out result);

        return _slab.Kind switch
        {
            BookKind.Native => PlainOrders<NativeBook>.Place(_slab, seat, order, ref events, out result),
            BookKind.NativeMatching => PlainOrders<NativeMatchingBook>.Place(_slab, seat, order, ref events, out result),
            _ => PlainOrders<AnyBook>.Place(_slab, seat, order, ref events, out result),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSelfTrade(in MarketHeader header, in OrderNode maker, uint seat) =>
        maker.Seat == seat && !header.IsMatchingOnly;

    private static void EmitClosed(
        ref MarketHeader header, uint seat, in NewOrder order, ref EventWriter events, in OperationResult result)
    {
        ref BookEvent closed = ref NextEvent(ref header, ref events, BookEventKind.Closed, order, seat, result.OrderId);
        closed.Reason = result.Reason;
        closed.Lots = result.CancelledLots;
        closed.RemainingLots = 0;
    }

    /// <summary>An event about an arriving order, written but for its reason and lots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref BookEvent NextEvent(
        ref MarketHeader header, ref EventWriter events, BookEventKind kind, in NewOrder order, uint seat, ulong orderId)
    {
        ref BookEvent written = ref events.Next();
        written.Sequence = header.NextEventSequence++;
        written.Kind = kind;
        written.Side = order.Side;
        written.Type = order.Type;
        written.Seat = (ushort)seat;
        written.TakerSeat = 0;
        written.OrderId = orderId;
        written.ClientOrderId = order.ClientOrderId;
        written.PriceTicks = order.PriceTicks;
        written.Slot = events.Slot;
        return ref written;
    }
}
