namespace Velox.OrderBook;

/// <content>Questions: what an operation would answer now, without a change.</content>
public readonly partial struct Market
{
    /// <summary>
    /// What <see cref="Place"/> would answer now, with enough room for events. For a fill-or-kill order that is whether
    /// it would fill.
    /// </summary>
    /// <remarks>Without due work, which may change the answer: it is exact when <see cref="Advance"/> with the same clocks has
    /// nothing left to do.</remarks>
    /// <param name="seat">As for <see cref="Place"/>.</param>
    /// <param name="order">The same.</param>
    /// <param name="slot">The clocks of the operation, for orders with an expiry.</param>
    /// <param name="unixSeconds">The same.</param>
    public BookError CheckPlace(uint seat, in NewOrder order, ulong slot = 0, ulong unixSeconds = 0)
    {
        ref readonly MarketHeader header = ref Header;
        if (header.IsPlain & !order.IsSpecial)
            return PlainOrders<AnyBook>.Check(_slab, seat, order, MaxEventsPerOperation, out _);
        return header.Phase == MarketPhase.Uncrossing
            ? BookError.UncrossPending
            : CheckSpecial(seat, order, 0, MaxEventsPerOperation, new EventWriter([], slot, unixSeconds), out _);
    }

    /// <summary>What <see cref="Credit"/> would answer now.</summary>
    public BookError CheckCredit(uint seat, Asset asset, ulong atoms)
    {
        BookError error = CheckTransfer(seat, asset, atoms);
        if (error != BookError.None)
            return error;
        ulong total = asset == Asset.Base ? Header.BaseTotal : Header.QuoteTotal;
        return total > ulong.MaxValue - atoms ? BookError.BalanceOverflow : BookError.None;
    }

    /// <summary>What <see cref="Debit"/> would answer now.</summary>
    public BookError CheckDebit(uint seat, Asset asset, ulong atoms)
    {
        BookError error = CheckTransfer(seat, asset, atoms);
        if (error != BookError.None)
            return error;
        ref readonly SeatNode node = ref _slab.ReadSeat(seat);
        return (asset == Asset.Base ? node.BaseFree : node.QuoteFree) < atoms
            ? BookError.InsufficientFunds
            : BookError.None;
    }
}
