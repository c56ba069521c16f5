using System.Collections;
using System.Runtime.InteropServices;
using Velox.Primitives;
using static Velox.OrderBook.Contradiction;

namespace Velox.OrderBook;

/// <content>Proof that market and ledger are sound and say the same.</content>
public readonly partial struct DerivativeMarket<TInstrument>
{
    /// <summary>Checks market and ledger: every account, its orders, and that nothing was won or lost.</summary>
    /// <param name="detail">The first contradiction, or an empty string.</param>
    /// <returns><see cref="BookError.None"/>, <see cref="BookError.CorruptMarket"/>, or what opening
    /// says of the headers.</returns>
    /// <remarks>For tests, tools and doubtful bytes: it reads everything and allocates.</remarks>
    public BookError CheckInvariants(out string detail)
    {
        BookError error = _market.CheckInvariants(out detail);
        if (error != BookError.None)
            return error;
        error = DerivativeMarket.CheckLedger<TInstrument>(_market, _ledger.Bytes);
        if (error != BookError.None)
        {
            detail = $"The ledger's header is refused: {error}.";
            return error;
        }

        try
        {
            CheckHeader();
            CheckAccounts();
            return BookError.None;
        }
        catch (CorruptMarketException contradiction)
        {
            detail = contradiction.Message;
            return BookError.CorruptMarket;
        }
    }

    private void CheckHeader()
    {
        ref readonly LedgerHeader header = ref Ledger;
        Require(header.AccountCapacity == _ledger.Capacity, $"The capacity changed since the ledger was opened.");
        Require(
            !_ledger.Bytes[ReservedOffset..LedgerLayout.HeaderBytes].ContainsAnyExcept((byte)0),
            $"The rest of the ledger's header is not zero.");
        Require(header.FundingCursor < header.AccountCount || header.FundingCursor == 0, $"A round of funding has not ended.");
        Require(header.MaxFundingPpm != 0 || header.FundingIndex.Value == 0, $"Funding without funding.");
    }

    private void CheckAccounts()
    {
        ref readonly LedgerHeader header = ref Ledger;
        var owners = new HashSet<Address>();
        var seen = new BitArray((int)_market.Header.OrderCapacity + 1);
        var sums = default(Sums);
        for (uint seat = 0; seat < _ledger.Capacity; seat++)
        {
            MarginAccount account = _ledger.ReadAccount(seat);
            if (seat >= header.AccountCount)
            {
                Require(
                    !MemoryMarshal.AsBytes(new ReadOnlySpan<MarginAccount>(in account)).ContainsAnyExcept((byte)0),
                    $"Account {seat}: not open, and not zero.");
                continue;
            }

            Require(!account.Owner.IsZero && owners.Add(account.Owner), $"Account {seat}: its owner is zero or has another.");
            CheckAccount(seat, account, seen);
            sums.Orders += account.OrderCount;
            sums.Position += account.PositionLots;
            sums.LongLots += account.LongLots;
            sums.Cash += account.Cash.Value;
            sums.FundingDue += FundingDue(account);
        }

        ref readonly MarketHeader market = ref _market.Header;
        Require(sums.Orders == (ulong)market.Bids.OrderCount + market.Asks.OrderCount, $"The accounts have {sums.Orders} orders, the market others.");
        Require(sums.LongLots == header.OpenInterestLots, $"The long positions are {sums.LongLots} lots, {header.OpenInterestLots} are counted.");
        Require(
            sums.Position == 0 || header.State == LedgerState.Settling, $"All positions together are {sums.Position} lots.");
        Require(
            sums.Cash + (sums.Position * MarkValue) + header.InsuranceAtoms + header.FundingPool.Value == header.VaultAtoms,
            $"Cash, insurance and funding are not the {header.VaultAtoms} atoms that were paid in.");
        Require(
            header.FundingPool.Value + sums.FundingDue >= 0, $"More funding is to be received than paid.");
    }

    private void CheckAccount(uint seat, in MarginAccount account, BitArray seen)
    {
        Int128 index = account.FundingIndex.Value;
        Require(
            index <= LedgerLayout.MaxFundingIndex && index >= -LedgerLayout.MaxFundingIndex,
            $"Account {seat}: its funding index is out of bounds.");
        Require(account.OrderCount <= LedgerLayout.MaxOrdersPerAccount, $"Account {seat}: {account.OrderCount} orders.");
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<MarginAccount>(in account));
        Require(
            !bytes[44..48].ContainsAnyExcept((byte)0) && !bytes[80..96].ContainsAnyExcept((byte)0),
            $"Account {seat}: reserved bytes are not zero.");
        ReadOnlySpan<uint> links = account.Links;
        Require(!links[account.LinkCount..].ContainsAnyExcept(0u), $"Account {seat}: a link that is not in use is not zero.");
        foreach (uint link in links[..account.LinkCount])
        {
            _market.OpenOrderAt(link, seat);
            Require(!seen[(int)link], $"Account {seat}: order {link} is in two places.");
            seen[(int)link] = true;
        }

        Require(
            RequirementOf(seat, Side.Bid, default).Lots <= LedgerLayout.MaxPositionLots
            && RequirementOf(seat, Side.Ask, default).Lots <= LedgerLayout.MaxPositionLots,
            $"Account {seat}: its position, or what it may become, is above the limit.");
    }

    private const int ReservedOffset = 144;

    private struct Sums
    {
        internal ulong Orders;
        internal Int128 Position;
        internal UInt128 LongLots;
        internal Int128 Cash;
        internal Int128 FundingDue;
    }
}
