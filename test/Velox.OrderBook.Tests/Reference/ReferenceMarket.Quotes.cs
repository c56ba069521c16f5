using System.Numerics;

namespace Velox.OrderBook.Tests;

/// <content>Quotes: a bid and an ask replaced together.</content>
internal sealed partial class ReferenceMarket
{
    public BookError ReplaceQuote(uint seat, TwoSidedQuote quote, out ReferenceResult bid, out ReferenceResult ask)
    {
        ReferenceResult[] results = [default, default];
        BookError error = Operate(mayTrade: true, () =>
        {
            BookError refused = CheckQuote(seat, quote, out QuoteSide[] sides);
            if (refused != BookError.None)
                return refused;
            foreach (QuoteSide side in sides)
                results[(int)side.Order.Side] = TakeOutOrKeep(side);
            foreach (QuoteSide side in sides.Where(side => side.IsPlaced))
            {
                results[(int)side.Order.Side] = Accept(seat, side.Order, side.PriceTicks) with
                {
                    CancelledOrders = side.Old == null ? 0u : 1,
                };
            }

            return BookError.None;
        });
        (bid, ask) = (results[0], results[1]);
        return error;
    }

    private BookError CheckQuote(uint seat, TwoSidedQuote quote, out QuoteSide[] sides)
    {
        sides = [];
        if (seat >= Seats.Count)
            return BookError.UnknownSeat;
        if (!Enum.IsDefined(quote.Type) || !Rests(quote.Type) || !Enum.IsDefined(quote.SelfTrade))
            return BookError.InvalidOrderType;
        bool areCrossed = quote.BidLots != 0 && quote.AskLots != 0 && quote.BidPriceTicks >= quote.AskPriceTicks;
        if (quote.BidClientOrderId == 0 || quote.AskClientOrderId == 0
            || quote.BidClientOrderId == quote.AskClientOrderId || areCrossed)
        {
            return BookError.InvalidQuote;
        }

        NewOrder[] orders =
        [
            new(Side.Bid, quote.Type, quote.BidPriceTicks, quote.BidLots, quote.BidClientOrderId, quote.SelfTrade, 0, 0, quote.Expiry),
            new(Side.Ask, quote.Type, quote.AskPriceTicks, quote.AskLots, quote.AskClientOrderId, quote.SelfTrade, 0, 0, quote.Expiry),
        ];
        foreach (NewOrder order in orders.Where(order => order.QuantityLots != 0))
        {
            BookError error = CheckForm(order);
            if (error != BookError.None)
                return error;
        }

        if (orders.Any(order => ByClientId(seat, order.ClientOrderId) is { } open && open.Side != order.Side))
            return BookError.DuplicateClientOrderId;
        sides = orders.Select(order => new QuoteSide(order, ByClientId(seat, order.ClientOrderId))).ToArray();
        return CheckRoom(seat, sides);
    }

    private BookError CheckRoom(uint seat, QuoteSide[] sides)
    {
        ReferenceMarket without = Copy();
        foreach (QuoteSide side in sides.Where(side => side.Old != null && !side.IsKept))
            without.End(without.Orders.Single(order => order.Sequence == side.Old!.Sequence), DoneReason.Replaced);

        List<QuoteSide> placed = sides.Where(side => side.IsPlaced).ToList();
        foreach (NewOrder order in placed.Select(side => side.Order))
        {
            BigInteger needed = ValueOf(order.Side, order.QuantityLots, order.PriceTicks);
            if (without.FreeFor(seat, order.Side) < needed)
                return BookError.InsufficientFunds;
        }

        BookError restricted = without.CheckRestrictions(seat, placed.Select(side => side.Order).ToList());
        if (restricted != BookError.None)
            return restricted;
        if (placed.Count != 0
            && without.Orders.Count(order => order.Seat == seat) + placed.Count > MostOrders(Seats[(int)seat].Limits))
        {
            return BookError.SeatOrdersFull;
        }

        if (without.Orders.Count + placed.Count > parameters.OrderCapacity)
            return BookError.OrdersFull;
        foreach (QuoteSide side in placed)
        {
            ulong priceTicks = side.PriceTicks;
            BookError error = side.Order.Type switch
            {
                OrderType.PostOnly when Crosses(side.Order, without.BestOpposite(side.Order.Side)) => BookError.WouldCross,
                OrderType.PostOnlySlide => without.Slide(side.Order, out priceTicks),
                _ => BookError.None,
            };
            if (error != BookError.None)
                return error;
            side.PriceTicks = priceTicks;
        }

        HashSet<(Side Side, ulong Number)> blocks = Blocks();
        blocks.UnionWith(placed.Select(side => BlockOf(side.Order.Side, side.PriceTicks)));
        return blocks.Count > parameters.BlockCapacity ? BookError.LevelsFull : BookError.None;
    }

    private ReferenceResult TakeOutOrKeep(QuoteSide side)
    {
        if (side.Old == null)
            return default;
        if (side.IsKept)
            return TakeOff(side.Old, side.Old.OpenLots - side.Order.QuantityLots, DoneReason.None);
        return TakeOff(
            side.Old, side.Old.OpenLots, side.IsPlaced ? DoneReason.Replaced : DoneReason.Cancelled);
    }

    private sealed class QuoteSide(NewOrder order, ReferenceOrder? old)
    {
        public NewOrder Order => order;

        public ReferenceOrder? Old => old;

        /// <summary>The old one stays, smaller or as it is.</summary>
        public bool IsKept => old is { IsPending: false, Placed.DisplayLots: 0 } && order.QuantityLots != 0
            && old.Type == order.Type && old.PriceTicks == order.PriceTicks && old.Placed.Expiry == order.Expiry
            && old.OpenLots >= order.QuantityLots;

        public bool IsPlaced => order.QuantityLots != 0 && !IsKept;

        public ulong PriceTicks { get; set; } = order.PriceTicks;
    }
}
