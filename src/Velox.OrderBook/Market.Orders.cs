using System.Runtime.CompilerServices;

namespace Velox.OrderBook;

/// <content>Resting orders: their links to level and seat, the value locked behind them, and the ways out of the
/// book.</content>
public readonly partial struct Market
{
    /// <summary>Puts an order that is written but for its links behind the others of its level.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AppendToLevel(ref MarketHeader header, uint link, ref OrderNode order)
    {
        ref PriceLevel level = ref _slab.WriteLevel(order.Level);
        uint last = level.LastOrder;
        order.Previous = last;
        if (last == 0)
            level.FirstOrder = link;
        else
            _slab.WriteOrder(last).Next = link;
        level.LastOrder = link;
        level.OrderCount++;
        Money.Add(ref level.TotalLots, order.OpenLots);
        header.SideOf(order.Side).OrderCount++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddToSeat(ref SeatNode seat, uint link, ref OrderNode order)
    {
        uint newest = seat.FirstOrder;
        order.SeatNext = newest;
        if (newest != 0)
            _slab.WriteOrder(newest).SeatPrevious = link;
        seat.FirstOrder = link;
        seat.OpenOrders++;
    }

    /// <summary>
    /// Takes lots off an order and its level; at 0 the order leaves the book, and with its last order the level.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void TakeLots(ref MarketHeader header, uint link, ulong lots)
    {
        ref OrderNode order = ref _slab.WriteOrder(link);
        ref PriceLevel level = ref _slab.WriteLevel(order.Level);
        Money.Subtract(ref order.OpenLots, lots);
        Money.Subtract(ref level.TotalLots, lots);
        if (order.OpenLots == 0)
            Unlink(ref header, link, order, ref level);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Unlink(ref MarketHeader header, uint link, in OrderNode order, ref PriceLevel level)
    {
        if (order.ClientOrderId != 0)
            ClientOrderIndex.Remove(_slab, ref header, link, order);
        if (!header.IsMatchingOnly)
            UnlinkFromSeat(order);
        UnlinkFromLevel(ref header, order, ref level);
        _slab.FreeOrder(ref header, link);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void UnlinkFromLevel(ref MarketHeader header, in OrderNode order, ref PriceLevel level)
    {
        if (order.Previous == 0)
            level.FirstOrder = order.Next;
        else
            _slab.WriteOrder(order.Previous).Next = order.Next;
        if (order.Next == 0)
            level.LastOrder = order.Previous;
        else
            _slab.WriteOrder(order.Next).Previous = order.Previous;
        level.OrderCount--;
        header.SideOf(order.Side).OrderCount--;
        if (level.FirstOrder == 0)
            Ladder.Remove(_slab, ref header, order.Side, order.Level);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void UnlinkFromSeat(in OrderNode order)
    {
        ref SeatNode seat = ref _slab.WriteSeat(order.Seat);
        if (order.SeatPrevious == 0)
            seat.FirstOrder = order.SeatNext;
        else
            _slab.WriteOrder(order.SeatPrevious).SeatNext = order.SeatNext;
        if (order.SeatNext != 0)
            _slab.WriteOrder(order.SeatNext).SeatPrevious = order.SeatPrevious;
        seat.OpenOrders--;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Lock(ref SeatNode seat, in MarketHeader header, Side side, ulong lots, ulong priceTicks)
    {
        if (side == Side.Bid)
            Move(ref seat.QuoteFree, ref seat.QuoteLocked, lots * priceTicks * header.TickSize);
        else
            Move(ref seat.BaseFree, ref seat.BaseLocked, lots * header.LotSize);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Unlock(ref SeatNode seat, in MarketHeader header, Side side, ulong lots, ulong priceTicks)
    {
        if (side == Side.Bid)
            Move(ref seat.QuoteLocked, ref seat.QuoteFree, lots * priceTicks * header.TickSize);
        else
            Move(ref seat.BaseLocked, ref seat.BaseFree, lots * header.LotSize);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Move(ref ulong from, ref ulong to, ulong atoms)
    {
        Money.Subtract(ref from, atoms);
        Money.Add(ref to, atoms);
    }

    /// <summary>
    /// The link of an open order, or 0. O(1): the id names the node, and the node must hold the same id.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint LinkOf(ulong orderId)
    {
        uint link = (uint)(orderId & ((1UL << MarketLayout.OrderLinkBits) - 1));
        return link - 1 < Header.UsedOrders && _slab.ReadOrder(link).OrderId == orderId ? link : 0;
    }

    /// <summary>The link of a seat's open order, or 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint FindById(uint seat, ulong orderId)
    {
        uint link = LinkOf(orderId);
        return link != 0 && _slab.ReadOrder(link).Seat == seat ? link : 0;
    }

    private uint FindByClientId(uint seat, ulong clientOrderId) =>
        ClientOrderIndex.Find(_slab, Header.IndexBuckets, seat, clientOrderId);
}
