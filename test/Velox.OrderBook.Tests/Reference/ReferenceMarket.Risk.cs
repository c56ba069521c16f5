using System.Numerics;
using Velox.Primitives;

namespace Velox.OrderBook.Tests;

/// <content>Price band, limits of seats and kill switch (docs/auctions-and-risk.md).</content>
internal sealed partial class ReferenceMarket
{
    private uint _bandBps;
    private ulong _referenceTicks;

    private BigInteger ReferencePrice => LastTradePriceTicks != 0 ? LastTradePriceTicks : _referenceTicks;

    public BookError SetPriceBand(Address authority, uint bandBps, ulong referenceTicks)
    {
        if (authority != parameters.Authority)
            return BookError.NotAuthority;
        if (bandBps > 10_000)
            return BookError.InvalidLimit;
        (_bandBps, _referenceTicks) = (bandBps, referenceTicks);
        return BookError.None;
    }

    public BookError SetSeatLimits(Address signer, uint seat, SeatLimits limits)
    {
        BookError error = CheckSigner(signer, seat);
        if (error != BookError.None)
            return error;
        if (limits.MaxOpenOrders > MarketLayout.MaxOpenOrdersPerSeat)
            return BookError.InvalidLimit;
        ReferenceSeat current = Seats[(int)seat];
        bool isRaised = MostOrders(limits) > MostOrders(current.Limits) || MostNotional(limits) > MostNotional(current.Limits);
        if (signer != parameters.Authority && isRaised)
            return BookError.LimitNotLowered;
        current.Limits = limits;
        return BookError.None;
    }

    public BookError StopSeat(Address signer, uint seat, out ReferenceResult result)
    {
        ReferenceResult done = default;
        BookError error = Operate(mayTrade: false, () =>
        {
            BookError refused = CheckSigner(signer, seat);
            if (refused != BookError.None)
                return refused;
            Seats[(int)seat].Stops |= StopOf(signer);
            done = CancelNewest(seat, null, 256);
            return BookError.None;
        });
        result = done;
        return error;
    }

    public BookError ResumeSeat(Address signer, uint seat)
    {
        BookError error = CheckSigner(signer, seat);
        if (error == BookError.None)
            Seats[(int)seat].Stops &= ~StopOf(signer);
        return error;
    }

    private SeatStops StopOf(Address signer) => signer == parameters.Authority ? SeatStops.ByAuthority : SeatStops.ByOwner;

    private BookError CheckSigner(Address signer, uint seat)
    {
        if (seat >= Seats.Count)
            return BookError.UnknownSeat;
        return signer == parameters.Authority || signer == Seats[(int)seat].Owner ? BookError.None : BookError.NotSeatOwner;
    }

    private uint MostOrders(SeatLimits limits) =>
        limits.MaxOpenOrders == 0 ? parameters.MaxOpenOrdersPerSeat : limits.MaxOpenOrders;

    private static BigInteger MostNotional(SeatLimits limits) =>
        limits.MaxOpenNotionalAtoms == 0 ? BigInteger.Pow(2, 200) : limits.MaxOpenNotionalAtoms;

    /// <summary>Checks orders that enter together against phase, band and kill switch, then against the seat's limit.</summary>
    private BookError CheckRestrictions(uint seat, IReadOnlyCollection<NewOrder> orders)
    {
        foreach (NewOrder order in orders)
        {
            if (Phase == MarketPhase.Halted)
                return BookError.MarketHalted;
            if (Phase == MarketPhase.Call && order.TriggerTicks == 0 && order.Type != OrderType.Limit)
                return BookError.TypeNotInCall;
            if (Seats[(int)seat].Stops != SeatStops.None)
                return BookError.SeatStopped;
            BigInteger distance = BigInteger.Abs(order.PriceTicks - ReferencePrice);
            if (order.Type != OrderType.Market && _bandBps != 0 && ReferencePrice != 0
                && distance * 10_000 > ReferencePrice * _bandBps)
            {
                return BookError.OutsidePriceBand;
            }
        }

        List<NewOrder> staying = orders.Where(order => Rests(order.Type) || order.TriggerTicks != 0).ToList();
        BigInteger notional = QuoteLocked(seat) + (BaseLocked(seat) / parameters.LotSize * ReferencePrice * parameters.TickSize);
        foreach (NewOrder order in staying)
            notional += ValueOf(Side.Bid, order.QuantityLots, order.Side == Side.Bid ? order.PriceTicks : (ulong)ReferencePrice);
        return staying.Count != 0 && notional > MostNotional(Seats[(int)seat].Limits)
            ? BookError.SeatNotionalFull
            : BookError.None;
    }
}
