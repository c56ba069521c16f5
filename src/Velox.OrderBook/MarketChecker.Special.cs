using static Velox.OrderBook.Contradiction;

namespace Velox.OrderBook;

/// <content>Checks of what only some orders have: extras, and the heaps of expiries and of waiting stops.</content>
internal sealed partial class MarketChecker
{
    private uint _specialOrders;
    private uint _slotExpiries;
    private uint _timeExpiries;
    private uint _waiting;

    private ulong HiddenLotsOf(uint link, in OrderNode order) =>
        order.HasExtra && !order.IsWaiting ? _slab.ReadExtra(link).HiddenLots : 0;

    /// <summary>Checks the extra of an open order by itself, and counts it.</summary>
    private void CheckExtra(uint link, in OrderNode order)
    {
        OrderExtra extra = _slab.ReadExtra(link);
        if (!order.HasExtra)
        {
            Require(extra.IsZeroButForCell, $"Order {link}: a plain order with an extra.");
            return;
        }

        _specialOrders++;
        Require(extra.Expiry != 0 || extra.HeapPlace == 0, $"Order {link}: in a heap of expiries, and has none.");
        if (extra.Expiry != 0)
        {
            bool isTime = Expiry.FromBits(extra.Expiry).IsTime;
            uint place = extra.HeapPlace;
            ref uint counted = ref isTime ? ref _timeExpiries : ref _slotExpiries;
            counted++;
            Require(
                place - 1 < _slab.OrderCapacity && _slab.ReadExtra(ExpiryHeap.CellOf(_slab, isTime, place)).HeapOrder == link,
                $"Order {link}: not at its place in the heap of expiries.");
        }

        if (order.IsWaiting)
        {
            Require(extra.TriggerTicks != 0, $"Order {link}: waits without a trigger.");
            return;
        }

        Require(extra.DisplayLots != 0 || extra.Expiry != 0, $"Order {link}: marked as special, and plain.");
        Require(
            extra.DisplayLots == 0 ? extra.HiddenLots == 0 : order.OpenLots <= extra.DisplayLots,
            $"Order {link}: hides lots without a peak, or shows more than one.");
    }

    /// <summary>Checks that each heap of expiries has as many places as there are orders with one, in order.</summary>
    private void CheckExpiries(in MarketHeader header)
    {
        Require(
            _slotExpiries == header.SlotExpiries && _timeExpiries == header.TimeExpiries,
            $"{_slotExpiries} and {_timeExpiries} orders have expiries, {header.SlotExpiries} and {header.TimeExpiries} counted.");
        Require(
            (ulong)_slotExpiries + _timeExpiries <= _slab.OrderCapacity, $"The heaps of expiries meet.");
        CheckHeap(isTime: false, _slotExpiries);
        CheckHeap(isTime: true, _timeExpiries);
        for (uint cell = _slotExpiries + 1; cell <= _slab.OrderCapacity - _timeExpiries; cell++)
            Require(_slab.ReadExtra(cell).HeapOrder == 0, $"Cell {cell}: not in a heap of expiries, and not zero.");
    }

    private void CheckHeap(bool isTime, uint count)
    {
        for (uint place = 1; place <= count; place++)
        {
            uint link = _slab.ReadExtra(ExpiryHeap.CellOf(_slab, isTime, place)).HeapOrder;
            Require(
                link - 1 < _slab.OrderCapacity && _slab.ReadExtra(link).HeapPlace == place,
                $"Place {place} of a heap of expiries: its order does not know it.");
            if (place == 1)
                continue;
            uint above = _slab.ReadExtra(ExpiryHeap.CellOf(_slab, isTime, place / 2)).HeapOrder;
            Require(ExpiryHeap.IsBefore(_slab, above, link), $"Place {place} of a heap of expiries: out of order.");
        }
    }

    private void CheckStops(in MarketHeader header)
    {
        CheckStops(Side.Bid, header.FirstStopBid);
        CheckStops(Side.Ask, header.FirstStopAsk);
    }

    private void CheckStops(Side side, uint first)
    {
        var open = new Stack<(uint Link, uint Parent)>();
        if (first != 0)
            open.Push((first, 0));
        while (open.TryPop(out (uint Link, uint Parent) at))
        {
            (uint link, uint parent) = at;
            OrderNode order = _slab.ReadOrder(link);
            Visit(_seenOrders, link, _slab.ReadHeader().UsedOrders, "Order");
            Require(order.IsWaiting && order.HasExtra && order.Side == side, $"Order {link}: in a heap of stops, and does not wait.");
            CheckOrder(link, order);
            Require(StopHeap.ParentOf(order) == parent, $"Stop {link}: its parent is not {parent}.");
            Require(parent == 0 || StopHeap.IsBefore(_slab, parent, link), $"Stop {link}: below one that is triggered later.");
            uint left = StopHeap.RankOf(_slab, order.Previous);
            uint right = StopHeap.RankOf(_slab, order.Next);
            Require(left >= right && StopHeap.RankOf(_slab, link) == right + 1, $"Stop {link}: its rank is wrong.");
            _waiting++;
            if (order.Previous != 0)
                open.Push((order.Previous, link));
            if (order.Next != 0)
                open.Push((order.Next, link));
        }
    }
}
