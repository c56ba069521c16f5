using System.Runtime.CompilerServices;

namespace Velox.OrderBook;

/// <content>Matching.</content>
internal static unsafe partial class PlainOrders<TMode>
{
    /// <summary>Whether matching would fill the whole order: the walk of <see cref="Match"/>, without a change.</summary>
    private static bool WouldFill(in Slab slab, uint seat, in NewOrder order)
    {
        Side makers = order.Side.Opposite();
        ulong wantedLots = order.QuantityLots;
        uint level = Ladder.SideOf(slab.Header, makers)->Best;
        uint link = level == 0 ? 0 : slab.Level(level)->FirstOrder;
        for (int fills = 0; fills < Market.MaxFillsPerOrder && level != 0; fills++)
        {
            OrderNode* maker = slab.Order(link);
            if (!order.Side.Crosses(order.PriceTicks, maker->PriceTicks) || IsSelfTrade(slab, maker, seat))
                return false;
            if (maker->OpenLots >= wantedLots)
                return true;

            wantedLots -= maker->OpenLots;
            link = maker->Next;
            if (link == 0)
            {
                level = Ladder.NextWorse(slab, makers, level);
                link = level == 0 ? 0 : slab.Level(level)->FirstOrder;
            }
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSelfTrade(in Slab slab, OrderNode* maker, uint seat) =>
        TMode.HasAccounts(in *slab.Header) && maker->Seat == seat;

    /// <summary>Fills an order that crosses as far as it goes.</summary>
    /// <returns><see cref="DoneReason.None"/> when nothing more matches; else why it stopped.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static DoneReason Match(
        in Slab slab, uint seat, in NewOrder order, ref EventWriter events, ref OperationResult result)
    {
        MarketHeader* header = slab.Header;
        BookSide* makers = Ladder.SideOf(header, order.Side.Opposite());
        ulong wantedLots = order.QuantityLots;
        DoneReason reason = DoneReason.None;
        for (int fills = 0; ; fills++)
        {
            uint link = slab.Level(makers->Best)->FirstOrder;
            OrderNode* maker = slab.Order(link);
            if (IsSelfTrade(slab, maker, seat))
                reason = DoneReason.SelfTrade;
            else if (fills == Market.MaxFillsPerOrder)
                reason = DoneReason.FillLimit;
            if (reason != DoneReason.None)
                break;

            ulong lots = Math.Min(wantedLots, maker->OpenLots);
            Fill(slab, seat, order.Side, link, maker, lots, result.OrderId, ref events);
            wantedLots -= lots;
            if (wantedLots == 0)
                reason = DoneReason.Filled;
            if (wantedLots == 0 || !Crosses(header, order))
                break;
        }

        result.FilledLots = order.QuantityLots - wantedLots;
        return reason;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fill(
        in Slab slab, uint seat, Side takerSide, uint link, OrderNode* maker, ulong lots, ulong takerOrderId,
        ref EventWriter events)
    {
        MarketHeader* header = slab.Header;
        ulong priceTicks = maker->PriceTicks;
        if (TMode.HasAccounts(in *header))
            Settlement.Settle<TMode>(slab, seat, takerSide, maker->Seat, lots, priceTicks);
        header->LastTradePriceTicks = priceTicks;
        header->TradeCount++;

        ref BookEvent fill = ref events.Next();
        fill.Sequence = header->NextEventSequence++;
        fill.Head = BookEvent.HeadOf(BookEventKind.Fill, maker->Side, DoneReason.None, default, maker->Seat, seat);
        fill.OrderId = maker->OrderId;
        fill.TakerOrderId = takerOrderId;
        fill.PriceTicks = priceTicks;
        fill.Lots = lots;
        fill.RemainingLots = maker->OpenLots - lots;
        fill.Slot = events.Slot;
        OpenOrders<TMode>.TakeLots(slab, link, maker, lots);
    }
}
