using Velox.Primitives;

namespace Velox.OrderBook.Tests;

public class SeatTests
{
    private readonly BookEvent[] _buffer = new BookEvent[Market.MaxEventsPerOperation];

    [Fact]
    public void An_owner_has_one_seat_and_it_can_be_found()
    {
        Market market = TestMarket.Create(TestMarket.Parameters with { SeatCapacity = 2 });
        Assert.Equal(BookError.InvalidOwner, market.OpenSeat(default, out _));
        Assert.Equal(BookError.None, market.OpenSeat(TestMarket.OwnerOf(0), out _));
        Assert.Equal(BookError.SeatExists, market.OpenSeat(TestMarket.OwnerOf(0), out _));
        Assert.Equal(BookError.None, market.OpenSeat(TestMarket.OwnerOf(1), out _));
        Assert.Equal(BookError.SeatsFull, market.OpenSeat(TestMarket.OwnerOf(2), out _));

        Assert.True(market.FindSeat(TestMarket.OwnerOf(1), out uint seat));
        Assert.Equal(1U, seat);
        Assert.False(market.FindSeat(TestMarket.OwnerOf(2), out _));
        Assert.Equal(BookError.None, market.CheckOwner(1, TestMarket.OwnerOf(1)));
        Assert.Equal(BookError.NotSeatOwner, market.CheckOwner(1, TestMarket.OwnerOf(0)));
        Assert.Equal(BookError.UnknownSeat, market.CheckOwner(2, TestMarket.OwnerOf(2)));
    }

    [Fact]
    public void A_seat_without_a_session_key_takes_no_messages_not_even_from_the_zero_address()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 1, 1_000, out _);
        Assert.Equal(BookError.NotSessionKey, market.CheckSession(0, default));
        Assert.Equal(BookError.UnknownSeat, market.SetSessionKey(1, TestMarket.SessionOf(0)));
        Assert.Equal(BookError.None, market.SetSessionKey(0, TestMarket.SessionOf(0)));
        Assert.Equal(BookError.None, market.CheckSession(0, TestMarket.SessionOf(0)));
        Assert.Equal(BookError.NotSessionKey, market.CheckSession(0, TestMarket.OwnerOf(0)));
        Assert.Equal(BookError.UnknownSeat, market.CheckSession(1, TestMarket.SessionOf(0)));
        Assert.Equal(BookError.None, market.SetSessionKey(0, default));
        Assert.Equal(BookError.NotSessionKey, market.CheckSession(0, default));
    }

    [Fact]
    public void Messages_act_for_the_seat_whose_session_key_signed()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 2, 10_000, out _);
        Address session = TestMarket.SessionOf(1);
        market.SetSessionKey(1, session);
        var order = new NewOrder(Side.Ask, OrderType.PostOnly, 9, 5, ClientOrderId: 77);

        Assert.Equal(BookError.NotSessionKey, Execute(market, OrderMessage.Place(0, 1, order), session, out _));
        Assert.Equal(BookError.None, Execute(market, OrderMessage.Place(1, 1, order), session, out OperationResult result));
        Assert.Equal(5UL, result.RestingLots);
        Assert.Equal(BookError.None, Execute(market, OrderMessage.Reduce(1, 2, 77, 2), session, out result));
        Assert.Equal((3UL, 2UL), (result.RestingLots, result.CancelledLots));
        Assert.Equal(BookError.None, Execute(market, OrderMessage.Cancel(1, 3, 77), session, out result));
        Assert.Equal((3UL, DoneReason.Cancelled), (result.CancelledLots, result.Reason));
        Assert.Equal(BookError.UnknownOrder, Execute(market, OrderMessage.Cancel(1, 4, 77), session, out _));
        Assert.Equal(BookError.None, Execute(market, OrderMessage.Place(1, 5, order), session, out _));
        Assert.Equal(BookError.None, Execute(market, OrderMessage.CancelAll(1, 6), session, out result));
        Assert.Equal(1U, result.CancelledOrders);
        Assert.Equal(BookError.InvalidMessageKind, Execute(market, default, session, out _));
    }

    [Fact]
    public void Only_free_balances_can_be_withdrawn_and_totals_never_overflow()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 2, 1_000, out _);
        market.PlaceOk(0, Side.Bid, 7, 10);
        Assert.Equal(BookError.InsufficientFunds, market.Debit(0, Asset.Quote, 301));
        Assert.Equal(BookError.None, market.Debit(0, Asset.Quote, 300));
        Assert.Equal(BookError.None, market.Debit(0, Asset.Base, 1_000));
        Assert.Equal((1_000UL, 1_700UL), (market.Header.BaseTotal, market.Header.QuoteTotal));
        Assert.Equal(BookError.InvalidAmount, market.Debit(0, Asset.Base, 0));
        Assert.Equal(BookError.InvalidAmount, market.Credit(0, (Asset)2, 1));
        Assert.Equal(BookError.UnknownSeat, market.Credit(2, Asset.Base, 1));
        Assert.Equal(BookError.BalanceOverflow, market.Credit(0, Asset.Base, ulong.MaxValue - 999));
        Assert.Equal(BookError.None, market.Credit(0, Asset.Base, ulong.MaxValue - 1_000));
        market.AssertSound();
    }

    [Fact]
    public void A_market_without_an_authority_gives_its_fees_to_nobody()
    {
        Market market = TestMarket.Create(TestMarket.Parameters with { Authority = default });
        Assert.Equal(BookError.NotAuthority, market.CollectFees(default, Asset.Base, 1));
    }

    private BookError Execute(Market market, OrderMessage message, Address session, out OperationResult result)
    {
        var events = new EventWriter(_buffer, 0);
        return market.Execute(message, session, ref events, out result);
    }
}
