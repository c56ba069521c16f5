namespace Velox.OrderBook;

/// <content>Margin: what an account is worth, and what its position and orders need. Nothing of it is stored.</content>
public readonly partial struct DerivativeMarket<TInstrument>
{
    private const uint BpsPerUnit = 10_000;

    private ulong MarkValue => Ledger.MarkTicks * _market.Header.TickSize;

    private Int128 Equity(in MarginAccount account) =>
        account.Cash.Value + ((Int128)account.PositionLots * MarkValue) - FundingDue(account);

    /// <summary>
    /// What an account has still to pay for funding; negative if it receives. Rounded up, so that what accounts pay is never
    /// less than what others receive.
    /// </summary>
    private Int128 FundingDue(in MarginAccount account)
    {
        Int128 scaled = account.PositionLots * (Ledger.FundingIndex.Value - account.FundingIndex.Value);

        // The shift rounds down; of the negative that is up.
        return -(-scaled >> LedgerLayout.FundingShift);
    }

    private Int128 MaintenanceMargin(in MarginAccount account)
    {
        ulong lots = (ulong)Int128.Abs(account.PositionLots);
        return lots == 0 ? 0 : MarginOn(lots, TInstrument.MaintenanceMarginBps(Ledger.Terms, lots));
    }

    private Int128 MarginOn(ulong lots, uint marginBps) => CeilingOfBps((Int128)lots * MarkValue, marginBps);

    /// <summary>A share of an amount that is not negative, rounded up.</summary>
    private static Int128 CeilingOfBps(Int128 atoms, uint bps) => ((atoms * bps) + (BpsPerUnit - 1)) / BpsPerUnit;

    /// <summary>
    /// What an account needs for the worst case of one side: all its orders there fill, at their limits, at once. The other
    /// side's orders cannot make it worse: they stand where this side's do not lose.
    /// </summary>
    private Requirement RequirementOf(uint seat, Side side, in OpenInterest added)
    {
        ref readonly MarginAccount account = ref _ledger.ReadAccount(seat);
        ulong tickSize = _market.Header.TickSize;
        ulong markTicks = Ledger.MarkTicks;
        Int128 lots = side == Side.Bid ? account.PositionLots : -(Int128)account.PositionLots;
        Int128 lossTicks = 0;
        Count(side, added, markTicks, ref lots, ref lossTicks);
        ReadOnlySpan<uint> links = account.Links;
        foreach (uint link in links[..account.LinkCount])
        {
            OrderNode order = _market.OpenOrderAt(link, seat);
            if (order.Side == side)
                Count(side, new OpenInterest(order.OpenLots, order.PriceTicks), markTicks, ref lots, ref lossTicks);
        }

        Int128 margin = lots <= 0 ? 0
            : lots > LedgerLayout.MaxPositionLots ? Int128.MaxValue
            : MarginOn((ulong)lots, TInstrument.InitialMarginBps(Ledger.Terms, (ulong)lots));
        return margin == Int128.MaxValue
            ? new Requirement(lots, margin)
            : new Requirement(lots, margin + (lossTicks * tickSize));
    }

    private static void Count(
        Side side, in OpenInterest order, ulong markTicks, ref Int128 lots, ref Int128 lossTicks)
    {
        lots += order.Lots;
        bool loses = side == Side.Bid ? order.PriceTicks > markTicks : order.PriceTicks < markTicks;
        ulong distance = side == Side.Bid ? order.PriceTicks - markTicks : markTicks - order.PriceTicks;
        if (loses)
            lossTicks += (Int128)order.Lots * distance;
    }

    /// <summary>Lots at a price, open or to be.</summary>
    private readonly record struct OpenInterest(ulong Lots, ulong PriceTicks);

    /// <summary>The worst position of a side, and what it needs.</summary>
    private readonly record struct Requirement(Int128 Lots, Int128 Atoms);
}
