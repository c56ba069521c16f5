using System.Numerics;

namespace Velox.OrderBook.Tests;

/// <content>Matching: fills, peaks, self-trade, fees.</content>
internal sealed partial class ReferenceMarket
{
    private const int MostEventsOfMatching = 255;

    private readonly record struct Matched(ulong FilledLots, ulong DecrementedLots, DoneReason Reason);

    /// <summary>Matches a taker's visible lots.</summary>
    private Matched Match(ReferenceOrder taker, BigInteger budget)
    {
        ulong filled = 0;
        ulong decremented = 0;
        ulong left = taker.VisibleLots == 0 ? taker.Placed.QuantityLots : taker.VisibleLots;
        int eventsBefore = Events.Count;
        DoneReason reason = DoneReason.None;
        while (reason == DoneReason.None)
        {
            ReferenceOrder? maker = BestOpposite(taker.Side);
            bool isAtLimit = Events.Count - eventsBefore >= MostEventsOfMatching;
            if (left == 0)
            {
                reason = DoneReason.Filled;
            }
            else if (!Crosses(taker.Placed, maker))
            {
                break;
            }
            else if (IsExpired(maker!.Placed))
            {
                if (isAtLimit)
                    reason = DoneReason.FillLimit;
                else
                    End(maker, DoneReason.Expired);
            }
            else if (maker.Seat == taker.Seat)
            {
                if (taker.Placed.SelfTrade == SelfTrade.CancelTaker)
                    reason = DoneReason.SelfTrade;
                else if (isAtLimit)
                    reason = DoneReason.FillLimit;
                else
                    reason = MeetItself(taker, maker, ref left, ref decremented);
            }
            else if (isAtLimit)
            {
                reason = DoneReason.FillLimit;
            }
            else
            {
                ulong lots = Math.Min(left, maker.VisibleLots);
                if (taker is { Type: OrderType.Market, Side: Side.Bid })
                    lots = (ulong)BigInteger.Min(lots, budget / ValueOf(Side.Bid, 1, maker.PriceTicks));
                if (lots == 0)
                {
                    reason = DoneReason.InsufficientFunds;
                }
                else
                {
                    budget -= ValueOf(Side.Bid, lots, maker.PriceTicks);
                    filled += lots;
                    left -= lots;
                    Fill(taker, maker, lots);
                }
            }
        }

        taker.VisibleLots = left;
        return new(filled, decremented, reason);
    }

    private DoneReason MeetItself(ReferenceOrder taker, ReferenceOrder maker, ref ulong left, ref ulong decremented)
    {
        if (taker.Placed.SelfTrade != SelfTrade.DecrementBoth)
        {
            End(maker, DoneReason.SelfTrade);
            return taker.Placed.SelfTrade == SelfTrade.CancelBoth ? DoneReason.SelfTrade : DoneReason.None;
        }

        ulong lots = Math.Min(left, maker.VisibleLots);
        left -= lots;
        decremented += lots;
        maker.VisibleLots -= lots;
        AddToFree(maker.Seat, PaysWith(maker.Side), ValueOf(maker.Side, lots, maker.PriceTicks));
        Tell(
            maker.OpenLots == 0 ? BookEventKind.Cancelled : BookEventKind.Reduced, maker, lots, DoneReason.SelfTrade);
        AfterTaking(maker);
        return left == 0 ? DoneReason.SelfTrade : DoneReason.None;
    }

    private void Fill(ReferenceOrder taker, ReferenceOrder maker, ulong lots)
    {
        maker.VisibleLots -= lots;
        LastTradePriceTicks = maker.PriceTicks;
        TradeCount++;
        Settle(taker, maker, lots);
        Events.Add(new(
            BookEventKind.Fill, maker.Side, 0, 0, maker.Seat, taker.Seat, maker.Sequence, taker.Sequence,
            maker.PriceTicks, lots, maker.VisibleLots));
        AfterTaking(maker);
    }

    /// <summary>At the end of what is visible the order leaves, or shows its next peak behind the others.</summary>
    private void AfterTaking(ReferenceOrder maker)
    {
        if (maker.VisibleLots != 0)
            return;
        if (maker.HiddenLots == 0)
        {
            Orders.Remove(maker);
            return;
        }

        maker.VisibleLots = Math.Min(maker.HiddenLots, maker.Placed.DisplayLots);
        maker.HiddenLots -= maker.VisibleLots;
        maker.Priority = _nextPriority++;
        Tell(BookEventKind.Replenished, maker, maker.VisibleLots, DoneReason.None, maker.Type);
    }

    private void Settle(ReferenceOrder taker, ReferenceOrder maker, ulong lots)
    {
        Asset takerPays = PaysWith(taker.Side);
        Asset takerReceives = PaysWith(maker.Side);
        BigInteger paid = ValueOf(taker.Side, lots, maker.PriceTicks);
        BigInteger received = ValueOf(maker.Side, lots, maker.PriceTicks);
        BigInteger takerFee = RoundedUp(received * parameters.TakerFeeBps);
        AddToFree(taker.Seat, takerPays, -paid);
        AddToFree(taker.Seat, takerReceives, received - takerFee);
        AddToFees(takerReceives, takerFee);

        if (parameters.MakerFeeBps >= 0)
        {
            BigInteger makerFee = RoundedUp(paid * parameters.MakerFeeBps);
            AddToFree(maker.Seat, takerPays, paid - makerFee);
            AddToFees(takerPays, makerFee);
            return;
        }

        BigInteger rebate = received * -parameters.MakerFeeBps / 10_000;
        AddToFree(maker.Seat, takerPays, paid);
        AddToFree(maker.Seat, takerReceives, rebate);
        AddToFees(takerReceives, -rebate);
    }

    private static BigInteger RoundedUp(BigInteger atomsTimesBps) => (atomsTimesBps + 9_999) / 10_000;
}
