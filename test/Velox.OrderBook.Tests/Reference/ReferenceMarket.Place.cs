using System.Numerics;

namespace Velox.OrderBook.Tests;

/// <content>The frame of every operation, and placing.</content>
internal sealed partial class ReferenceMarket
{
    /// <summary>Prices share a block with all that are the same but for this many low bits.</summary>
    private const int BlockShift = 6;

    public BookError Place(uint seat, NewOrder order, out ReferenceResult result)
    {
        ReferenceResult placed = default;
        BookError error = Operate(mayTrade: true, () =>
        {
            BookError refused = CheckPlace(seat, order, Blocks(), NextTriggered() != null, out ulong priceTicks);
            if (refused == BookError.None)
                placed = Accept(seat, order, priceTicks);
            return refused;
        });
        result = placed;
        return error;
    }

    /// <summary>Due work and triggers without a body.</summary>
    public BookError Advance() => Operate(mayTrade: true, () => BookError.None);

    /// <summary>An operation: due work, then the body, which checks and acts, then triggers.</summary>
    private BookError Operate(bool mayTrade, Func<BookError> body)
    {
        Events.Clear();
        _triggered = 0;
        if (Phase == MarketPhase.Uncrossing)
            return BookError.UncrossPending;
        ExpireDue();
        Trigger(mostEvents: 246);
        BookError error = body();
        if (error == BookError.None && mayTrade)
            Trigger(mostEvents: 766);
        return error;
    }

    private HashSet<(Side Side, ulong Number)> Blocks() =>
        Book.Select(order => BlockOf(order.Side, order.PriceTicks)).ToHashSet();

    private static (Side Side, ulong Number) BlockOf(Side side, ulong priceTicks) => (side, priceTicks >> BlockShift);

    /// <summary>All checks of an order against the market as it stands, but blocks and backlog as given.</summary>
    private BookError CheckPlace(
        uint seat, NewOrder order, HashSet<(Side Side, ulong Number)> blocks, bool areTriggersPending, out ulong priceTicks,
        bool isReplacing = false)
    {
        priceTicks = order.PriceTicks;
        if (seat >= Seats.Count)
            return BookError.UnknownSeat;
        if (!Enum.IsDefined(order.Side) || !Enum.IsDefined(order.Type) || !Enum.IsDefined(order.SelfTrade))
            return BookError.InvalidOrderType;
        BookError error = CheckForm(order);
        if (error != BookError.None)
            return error;

        bool isStop = order.TriggerTicks != 0;
        if (isStop && areTriggersPending)
            return BookError.TriggersPending;
        bool isPlainMarketBid = order is { Type: OrderType.Market, Side: Side.Bid, TriggerTicks: 0 };
        BigInteger needed = isPlainMarketBid ? 0 : ValueOf(order.Side, order.QuantityLots, order.PriceTicks);
        if (FreeFor(seat, order.Side) < needed)
            return BookError.InsufficientFunds;
        error = CheckRestrictions(seat, [order]);
        if (error != BookError.None)
            return error;
        if (ByClientId(seat, order.ClientOrderId) != null)
            return BookError.DuplicateClientOrderId;

        if (isStop || Rests(order.Type))
        {
            if (!isReplacing && Orders.Count(other => other.Seat == seat) >= MostOrders(Seats[(int)seat].Limits))
                return BookError.SeatOrdersFull;
            if (Orders.Count == parameters.OrderCapacity)
                return BookError.OrdersFull;
        }

        if (isStop)
            return BookError.None;
        if (order.Type == OrderType.PostOnlySlide)
        {
            error = Slide(order, out priceTicks);
            if (error != BookError.None)
                return error;
        }

        if (Rests(order.Type) && blocks.Count == parameters.BlockCapacity
            && !blocks.Contains(BlockOf(order.Side, priceTicks)))
        {
            return BookError.LevelsFull;
        }

        if (order.Type == OrderType.PostOnly && Crosses(order, BestOpposite(order.Side)))
            return BookError.WouldCross;
        return order.Type == OrderType.FillOrKill && !WouldFill(seat, order)
            ? BookError.WouldNotFill
            : BookError.None;
    }

    /// <summary>What can be said of an order by itself, and by the clock.</summary>
    private BookError CheckForm(NewOrder order)
    {
        bool isStop = order.TriggerTicks != 0;
        bool hasPrice = order.Type != OrderType.Market || (isStop && order.Side == Side.Bid);
        if (order.QuantityLots == 0)
            return BookError.InvalidQuantity;
        if (hasPrice != (order.PriceTicks != 0))
            return BookError.InvalidPrice;
        if (isStop && order.Type is not (OrderType.Limit or OrderType.ImmediateOrCancel or OrderType.Market))
            return BookError.InvalidTrigger;
        if (order.DisplayLots != 0 && !Rests(order.Type))
            return BookError.InvalidDisplay;
        if (order.Expiry != Expiry.Never && (IsExpired(order) || !(isStop || Rests(order.Type))))
            return BookError.InvalidExpiry;
        return ValueOf(Side.Bid, order.QuantityLots, order.PriceTicks) > ulong.MaxValue
            || ValueOf(Side.Ask, order.QuantityLots, 0) > ulong.MaxValue
            ? BookError.ValueOverflow
            : BookError.None;
    }

    private BookError Slide(NewOrder order, out ulong priceTicks)
    {
        priceTicks = order.PriceTicks;
        ReferenceOrder? best = BestOpposite(order.Side);
        if (!Crosses(order, best))
            return BookError.None;
        BigInteger moved = order.Side == Side.Bid ? (BigInteger)best!.PriceTicks - 1 : (BigInteger)best!.PriceTicks + 1;
        if (moved < 1 || moved > ulong.MaxValue)
            return BookError.WouldCross;
        priceTicks = (ulong)moved;
        return ValueOf(Side.Bid, order.QuantityLots, priceTicks) > ulong.MaxValue
            ? BookError.ValueOverflow
            : BookError.None;
    }

    /// <summary>Whether matching would fill all of it: tried on a copy.</summary>
    private bool WouldFill(uint seat, NewOrder order)
    {
        ReferenceMarket copy = Copy();
        var taker = new ReferenceOrder(copy._nextSequence, seat, order);
        return copy.Match(taker, copy.Seats[(int)seat].QuoteFree).FilledLots == order.QuantityLots;
    }

    /// <summary>Executes an order that has been checked: it waits, or it matches and rests or is closed.</summary>
    private ReferenceResult Accept(uint seat, NewOrder order, ulong priceTicks)
    {
        var accepted = new ReferenceOrder(_nextSequence++, seat, order with { PriceTicks = priceTicks });
        if (order.TriggerTicks == 0)
            return Enter(accepted, order.QuantityLots, FreeFor(seat, Side.Bid));

        accepted.IsPending = true;
        accepted.VisibleLots = order.QuantityLots;
        AddToFree(seat, PaysWith(order.Side), -ValueOf(order.Side, order.QuantityLots, priceTicks));
        Orders.Add(accepted);
        Tell(BookEventKind.Accepted, accepted, order.QuantityLots, DoneReason.None, order.Type);
        return new(accepted.Sequence, 0, order.QuantityLots, 0, 0, DoneReason.None);
    }

    /// <summary>Matches an order that is not on the list of orders, then rests or closes what is left of it.</summary>
    private ReferenceResult Enter(ReferenceOrder order, ulong lots, BigInteger budget)
    {
        order.VisibleLots = lots;
        Matched matched = Phase == MarketPhase.Continuous ? Match(order, budget) : default;
        ulong left = order.VisibleLots;
        DoneReason reason = matched.Reason;
        if (reason == DoneReason.None && Rests(order.Type))
        {
            if (Blocks().Count < parameters.BlockCapacity
                || Blocks().Contains(BlockOf(order.Side, order.PriceTicks)))
            {
                Rest(order);
                return new(order.Sequence, matched.FilledLots, left, matched.DecrementedLots, 0, DoneReason.None);
            }

            reason = DoneReason.NoRoom;
        }

        if (reason == DoneReason.None)
            reason = DoneReason.ImmediateOrCancel;
        order.VisibleLots = 0;
        ulong cancelledLots = left + matched.DecrementedLots;
        Tell(BookEventKind.Closed, order, cancelledLots, reason, order.Type);
        return new(order.Sequence, matched.FilledLots, 0, cancelledLots, 0, reason);
    }

    private void Rest(ReferenceOrder order)
    {
        AddToFree(order.Seat, PaysWith(order.Side), -ValueOf(order.Side, order.VisibleLots, order.PriceTicks));
        ulong lots = order.VisibleLots;
        order.VisibleLots = order.Placed.DisplayLots == 0 ? lots : Math.Min(lots, order.Placed.DisplayLots);
        order.HiddenLots = lots - order.VisibleLots;
        order.Priority = _nextPriority++;
        Orders.Add(order);
        Tell(BookEventKind.Rested, order, order.VisibleLots, DoneReason.None, order.Type);
    }

    private void Tell(BookEventKind kind, ReferenceOrder order, ulong lots, DoneReason reason, OrderType type = 0)
    {
        bool isOfStop = kind is BookEventKind.Accepted or BookEventKind.Triggered or BookEventKind.Withdrawn;
        Events.Add(new(
            kind, order.Side, reason, type, order.Seat, 0, order.Sequence, order.ClientOrderId,
            isOfStop ? order.Placed.TriggerTicks : order.PriceTicks, lots, order.VisibleLots));
    }

    private static bool Rests(OrderType type) =>
        type is OrderType.Limit or OrderType.PostOnly or OrderType.PostOnlySlide;

    private ReferenceOrder? BestOpposite(Side side) => InPriority(Other(side)).FirstOrDefault();

    private static bool Crosses(NewOrder order, ReferenceOrder? maker) => maker != null
        && (order.Type == OrderType.Market
            || (order.Side == Side.Bid ? order.PriceTicks >= maker.PriceTicks : order.PriceTicks <= maker.PriceTicks));

    private static Side Other(Side side) => side == Side.Bid ? Side.Ask : Side.Bid;
}
