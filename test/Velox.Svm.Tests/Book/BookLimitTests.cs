using System.Buffers.Binary;
using Velox.Cryptography;
using Velox.OrderBook;
using Velox.Primitives;
using Xunit;

namespace Velox.Svm.Tests;

/// <summary>Price band, limits of a seat and kill switch through their instructions.</summary>
public sealed class BookLimitTests
{
    private readonly BookBank _bank = new(BookVenue.DefaultTerms with { OrderCapacity = 400, MaxOpenOrdersPerSeat = 300 });
    private readonly Trader _buyer;
    private readonly Trader _seller;

    public BookLimitTests()
    {
        _buyer = _bank.NewTrader(0, 1_000_000);
        _seller = _bank.NewTrader(10_000, 0);
    }

    private BookVenue Venue => _bank.Venue;

    private Address Authority => Venue.Operator.PublicKey;

    [Fact]
    public void The_price_band_binds_orders_to_the_reference()
    {
        TransactionRecord record = _bank.Send(Band(1_000, 100), Venue.Operator).Expect();
        Assert.Equal(1_000UL, record.ComputeUnitsConsumed);
        Assert.Empty(record.MarketEvents);
        Assert.Equal((1_000U, 100UL), (_bank.Market.Header.PriceBandBps, _bank.Market.Header.ReferenceTicks));

        _bank.Refuse(BookError.OutsidePriceBand, Venue.Place(_buyer, Side.Bid, 89, 1), _buyer.Key);
        _bank.Refuse(BookError.OutsidePriceBand, Venue.Place(_buyer, Side.Bid, 111, 1), _buyer.Key);
        _bank.Send(Venue.Place(_buyer, Side.Bid, 90, 1), _buyer.Key).Expect();
        _bank.Send(Band(0, 0), Venue.Operator).Expect();
        _bank.Send(Venue.Place(_buyer, Side.Bid, 1, 1), _buyer.Key).Expect();

        _bank.Refuse(BookError.InvalidLimit, Band(10_001, 100), Venue.Operator);
        _bank.Send(Band(10_000, ulong.MaxValue), Venue.Operator).Expect();
        _bank.Refuse(
            BookError.NotAuthority, BookInstructions.SetPriceBand(Venue.Market, _buyer.Address, 1, 1), _buyer.Key);
        _bank.AssertSound();
    }

    [Fact]
    public void The_authority_sets_limits_and_the_owner_lowers_them()
    {
        _bank.Send(Limits(Authority, 2, 1_600), Venue.Operator).Expect();
        _bank.Send(Venue.Place(_buyer, Side.Bid, 50, 2), _buyer.Key).Expect();
        _bank.Refuse(BookError.SeatNotionalFull, Venue.Place(_buyer, Side.Bid, 61, 1), _buyer.Key);
        _bank.Send(Venue.Place(_buyer, Side.Bid, 50, 1), _buyer.Key).Expect();
        _bank.Refuse(BookError.SeatOrdersFull, Venue.Place(_buyer, Side.Bid, 1, 1), _buyer.Key);

        _bank.Refuse(BookError.LimitNotLowered, Limits(_buyer.Address, 3, 1_600), _buyer.Key);
        _bank.Refuse(BookError.LimitNotLowered, Limits(_buyer.Address, 0, 1_600), _buyer.Key);
        _bank.Refuse(BookError.LimitNotLowered, Limits(_buyer.Address, 2, 0), _buyer.Key);
        _bank.Send(Limits(_buyer.Address, 1, 1_499), _buyer.Key).Expect();
        Assert.Equal((1U, 1_499UL), (_bank.Seat(_buyer).MaxOpenOrders, _bank.Seat(_buyer).MaxOpenNotionalAtoms));
        Assert.Equal(2U, _bank.Seat(_buyer).OpenOrders);

        _bank.Refuse(BookError.InvalidLimit, Limits(Authority, MarketLayout.MaxOpenOrdersPerSeat + 1, 0), Venue.Operator);
        _bank.Refuse(BookError.NotSeatOwner, Limits(_seller.Address, 1, 1), _seller.Key);
        _bank.Refuse(BookError.NotSeatOwner, Limits(_buyer.Session.PublicKey, 1, 1), _buyer.Session);
        _bank.Send(Limits(Authority, 0, 0), Venue.Operator).Expect();
        Assert.Equal(0U, _bank.Market.Header.RestrictedSeats);
        _bank.AssertSound();
    }

    [Fact]
    public void The_kill_switch_cancels_256_orders_an_instruction_and_takes_no_more()
    {
        for (uint batch = 0; batch < 18; batch++)
        {
            _bank.Send(
                Venue.Batch(_buyer.Session, [.. Enumerable.Range(1, 16).Select(i => OrderMessage.Place(
                    0, (batch * 16) + (uint)i, new NewOrder(Side.Bid, OrderType.Limit, (ulong)i, 1)))]),
                _buyer.Session).Expect();
        }

        TransactionRecord record = _bank.Send(Stop(_buyer.Address), _buyer.Key).Expect();
        Assert.Equal(32U, OpenOrders(record));
        Assert.Equal(256, record.MarketEvents.Count);
        Assert.Equal(1_000UL + (256 * BookProgram.UnitsPerEvent), record.ComputeUnitsConsumed);
        _bank.Refuse(BookError.SeatStopped, Venue.Place(_buyer, Side.Bid, 1, 1), _buyer.Key);
        Assert.Equal(0U, OpenOrders(_bank.Send(Stop(_buyer.Address), _buyer.Key).Expect()));
        Assert.Equal(0U, OpenOrders(_bank.Send(Stop(_buyer.Address), _buyer.Key).Expect()));
        Assert.Equal(0UL, _bank.Seat(_buyer).QuoteLocked);
        _bank.AssertSound();

        _bank.Send(Resume(_buyer.Address), _buyer.Key).Expect();
        _bank.Send(Venue.Place(_buyer, Side.Bid, 1, 1), _buyer.Key).Expect();
        _bank.AssertSound();
    }

    [Fact]
    public void A_stop_is_lifted_by_whom_it_was_set()
    {
        _bank.Send(Stop(Authority), Venue.Operator).Expect();
        _bank.Send(Resume(_buyer.Address), _buyer.Key).Expect();
        _bank.Refuse(BookError.SeatStopped, Venue.Place(_buyer, Side.Bid, 1, 1), _buyer.Key);
        _bank.Send(Stop(_buyer.Address), _buyer.Key).Expect();
        Assert.Equal(SeatStops.ByOwner | SeatStops.ByAuthority, _bank.Seat(_buyer).Stops);
        _bank.Send(Resume(Authority), Venue.Operator).Expect();
        _bank.Refuse(BookError.SeatStopped, Venue.Place(_buyer, Side.Bid, 1, 1), _buyer.Key);
        _bank.Send(Resume(_buyer.Address), _buyer.Key).Expect();
        _bank.Send(Venue.Place(_buyer, Side.Bid, 1, 1), _buyer.Key).Expect();

        foreach (Keypair stranger in new[] { _seller.Key, _buyer.Session })
        {
            _bank.Refuse(BookError.NotSeatOwner, Stop(stranger.PublicKey), stranger);
            _bank.Refuse(BookError.NotSeatOwner, Resume(stranger.PublicKey), stranger);
        }
    }

    [Fact]
    public void A_seat_is_not_stopped_in_the_middle_of_an_uncross_but_may_be_in_a_call_and_in_a_halt()
    {
        var bank = new BookBank(BookVenue.DefaultTerms with { OrderCapacity = 800, MaxOpenOrdersPerSeat = 400 });
        Trader buyer = bank.NewTrader(0, 1_000_000);
        Trader seller = bank.NewTrader(1_000_000, 0);
        bank.Send(SetPhase(MarketPhase.Call), bank.Venue.Operator).Expect();
        for (uint batch = 0; batch < 20; batch++)
        {
            foreach ((Trader trader, Side side) in new[] { (buyer, Side.Bid), (seller, Side.Ask) })
            {
                bank.Send(
                    bank.Venue.Batch(trader.Session, [.. Enumerable.Range(0, 16).Select(i => OrderMessage.Place(
                        (ushort)trader.Seat, (batch * 16) + (uint)i, new NewOrder(side, OrderType.Limit, 1, 1)))]),
                    trader.Session).Expect();
            }
        }

        Instruction stop = BookInstructions.StopSeat(bank.Venue.Market, buyer.Address, buyer.Seat);
        Instruction uncross = BookInstructions.Uncross(bank.Venue.Market, bank.Venue.Operator.PublicKey);
        bank.Send(uncross, bank.Venue.Operator).Expect();
        Assert.Equal(MarketPhase.Uncrossing, bank.Market.Header.Phase);
        bank.Refuse(BookError.UncrossPending, stop, buyer.Key);
        bank.Send(uncross, bank.Venue.Operator).Expect();
        bank.Send(SetPhase(MarketPhase.Call), bank.Venue.Operator).Expect();
        bank.Send(stop, buyer.Key).Expect();
        bank.Send(SetPhase(MarketPhase.Halted), bank.Venue.Operator).Expect();
        bank.Send(stop, buyer.Key).Expect();
        bank.AssertSound();

        Instruction SetPhase(MarketPhase phase) =>
            BookInstructions.SetPhase(bank.Venue.Market, bank.Venue.Operator.PublicKey, phase);
    }

    private static uint OpenOrders(TransactionRecord record)
    {
        Assert.Equal(BookWire.StopSeatReturnSize, record.ReturnData!.Data.Length);
        return BinaryPrimitives.ReadUInt32LittleEndian(record.ReturnData.Data);
    }

    private Instruction Band(ushort bandBps, ulong referenceTicks) =>
        BookInstructions.SetPriceBand(Venue.Market, Authority, bandBps, referenceTicks);

    private Instruction Limits(Address signer, uint maxOpenOrders, ulong maxOpenNotionalAtoms) => BookInstructions.SetSeatLimits(
        Venue.Market, signer, _buyer.Seat, new SeatLimits(maxOpenOrders, maxOpenNotionalAtoms));

    private Instruction Stop(Address signer) => BookInstructions.StopSeat(Venue.Market, signer, _buyer.Seat);

    private Instruction Resume(Address signer) => BookInstructions.ResumeSeat(Venue.Market, signer, _buyer.Seat);
}
