using System.Runtime.CompilerServices;

namespace Velox.OrderBook;

/// <content>Open orders that are more than plain: opening, taking lots off and closing them.</content>
public readonly unsafe partial struct Market
{
    /// <summary>Whether a side may rest at a price without a block that there is not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool HasRoomAt(in MarketHeader header, Side side, ulong priceTicks) =>
        Slab.HasFreeBlock(header) || Ladder.HasBlock(_slab, header, side, priceTicks);

    /// <summary>The order that an open one would be, were it placed now: what is left of it.</summary>
    private NewOrder OrderOf(uint link)
    {
        ref readonly OrderNode node = ref _slab.ReadOrder(link);
        var order = new NewOrder(
            node.Side, node.Type, node.PriceTicks, node.OpenLots, node.ClientOrderId, node.IsWaiting ? node.SelfTrade : default);
        if (!node.HasExtra)
            return order;
        ref readonly OrderExtra extra = ref _slab.ReadExtra(link);
        return order with
        {
            QuantityLots = OpenLotsOf(link),
            DisplayLots = extra.DisplayLots,
            TriggerTicks = node.IsWaiting ? extra.TriggerTicks : 0,
            Expiry = Expiry.FromBits(extra.Expiry),
        };
    }

    /// <summary>Reads an open order of any seat by its engine id, with what only its trader knows.</summary>
    public bool TryGetOpenOrder(ulong orderId, out OpenOrder order)
    {
        uint link = LinkOf(orderId);
        order = default;
        if (link == 0)
            return false;
        ref readonly OrderNode node = ref _slab.ReadOrder(link);
        order = new OpenOrder(orderId, node.Seat, OrderOf(link), HiddenLotsOf(link, node), node.IsWaiting);
        return true;
    }

    /// <summary>What is shown and what is hidden.</summary>
    private ulong OpenLotsOf(uint link)
    {
        ref readonly OrderNode node = ref _slab.ReadOrder(link);
        return node.OpenLots + HiddenLotsOf(link, node);
    }

    private ulong HiddenLotsOf(uint link, in OrderNode node) =>
        node.HasExtra && !node.IsWaiting ? _slab.ReadExtra(link).HiddenLots : 0;

    /// <summary>Writes who an order is, and puts it on its seat's list and into the index. No lots, level or extra.</summary>
    private void OpenNode(ref MarketHeader header, in Taker taker, uint link)
    {
        ref readonly NewOrder order = ref taker.Order;
        ref OrderNode node = ref _slab.WriteOrder(link);
        node = new OrderNode
        {
            OrderId = taker.OrderId,
            ClientOrderId = order.ClientOrderId,
            PriceTicks = order.PriceTicks,
            Seat = (ushort)taker.Seat,
            Side = order.Side,
            Type = order.Type,
        };
        if (order.ClientOrderId != 0)
            ClientOrderIndex.Insert(_slab, ref header, link, taker.Seat, order.ClientOrderId);
        if (!header.IsMatchingOnly)
            OpenOrders<AnyBook>.JoinSeat(_slab, link, _slab.Order(link));
    }

    /// <summary>Writes what an order has beyond a plain one, but for hidden lots or trigger.</summary>
    private void OpenExtra(ref MarketHeader header, in NewOrder order, uint link)
    {
        ref OrderExtra extra = ref _slab.WriteExtra(link);
        extra.DisplayLots = order.DisplayLots;
        extra.Expiry = order.Expiry.Bits;
        if (order.Expiry != Expiry.Never)
            ExpiryHeap.Add(_slab, ref header, link);
    }

    /// <summary>Takes everything that only some orders have from an order that is closed or plain from now on.</summary>
    private void CloseExtra(ref MarketHeader header, uint link)
    {
        ref OrderExtra extra = ref _slab.WriteExtra(link);
        if (extra.Expiry != 0)
            ExpiryHeap.Remove(_slab, ref header, link);
        extra.HiddenLots = 0;
        extra.DisplayLots = 0;
        extra.Expiry = 0;
        _slab.WriteOrder(link).HasExtra = false;
        if (header.SpecialOrders == 0)
            Slab.ThrowCorrupt("There are more special orders than are counted.");
        header.SpecialOrders--;
    }

    /// <summary>Takes an order that is in no level and in no heap of stops from its seat and the index, and frees it.</summary>
    private void CloseNode(ref MarketHeader header, uint link)
    {
        OrderNode node = _slab.ReadOrder(link);
        if (node.HasExtra)
            CloseExtra(ref header, link);
        if (node.ClientOrderId != 0)
            ClientOrderIndex.Remove(_slab, ref header, link, node);
        if (!header.IsMatchingOnly)
            OpenOrders<AnyBook>.LeaveSeat(_slab, _slab.Order(link));
        OpenOrders<AnyBook>.FreeNode(_slab, link);
    }

    private void LockLots(in MarketHeader header, uint link, ulong lots)
    {
        if (!header.IsMatchingOnly)
            OpenOrders<AnyBook>.MoveValue(_slab, _slab.Order(link), lots, toLocked: true);
    }

    private void UnlockLots(in MarketHeader header, uint link, ulong lots)
    {
        if (!header.IsMatchingOnly)
            OpenOrders<AnyBook>.MoveValue(_slab, _slab.Order(link), lots, toLocked: false);
    }

    /// <summary>Ends an open order of any kind, and says why.</summary>
    private void End(ref MarketHeader header, uint link, DoneReason reason, ref EventWriter events) =>
        TakeOff(ref header, link, OpenLotsOf(link), reason, ref events);

    /// <summary>Takes unfilled lots off an open order of any kind, hidden ones first, frees their value and says so.</summary>
    /// <param name="header">In a change.</param>
    /// <param name="link">Of the order.</param>
    /// <param name="lots">At most all that is open; all of it ends the order.</param>
    /// <param name="wholeReason">Why the order ends, if it does.</param>
    /// <param name="events">Receives one event.</param>
    private void TakeOff(ref MarketHeader header, uint link, ulong lots, DoneReason wholeReason, ref EventWriter events)
    {
        ref OrderNode node = ref _slab.WriteOrder(link);
        ulong hiddenLots = HiddenLotsOf(link, node);
        ulong fromHidden = Math.Min(lots, hiddenLots);
        ulong fromShown = lots - fromHidden;
        bool isWhole = fromShown == node.OpenLots;
        UnlockLots(header, link, lots);
        if (fromHidden != 0)
            _slab.WriteExtra(link).HiddenLots = hiddenLots - fromHidden;

        BookEventKind kind = node.IsWaiting ? BookEventKind.Withdrawn
            : isWhole ? BookEventKind.Cancelled
            : BookEventKind.Reduced;
        EmitTaken(ref header, link, kind, fromShown, isWhole ? wholeReason : DoneReason.None, ref events);
        TakeShown(ref header, link, fromShown);
    }

    /// <summary>Takes shown lots off an order. At 0 it is closed, wherever it is.</summary>
    private void TakeShown(ref MarketHeader header, uint link, ulong lots)
    {
        ref OrderNode node = ref _slab.WriteOrder(link);
        if (!node.IsWaiting)
        {
            if (node.HasExtra && lots == node.OpenLots)
                CloseExtra(ref header, link);
            OpenOrders<AnyBook>.TakeLots(_slab, link, _slab.Order(link), lots);
            return;
        }

        Money.Subtract(ref node.OpenLots, lots);
        if (node.OpenLots == 0)
        {
            StopHeap.Remove(_slab, ref header, link);
            CloseNode(ref header, link);
        }
    }

    /// <summary>An event about lots that an open order is about to lose.</summary>
    private void EmitTaken(
        ref MarketHeader header, uint link, BookEventKind kind, ulong lots, DoneReason reason, ref EventWriter events)
    {
        ref readonly OrderNode node = ref _slab.ReadOrder(link);
        ref BookEvent taken = ref NextEvent(ref header, ref events, kind, node);
        taken.Reason = reason;
        taken.Lots = lots;
        taken.RemainingLots = node.OpenLots - lots;
        if (node.IsWaiting)
            taken.PriceTicks = _slab.ReadExtra(link).TriggerTicks;
    }

    /// <summary>An event about an open order, written but for its reason and lots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref BookEvent NextEvent(
        ref MarketHeader header, ref EventWriter events, BookEventKind kind, in OrderNode node)
    {
        ref BookEvent written = ref events.Next();
        written.Sequence = header.NextEventSequence++;
        written.Kind = kind;
        written.Side = node.Side;
        written.Type = default;
        written.Seat = node.Seat;
        written.TakerSeat = 0;
        written.OrderId = node.OrderId;
        written.ClientOrderId = node.ClientOrderId;
        written.PriceTicks = node.PriceTicks;
        written.Slot = events.Slot;
        return ref written;
    }
}
