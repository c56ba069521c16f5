using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Velox.OrderBook;
using Xunit;

namespace Velox.Svm.Tests;

public sealed class BookTradingTests
{
    private readonly BookBank _bank = new();
    private readonly Trader _buyer;
    private readonly Trader _seller;

    public BookTradingTests()
    {
        _buyer = _bank.NewTrader(0, 100_000);
        _seller = _bank.NewTrader(10_000, 0);
    }

    private BookVenue Venue => _bank.Venue;

    [Fact]
    public void A_seat_is_numbered_in_the_order_of_opening()
    {
        Trader third = _bank.NewTraderWithoutSeat(0, 0);

        TransactionRecord record = _bank.Send(
            BookInstructions.OpenSeat(Venue.Market, third.Address), third.Key).Expect();

        Assert.Equal([2, 0, 0, 0], record.ReturnData!.Data);
        Assert.Equal(ProgramIds.Book, record.ReturnData.ProgramId);
        Assert.Equal(third.Address, _bank.Seat(third).Owner);
    }

    [Fact]
    public void A_deposit_moves_tokens_to_the_vault_and_credits_the_seat()
    {
        Assert.Equal(100_000UL, _bank.Tokens(Venue.Terms.QuoteVault));
        Assert.Equal(0UL, _bank.Tokens(_buyer.QuoteAccount));
        Assert.Equal(100_000UL, _bank.Seat(_buyer).QuoteFree);
        _bank.AssertSound();
    }

    [Fact]
    public void Crossing_orders_trade_at_the_makers_price_and_pay_fees_from_what_they_receive()
    {
        TransactionRecord bid = _bank.Send(Venue.Place(_buyer, Side.Bid, 50, 10), _buyer.Key).Expect();
        TransactionRecord ask = _bank.Send(Venue.Place(_seller, Side.Ask, 40, 4), _seller.Key).Expect();

        Assert.Equal((0UL, 10UL), Placed(bid));
        Assert.Equal((4UL, 0UL), Placed(ask));

        // 4 lots of 100 base for 4 * 50 * 10 quote; 5 bps of 400 and 10 bps of 2,000, rounded up.
        SeatNode buyer = _bank.Seat(_buyer);
        SeatNode seller = _bank.Seat(_seller);
        Assert.Equal((399UL, 95_000UL, 3_000UL), (buyer.BaseFree, buyer.QuoteFree, buyer.QuoteLocked));
        Assert.Equal((9_600UL, 0UL, 1_998UL), (seller.BaseFree, seller.BaseLocked, seller.QuoteFree));
        Assert.Equal((1UL, 2UL), (_bank.Market.Header.FeesBase, _bank.Market.Header.FeesQuote));
        _bank.AssertSound();
    }

    [Fact]
    public void Every_event_is_emitted_and_every_fill_is_in_the_log()
    {
        _bank.Send(Venue.Place(_buyer, Side.Bid, 50, 10), _buyer.Key).Expect();

        SendResult result = _bank.Send(Venue.Place(_seller, Side.Ask, 40, 4), _seller.Key);

        TransactionRecord record = result.Expect();
        Assert.Equal(
            [BookEventKind.Fill, BookEventKind.Closed], record.MarketEvents.Select(item => item.Event.Kind));
        BookEvent fill = record.MarketEvents[0].Event;
        Assert.Equal((50UL, 4UL, 6UL), (fill.PriceTicks, fill.Lots, fill.RemainingLots));
        Assert.Equal(result.Block.Header.Slot, fill.Slot);
        Assert.All(record.MarketEvents, item => Assert.Equal(Venue.Market, item.Market));
        string line = Assert.Single(
            record.LogLines, line => line.StartsWith("Program data: ", StringComparison.Ordinal));
        byte[] logged = Convert.FromBase64String(line["Program data: ".Length..]);
        Assert.Equal(MemoryMarshal.AsBytes(new ReadOnlySpan<BookEvent>(in fill)).ToArray(), logged);
    }

    [Fact]
    public void Special_orders_go_through_their_instructions()
    {
        Trader maker = _bank.NewTrader(10_000, 100_000);
        _bank.Send(
            BookInstructions.ReplaceQuote(Venue.Market, maker.Address, maker.Seat, new TwoSidedQuote(1, 40, 5, 2, 60, 5)), maker.Key).Expect();
        _bank.Send(
            BookInstructions.PlaceSpecial(Venue.Market, _buyer.Address, _buyer.Seat, new NewOrder(
                Side.Bid, OrderType.Limit, 61, 2, 7, TriggerTicks: 60)),
            _buyer.Key).Expect();
        Assert.Equal(2UL * 61 * 10, _bank.Seat(_buyer).QuoteLocked);

        // The market order trades at 60, which lets the stop in.
        TransactionRecord record = _bank.Send(
            BookInstructions.PlaceSpecial(Venue.Market, _buyer.Address, _buyer.Seat, new NewOrder(
                Side.Bid, OrderType.Market, 0, 1)),
            _buyer.Key).Expect();
        Assert.Equal((1UL, 0UL), Placed(record));
        Assert.Equal(
            [BookEventKind.Fill, BookEventKind.Closed, BookEventKind.Triggered, BookEventKind.Fill, BookEventKind.Closed],
            record.MarketEvents.Select(item => item.Event.Kind));
        _bank.Send(
            BookInstructions.ReplaceByClientId(Venue.Market, maker.Address, maker.Seat, 1, 41, 6), maker.Key).Expect();
        _bank.Send(BookInstructions.CancelSide(Venue.Market, maker.Address, maker.Seat, Side.Bid, 0), maker.Key).Expect();
        Assert.Equal(0UL, _bank.Seat(maker).QuoteLocked);
        _bank.Send(
            BookInstructions.PlaceSpecial(Venue.Market, maker.Address, maker.Seat, new NewOrder(
                Side.Bid, OrderType.Limit, 1, 1, Expiry: Expiry.AtSlot(_bank.Bank.Bank.Slot + 1))),
            maker.Key).Expect();
        _bank.AssertSound();
    }

    [Fact]
    public void Cancelled_and_reduced_orders_free_what_they_locked()
    {
        TransactionRecord first = _bank.Send(
            Venue.Place(_buyer, Side.Bid, 50, 10, clientOrderId: 7), _buyer.Key).Expect();
        ulong orderId = BinaryPrimitives.ReadUInt64LittleEndian(first.ReturnData!.Data);
        Assert.Equal(5_000UL, _bank.Seat(_buyer).QuoteLocked);

        _bank.Send(BookInstructions.Reduce(Venue.Market, _buyer.Address, 0, orderId, 4), _buyer.Key).Expect();
        Assert.Equal(3_000UL, _bank.Seat(_buyer).QuoteLocked);
        _bank.Send(BookInstructions.Cancel(Venue.Market, _buyer.Address, 0, orderId), _buyer.Key).Expect();
        Assert.Equal((100_000UL, 0UL), (_bank.Seat(_buyer).QuoteFree, _bank.Seat(_buyer).QuoteLocked));

        _bank.Send(Venue.Place(_buyer, Side.Bid, 50, 10, clientOrderId: 7), _buyer.Key).Expect();
        _bank.Send(BookInstructions.CancelByClientId(Venue.Market, _buyer.Address, 0, 7), _buyer.Key).Expect();
        Assert.Equal(0UL, _bank.Seat(_buyer).QuoteLocked);
        _bank.AssertSound();
    }

    [Theory]
    [InlineData(0, 0u)]
    [InlineData(2, 3u)]
    [InlineData(256, 0u)]
    public void CancelAll_cancels_up_to_its_limit(ushort max, uint left)
    {
        for (ulong price = 1; price <= 5; price++)
            _bank.Send(Venue.Place(_buyer, Side.Bid, price, 1), _buyer.Key).Expect();

        TransactionRecord record = _bank.Send(
            BookInstructions.CancelAll(Venue.Market, _buyer.Address, 0, max), _buyer.Key).Expect();

        Assert.Equal(left, _bank.Seat(_buyer).OpenOrders);
        Assert.Equal(5 - (int)left, record.MarketEvents.Count);
        _bank.AssertSound();
    }

    [Fact]
    public void CancelAll_of_more_than_256_orders_is_refused() => _bank.Refuse(
        BookError.InvalidCancelLimit, BookInstructions.CancelAll(Venue.Market, _buyer.Address, 0, 257), _buyer.Key);

    [Fact]
    public void The_session_key_trades_but_moves_no_funds()
    {
        Instruction place = BookInstructions.Place(
            Venue.Market, _buyer.Session.PublicKey, 0, new NewOrder(Side.Bid, OrderType.Limit, 5, 1));
        Instruction withdraw = BookInstructions.Withdraw(
            Venue.Market, _buyer.Session.PublicKey, _buyer.QuoteAccount, Venue.Terms.QuoteVault,
            Venue.VaultAuthority, Asset.Quote, 0, 1);

        _bank.Send(place, _buyer.Session).Expect();
        _bank.Refuse(BookError.NotSeatOwner, withdraw, _buyer.Session);
        _bank.Refuse(
            BookError.NotSeatOwner,
            BookInstructions.SetSession(Venue.Market, _buyer.Session.PublicKey, 0, _seller.Address),
            _buyer.Session);
    }

    [Fact]
    public void A_withdrawal_takes_free_balance_and_not_what_orders_lock()
    {
        _bank.Send(Venue.Place(_buyer, Side.Bid, 50, 10), _buyer.Key).Expect();

        _bank.Refuse(BookError.InsufficientFunds, Venue.Withdraw(_buyer, Asset.Quote, 95_001), _buyer.Key);
        _bank.Send(Venue.Withdraw(_buyer, Asset.Quote, 95_000), _buyer.Key).Expect();

        Assert.Equal(95_000UL, _bank.Tokens(_buyer.QuoteAccount));
        Assert.Equal(5_000UL, _bank.Tokens(Venue.Terms.QuoteVault));
        _bank.AssertSound();
    }

    [Fact]
    public void The_authority_collects_one_asset_in_part_and_then_the_rest()
    {
        _bank.Send(Venue.Place(_buyer, Side.Bid, 1_000, 10), _buyer.Key).Expect();
        _bank.Send(Venue.Place(_seller, Side.Ask, 1_000, 10), _seller.Key).Expect();
        Assert.Equal((1UL, 100UL), (_bank.Market.Header.FeesBase, _bank.Market.Header.FeesQuote));

        _bank.Refuse(
            BookError.InsufficientFunds, Venue.CollectFees(
                _seller.QuoteAccount, Asset.Quote, 101), Venue.Operator);
        _bank.Send(Venue.CollectFees(_seller.QuoteAccount, Asset.Quote, 30), Venue.Operator).Expect();
        _bank.AssertSound();
        Assert.Equal((1UL, 70UL), (_bank.Market.Header.FeesBase, _bank.Market.Header.FeesQuote));
        _bank.Send(
            Venue.CollectFees(_seller.QuoteAccount, Asset.Quote, BookWire.AllAtoms), Venue.Operator).Expect();
        _bank.AssertSound();

        Assert.Equal((1UL, 0UL), (_bank.Market.Header.FeesBase, _bank.Market.Header.FeesQuote));
        Assert.Equal(100UL, _bank.Tokens(_seller.QuoteAccount));
        _bank.Refuse(
            BookError.InvalidAmount, Venue.CollectFees(
                _seller.QuoteAccount, Asset.Quote, BookWire.AllAtoms), Venue.Operator);
        _bank.Refuse(BookError.InvalidAmount, Venue.CollectFees(_seller.BaseAccount, (Asset)2, 1), Venue.Operator);
    }

    private static (ulong FilledLots, ulong RestingLots) Placed(TransactionRecord record)
    {
        byte[] data = record.ReturnData!.Data;
        Assert.Equal(BookWire.PlaceReturnSize, data.Length);
        return (BinaryPrimitives.ReadUInt64LittleEndian(data.AsSpan(8)), BinaryPrimitives.ReadUInt64LittleEndian(
            data.AsSpan(16)));
    }
}
