using System.Runtime.InteropServices;
using Velox.OrderBook;
using Xunit;

namespace Velox.Svm.Tests;

public sealed class BookBatchTests
{
    private readonly BookBank _bank = new();
    private readonly Trader _buyer;
    private readonly Trader _seller;

    public BookBatchTests()
    {
        _buyer = _bank.NewTrader(0, 100_000);
        _seller = _bank.NewTrader(10_000, 0);
    }

    [Fact]
    public void Each_message_has_its_own_result_and_a_refused_one_stops_nothing()
    {
        OrderMessage[] messages =
        [
            OrderMessage.Place(0, 1, new NewOrder(Side.Bid, OrderType.Limit, 50, 2, 1)),
            OrderMessage.Place(0, 2, new NewOrder(Side.Bid, OrderType.Limit, 50, 2, 1)),
            OrderMessage.Place(0, 3, new NewOrder(Side.Bid, OrderType.Limit, 0, 2)),
            OrderMessage.Cancel(0, 4, 99),
            OrderMessage.Reduce(0, 5, 1, 1),
            OrderMessage.Cancel(1, 6, 1),
            OrderMessage.CancelAll(5, 7),
            OrderMessage.Place(0, 8, new NewOrder(Side.Bid, OrderType.PostOnly, 51, 3, 2)),
        ];

        TransactionRecord record = _bank.Send(_bank.Venue.Batch(_buyer.Session, messages), _buyer.Session).Expect();

        Assert.Equal(
            [
                BookError.None, BookError.DuplicateClientOrderId, BookError.InvalidPrice, BookError.UnknownOrder,
                BookError.None, BookError.NotSessionKey, BookError.UnknownSeat, BookError.None,
            ],
            Codes(record));
        Assert.Equal(2u, _bank.Seat(_buyer).OpenOrders);
        Assert.Equal((50UL * 10 * 1) + (51UL * 10 * 3), _bank.Seat(_buyer).QuoteLocked);
        Assert.Contains(record.LogLines, line => line.StartsWith(
            "Program log: message 2: InvalidPrice: priceTicks", StringComparison.Ordinal));
        Assert.Equal(3, record.MarketEvents.Count);
        _bank.AssertSound();
    }

    [Fact]
    public void A_batch_does_to_the_slab_what_its_messages_do_one_by_one()
    {
        OrderMessage[] messages =
        [
            .. Enumerable.Range(1, 12).Select(i => OrderMessage.Place(
                0, (uint)i, new NewOrder(Side.Bid, OrderType.Limit, (ulong)(i % 5) + 1, (ulong)i, (ulong)i))),
            OrderMessage.Cancel(0, 13, 3), OrderMessage.Reduce(0, 14, 5, 2),
        ];
        var other = new BookBank();
        Trader trader = other.NewTrader(0, 100_000);
        other.NewTrader(10_000, 0);

        _bank.Send(_bank.Venue.Batch(_buyer.Session, messages), _buyer.Session).Expect();
        byte[][] singles = [.. messages.Select(message => other.Bank.Sign(
            [other.Venue.Batch(trader.Session, message)], other.Payer, trader.Session))];
        Assert.All(other.Bank.SendBlock([singles]), result => result.Expect());

        Assert.Equal(SlabWithoutSlots(_bank), SlabWithoutSlots(other));
    }

    [Fact]
    public void A_key_that_is_the_session_of_no_named_seat_is_refused_as_a_whole()
    {
        OrderMessage message = OrderMessage.Place(0, 1, new NewOrder(Side.Bid, OrderType.Limit, 50, 2));

        _bank.Refuse(BookError.NotSessionKey, _bank.Venue.Batch(_seller.Session, message), _seller.Session);
        _bank.Refuse(BookError.NotSessionKey, _bank.Venue.Batch(_buyer.Key, message), _buyer.Key);
    }

    [Fact]
    public void A_session_that_was_taken_back_is_refused()
    {
        OrderMessage message = OrderMessage.Place(0, 1, new NewOrder(Side.Bid, OrderType.Limit, 50, 2));
        _bank.Send(BookInstructions.SetSession(_bank.Venue.Market, _buyer.Address, 0, default), _buyer.Key).Expect();

        _bank.Refuse(BookError.NotSessionKey, _bank.Venue.Batch(_buyer.Session, message), _buyer.Session);
    }

    [Fact]
    public void A_batch_without_the_signature_of_its_session_is_refused()
    {
        Instruction batch = _bank.Venue.Batch(
            _buyer.Session, OrderMessage.Place(0, 1, new NewOrder(Side.Bid, OrderType.Limit, 50, 2)));
        Instruction unsigned = InstructionVariant.Of(
            batch, AccountMeta.Writable(_bank.Venue.Market), AccountMeta.Readonly(_buyer.Session.PublicKey));

        _bank.Refuse(InstructionErrorKind.MissingRequiredSignature, unsigned).ExpectLog("must sign");
    }

    [Fact]
    public void A_batch_of_no_or_17_messages_or_cut_off_or_too_long_is_malformed()
    {
        byte[] message = new byte[OrderMessage.Size];
        OrderMessage.Place(0, 1, new NewOrder(Side.Bid, OrderType.Limit, 50, 2)).WriteTo(message);
        byte[][] malformed =
        [
            [8], [8, 0], [8, 1], [8, 1, .. message[..31]], [8, 1, .. message, 0], [8, 2, .. message],
            [8, 0, .. message],
            [8, 17, .. Enumerable.Repeat(message, 17).SelectMany(bytes => bytes)], [8, 255, .. message],
        ];
        Instruction good = _bank.Venue.Batch(_buyer.Session, OrderMessage.CancelAll(0, 1));

        foreach (byte[] data in malformed)
        {
            _bank.Refuse(
                InstructionErrorKind.InvalidInstructionData, new Instruction(
                    good.ProgramId, good.Accounts, data), _buyer.Session)
                .ExpectLog("Program log: data: ");
        }
    }

    [Fact]
    public void A_full_batch_of_the_dearest_messages_fits_the_default_compute_limit()
    {
        var bank = new BookBank(BookVenue.DefaultTerms with { OrderCapacity = 4_100, MaxOpenOrdersPerSeat = 4_096 });
        Trader maker = bank.NewTrader(1_000_000, 0);
        Trader taker = bank.NewTrader(0, 100_000_000);
        for (uint batch = 0; batch < 256; batch++)
        {
            OrderMessage[] asks = [.. Enumerable.Range(0, 16).Select(i => OrderMessage.Place(
                0, (batch * 16) + (uint)i, new NewOrder(Side.Ask, OrderType.Limit, 1, 1)))];
            bank.Send(bank.Venue.Batch(maker.Session, asks), maker.Session).Expect();
        }

        OrderMessage[] bids = [.. Enumerable.Range(0, 16).Select(i => OrderMessage.Place(
            1, (uint)i, new NewOrder(Side.Bid, OrderType.ImmediateOrCancel, 1, 1_000)))];
        TransactionRecord record = bank.Send(bank.Venue.Batch(taker.Session, bids), taker.Session).Expect();

        Assert.All(Codes(record), code => Assert.Equal(BookError.None, code));
        Assert.Equal(16 * 256, record.MarketEvents.Count);
        Assert.Equal(111_400UL, record.ComputeUnitsConsumed);
        Assert.Equal("Log truncated", record.LogLines[^1]);
        bank.AssertSound();
    }

    private static BookError[] Codes(TransactionRecord record) =>
        [.. MemoryMarshal.Cast<byte, ushort>(record.ReturnData!.Data).ToArray().Select(code => (BookError)code)];

    // Orders remember the slot in which they came, which differs between the two banks: only their ids are compared.
    private static (BookError Sound, ulong Locked, string Orders) SlabWithoutSlots(BookBank bank)
    {
        var orders = new OrderNode[64];
        int count = bank.Market.Orders(Side.Bid, orders);
        return (
            bank.Market.CheckInvariants(out _), bank.Market.Header.NextEventSequence,
            string.Join(' ', orders[..count].Select(
                order => $"{order.OrderId}:{order.ClientOrderId}:{order.PriceTicks}:{order.OpenLots}")));
    }
}
