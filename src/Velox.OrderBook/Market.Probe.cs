namespace Velox.OrderBook;

/// <content>Questions: what an operation would answer now, without a change.</content>
public readonly partial struct Market
{
    /// <summary>
    /// What <see cref="Place"/> would answer now, with enough room for events. For a fill-or-kill order that is whether
    /// it would fill.
    /// </summary>
    public BookError CheckPlace(uint seat, in NewOrder order) => CheckPlace(seat, order, MaxEventsPerOperation);

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
