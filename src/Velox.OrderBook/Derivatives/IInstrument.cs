namespace Velox.OrderBook;

/// <summary>
/// What one kind of derivative has of its own: when it trades, when it is settled, what margin it takes and what funding it
/// pays. The extension point: a struct without fields, whose calls the compiler takes into <see cref="DerivativeMarket{T}"/>.
/// </summary>
/// <remarks>
/// Every answer is a pure function of its arguments: no clock, no state, no floating point. The payoff is linear: a lot is
/// worth price * tickSize quote atoms. docs/derivatives.md shows how to write one.
/// </remarks>
public interface IInstrument
{
    /// <summary>Number in the ledger's header, of this kind alone: 1 dated future, 2 perpetual, from 1,024 for others. Never
    /// renumber.</summary>
    static abstract uint Kind { get; }

    /// <summary>Whether terms whose bounds hold make sense for this kind.</summary>
    static abstract bool AreValid(in InstrumentTerms terms);

    /// <summary>Whether orders are taken at these clocks.</summary>
    static abstract bool IsTrading(in InstrumentTerms terms, ulong slot, ulong unixSeconds);

    /// <summary>Whether all positions may be settled at the mark price at these clocks: never while it trades.</summary>
    static abstract bool IsExpired(in InstrumentTerms terms, ulong slot, ulong unixSeconds);

    /// <summary>What a long lot pays and a short one receives in one funding, in 2^-24 atoms
    /// (<see cref="LedgerLayout.FundingShift"/>); within the lot's value.</summary>
    /// <param name="terms">Of the ledger.</param>
    /// <param name="lotValueAtoms">A lot's value at the mark price, at most <see cref="LedgerLayout.MaxLotValueAtoms"/>.</param>
    /// <param name="ratePpm">Within the bounds of the terms.</param>
    static abstract Int128 FundingOf(in InstrumentTerms terms, ulong lotValueAtoms, int ratePpm);

    /// <summary>Initial margin of a position in basis points of its value. Must not fall with more lots, and be above
    /// <see cref="MaintenanceMarginBps"/>; 1 to 10,000.</summary>
    static virtual uint InitialMarginBps(in InstrumentTerms terms, ulong lots) => terms.InitialMarginBps;

    /// <summary>Maintenance margin of a position.</summary>
    static virtual uint MaintenanceMarginBps(in InstrumentTerms terms, ulong lots) => terms.MaintenanceMarginBps;
}
