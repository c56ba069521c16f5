using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Velox.Cryptography;
using Velox.OrderBook;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>Phases and auctions through their instructions: they do what the market does, and only for its authority.</summary>
public sealed class BookAuctionTests
{
    private readonly BookBank _bank = new();
    private readonly Trader _buyer;
    private readonly Trader _seller;

    public BookAuctionTests()
    {
        _buyer = _bank.NewTrader(0, 1_000_000);
        _seller = _bank.NewTrader(100_000, 0);
    }

    private BookVenue Venue => _bank.Venue;

    [Fact]
    public void A_call_collects_orders_and_an_uncross_trades_them_at_one_price()
    {
        SetPhase(MarketPhase.Call);
        _bank.Send(Venue.Place(_buyer, Side.Bid, 52, 5), _buyer.Key).Expect();
        _bank.Send(Venue.Place(_seller, Side.Ask, 50, 3), _seller.Key).Expect();
        Assert.Equal(2u, _bank.Market.Header.UsedOrders);

        TransactionRecord record = _bank.Send(Uncross(), Venue.Operator).Expect();

        // All prices from 50 to 52 trade three lots and leave two over: without a reference it is the lowest.
        Assert.Equal((true, 50UL, 3UL, 0UL), Uncrossed(record));
        Assert.Equal(
            [BookEventKind.PhaseChanged, BookEventKind.AuctionFill, BookEventKind.AuctionFill, BookEventKind.PhaseChanged],
            record.MarketEvents.Select(item => item.Event.Kind));
        Assert.Equal(
            record.MarketEvents.Skip(1).Take(2).Select(item => Bytes(item.Event)),
            record.LogLines.Where(line => line.StartsWith("Program data: ", StringComparison.Ordinal))
                .Select(line => line["Program data: ".Length..]));
        Assert.Equal(BookWire.UncrossReturnSize, record.ReturnData!.Data.Length);
        Assert.Equal(1_000UL + BookProgram.UnitsPerUncross + (4 * BookProgram.UnitsPerEvent), record.ComputeUnitsConsumed);
        Assert.Equal((50UL, MarketPhase.Continuous), (_bank.Market.Header.LastTradePriceTicks, _bank.Market.Header.Phase));
        Assert.Equal(2UL * 52 * 10, _bank.Seat(_buyer).QuoteLocked);
        _bank.AssertSound();
    }

    [Fact]
    public void A_large_uncross_takes_steps_between_which_orders_wait_and_the_dearest_fits_the_default_limit()
    {
        var bank = new BookBank(BookVenue.DefaultTerms with { OrderCapacity = 2_000, MaxOpenOrdersPerSeat = 1_000 });
        Trader buyer = bank.NewTrader(0, 1_000_000);
        Trader seller = bank.NewTrader(1_000_000, 0);
        bank.Send(BookInstructions.SetPhase(bank.Venue.Market, bank.Venue.Operator.PublicKey, MarketPhase.Call), bank.Venue.Operator).Expect();
        for (uint batch = 0; batch < 40; batch++)
        {
            // Two lots of which one is shown meet three: each pair has events of hidden and of shown lots.
            SendOrders(bank, buyer, batch, new NewOrder(Side.Bid, OrderType.Limit, 1, 2, DisplayLots: 1));
            SendOrders(bank, seller, batch, new NewOrder(Side.Ask, OrderType.Limit, 1, 3, DisplayLots: 1));
        }

        Instruction uncross = BookInstructions.Uncross(bank.Venue.Market, bank.Venue.Operator.PublicKey);
        ulong filled = 0;
        ulong dearest = 0;
        bool isDone = false;
        for (int step = 0; !isDone; step++)
        {
            Assert.True(step < 20, "no end");
            TransactionRecord record = bank.Send(uncross, bank.Venue.Operator).Expect();
            (isDone, ulong priceTicks, ulong lots, _) = Uncrossed(record);
            Assert.Equal(1UL, priceTicks);
            filled += lots;
            dearest = Math.Max(dearest, record.ComputeUnitsConsumed);
            Assert.Equal(
                1_000 + BookProgram.UnitsPerUncross + (BookProgram.UnitsPerEvent * (ulong)record.MarketEvents.Count),
                record.ComputeUnitsConsumed);
            if (isDone)
                break;
            bank.Refuse(BookError.UncrossPending, bank.Venue.Place(buyer, Side.Bid, 1, 1), buyer.Key);
            bank.Refuse(BookError.UncrossPending, BookInstructions.Advance(bank.Venue.Market));
            bank.Refuse(
                BookError.UncrossPending,
                BookInstructions.SetPhase(bank.Venue.Market, bank.Venue.Operator.PublicKey, MarketPhase.Halted),
                bank.Venue.Operator);
            bank.AssertSound();
        }

        Assert.Equal(640UL * 2, filled);
        Assert.InRange(dearest, 20_000UL, 34_742UL);
        Assert.Equal(MarketPhase.Continuous, bank.Market.Header.Phase);
        bank.AssertSound();
    }

    [Fact]
    public void A_halted_market_takes_no_orders_and_lets_them_go()
    {
        _bank.Send(Venue.Place(_buyer, Side.Bid, 50, 5, clientOrderId: 7), _buyer.Key).Expect();
        TransactionRecord record = _bank.Send(SetPhaseOf(MarketPhase.Halted), Venue.Operator).Expect();
        BookEvent changed = Assert.Single(record.MarketEvents).Event;
        Assert.Equal((BookEventKind.PhaseChanged, (ulong)MarketPhase.Halted), (changed.Kind, changed.Lots));

        _bank.Refuse(BookError.MarketHalted, Venue.Place(_seller, Side.Ask, 60, 1), _seller.Key);
        _bank.Send(BookInstructions.CancelByClientId(Venue.Market, _buyer.Address, 0, 7), _buyer.Key).Expect();
        SetPhase(MarketPhase.Continuous);
        _bank.Send(Venue.Place(_seller, Side.Ask, 60, 1), _seller.Key).Expect();
        Assert.Empty(_bank.Send(SetPhaseOf(MarketPhase.Continuous), Venue.Operator).Expect().MarketEvents);
        _bank.AssertSound();
    }

    [Fact]
    public void Only_the_authority_changes_phases()
    {
        foreach (Keypair stranger in new[] { _buyer.Key, _buyer.Session })
        {
            _bank.Refuse(
                BookError.NotAuthority, BookInstructions.SetPhase(Venue.Market, stranger.PublicKey, MarketPhase.Call), stranger);
            _bank.Refuse(BookError.NotAuthority, BookInstructions.Uncross(Venue.Market, stranger.PublicKey), stranger);
        }
    }

    [Fact]
    public void Phases_that_cannot_be_are_refused()
    {
        _bank.Refuse(BookError.InvalidPhase, SetPhaseOf(MarketPhase.Uncrossing), Venue.Operator);
        _bank.Refuse(BookError.InvalidPhase, SetPhaseOf((MarketPhase)255), Venue.Operator);
        _bank.Refuse(BookError.NotInCall, Uncross(), Venue.Operator);
        SetPhase(MarketPhase.Call);
        _bank.Send(Venue.Place(_buyer, Side.Bid, 52, 5), _buyer.Key).Expect();
        _bank.Refuse(BookError.TypeNotInCall, Venue.Place(_seller, Side.Ask, 50, 3, OrderType.PostOnly), _seller.Key);
        _bank.Send(Venue.Place(_seller, Side.Ask, 50, 3), _seller.Key).Expect();
        _bank.Refuse(BookError.BookCrossed, SetPhaseOf(MarketPhase.Continuous), Venue.Operator);
        SetPhase(MarketPhase.Halted);
        _bank.Refuse(BookError.NotInCall, Uncross(), Venue.Operator);
    }

    private static string Bytes(BookEvent bookEvent) =>
        Convert.ToBase64String(MemoryMarshal.AsBytes(new ReadOnlySpan<BookEvent>(in bookEvent)));

    private static void SendOrders(BookBank bank, Trader trader, uint batch, NewOrder order)
    {
        OrderMessage[] messages = [.. Enumerable.Range(0, 16).Select(i => OrderMessage.Place(
            (ushort)trader.Seat, (batch * 16) + (uint)i, order))];
        TransactionRecord record = bank.Send(bank.Venue.Batch(trader.Session, messages), trader.Session).Expect();
        Assert.All(record.ReturnData!.Data, code => Assert.Equal(0, code));
    }

    private static (bool IsDone, ulong PriceTicks, ulong FilledLots, ulong SelfTradeLots) Uncrossed(TransactionRecord record)
    {
        ReadOnlySpan<byte> data = record.ReturnData!.Data;
        return (
            data[0] switch { 0 => false, 1 => true, _ => throw new InvalidOperationException($"done is {data[0]}") },
            BinaryPrimitives.ReadUInt64LittleEndian(data[1..]), BinaryPrimitives.ReadUInt64LittleEndian(data[9..]),
            BinaryPrimitives.ReadUInt64LittleEndian(data[17..]));
    }

    private Instruction SetPhaseOf(MarketPhase phase) =>
        BookInstructions.SetPhase(Venue.Market, Venue.Operator.PublicKey, phase);

    private Instruction Uncross() => BookInstructions.Uncross(Venue.Market, Venue.Operator.PublicKey);

    private void SetPhase(MarketPhase phase) => _bank.Send(SetPhaseOf(phase), Venue.Operator).Expect();
}
