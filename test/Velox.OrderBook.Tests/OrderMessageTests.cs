namespace Velox.OrderBook.Tests;

public class OrderMessageTests
{
    [Fact]
    public void A_place_message_has_the_documented_bytes()
    {
        var order = new NewOrder(
            Side.Ask, OrderType.PostOnly, 0x2122_2324_2526_2728, 0x3132_3334_3536_3738, 0x1112_1314_1516_1718);
        var bytes = new byte[OrderMessage.Size];
        OrderMessage.Place(0x0102, 0x0304_0506, order).WriteTo(bytes);
        Assert.Equal("0107020106050403181716151413121128272625242322213837363534333231", Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void What_is_written_is_parsed_back()
    {
        var random = new Random(301);
        var bytes = new byte[OrderMessage.Size];
        for (int i = 0; i < 10_000; i++)
        {
            var order = new NewOrder(
                (Side)random.Next(2), (OrderType)random.Next(6),
                (ulong)random.NextInt64(), (ulong)random.NextInt64(), (ulong)random.NextInt64(), (SelfTrade)random.Next(4));
            order = WithParameter(order, random.Next(8), (uint)random.Next(1, int.MaxValue));
            ushort seat = (ushort)random.Next(65_536);
            uint sequence = (uint)random.Next();
            OrderMessage message = random.Next(7) switch
            {
                0 => OrderMessage.Place(seat, sequence, order),
                6 => OrderMessage.StopSeat(seat, sequence),
                1 => OrderMessage.Cancel(seat, sequence, order.ClientOrderId),
                2 => OrderMessage.CancelAll(seat, sequence),
                3 => OrderMessage.CancelSide(seat, sequence, order.Side),
                4 => OrderMessage.Replace(
                    seat, sequence, order.ClientOrderId, order.PriceTicks, order.QuantityLots, order.SelfTrade),
                _ => OrderMessage.Reduce(seat, sequence, order.ClientOrderId, order.QuantityLots),
            };
            message.WriteTo(bytes);
            Assert.True(OrderMessage.TryParse(bytes, out OrderMessage parsed, out _));
            Assert.Equal((seat, sequence), (parsed.Seat, parsed.Sequence));
            Assert.Equal(message, parsed);
            if (parsed.IsPlace)
                Assert.Equal(order, parsed.ToNewOrder());
        }
    }

    [Theory]
    [InlineData(OrderMessageKind.PlaceIceberg, "0705020106050403181716151413121128272625242322211411121304030201")]
    [InlineData(OrderMessageKind.PlaceStop, "0805020106050403181716151413121128272625242322211411121304030201")]
    [InlineData(OrderMessageKind.PlaceUntilSlot, "0905020106050403181716151413121128272625242322211411121304030201")]
    [InlineData(OrderMessageKind.PlaceUntilTime, "0a05020106050403181716151413121128272625242322211411121304030201")]
    public void A_place_with_a_parameter_has_the_documented_bytes(OrderMessageKind kind, string hex)
    {
        Assert.True(OrderMessage.TryParse(Convert.FromHexString(hex), out OrderMessage message, out _));
        Assert.Equal((kind, 0x1312_1114UL, 0x0102_0304U), (message.Kind, message.QuantityLots, message.Parameter));
        NewOrder order = message.ToNewOrder();
        Assert.Equal((Side.Ask, OrderType.FillOrKill, 0x1312_1114UL), (order.Side, order.Type, order.QuantityLots));
        Assert.Equal(message, OrderMessage.Place(message.Seat, message.Sequence, order));
        ulong[] parameters = [order.DisplayLots, order.TriggerTicks, order.Expiry.Value];
        Assert.Single(parameters, 0x0102_0304UL);
    }

    [Fact]
    public void An_order_that_no_message_can_say_is_refused_when_it_is_made()
    {
        var order = new NewOrder(Side.Bid, OrderType.Limit, 5, 1UL << 32, 1);
        Assert.Equal(order, OrderMessage.Place(0, 0, order).ToNewOrder());
        Assert.Throws<ArgumentException>(() => OrderMessage.Place(0, 0, order with { DisplayLots = 1 }));
        order = order with { QuantityLots = 1, DisplayLots = 1, Expiry = Expiry.AtSlot(1) };
        Assert.Throws<ArgumentException>(() => OrderMessage.Place(0, 0, order));
        order = order with { DisplayLots = 0, Expiry = Expiry.AtTime(1UL << 32) };
        Assert.Throws<ArgumentException>(() => OrderMessage.Place(0, 0, order));
    }

    [Fact]
    public void Messages_of_the_other_kinds_do_what_the_operations_do()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 1, 10_000_000, out _);
        market.SetSessionKey(0, TestMarket.SessionOf(0));
        var order = new NewOrder(Side.Bid, OrderType.Limit, 50, 10, 1);
        Execute(OrderMessage.Place(0, 1, order with { DisplayLots = 3 }));
        Execute(OrderMessage.Place(0, 2, order with { ClientOrderId = 2, TriggerTicks = 60 }));
        Execute(OrderMessage.Place(0, 3, order with { ClientOrderId = 3, Expiry = Expiry.AtSlot(100) }));
        Execute(OrderMessage.Place(0, 4, order with { ClientOrderId = 4, Side = Side.Ask, PriceTicks = 70, Expiry = Expiry.AtTime(9) }));
        Assert.Equal([3UL, 10UL], market.AllOrders(Side.Bid).Select(open => open.OpenLots));
        Assert.Equal(3_000UL * 10, (ulong)market.Seat(0).QuoteLocked * 2);
        Execute(OrderMessage.Replace(0, 5, 3, 51, 7));
        Assert.Equal((51UL, 7UL), market.AllOrders(Side.Bid).Select(open => (open.PriceTicks, open.OpenLots)).First());
        Execute(OrderMessage.CancelSide(0, 6, Side.Bid));
        Assert.Empty(market.AllOrders(Side.Bid));
        Assert.Equal(0UL, market.Seat(0).QuoteLocked);
        Assert.Single(market.AllOrders(Side.Ask));
        market.AssertSound();

        void Execute(OrderMessage message)
        {
            var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 1, 1);
            Assert.Equal(BookError.None, market.Execute(message, TestMarket.SessionOf(0), ref events, out _));
        }
    }

    [Fact]
    public void A_session_stops_its_own_seat_and_only_the_owner_resumes_it()
    {
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 2, 10_000_000, out _);
        market.SetSessionKey(0, TestMarket.SessionOf(0));
        var order = new NewOrder(Side.Bid, OrderType.Limit, 50, 10);
        Assert.Equal(BookError.None, Execute(OrderMessage.Place(0, 1, order), out _));
        Assert.Equal(BookError.NotSessionKey, Execute(OrderMessage.StopSeat(1, 2), out _));
        Assert.Equal(BookError.UnknownSeat, Execute(OrderMessage.StopSeat(2, 2), out _));
        Assert.Equal(BookError.None, Execute(OrderMessage.StopSeat(0, 2), out OperationResult result));
        Assert.Equal((1U, 10UL), (result.CancelledOrders, result.CancelledLots));
        Assert.Equal((0U, SeatStops.ByOwner), (market.Seat(0).OpenOrders, market.Seat(0).Stops));
        Assert.Equal(BookError.SeatStopped, Execute(OrderMessage.Place(0, 3, order), out _));
        Assert.Equal(BookError.None, Execute(OrderMessage.StopSeat(0, 4), out _));

        Assert.Equal(BookError.NotSeatOwner, market.ResumeSeat(TestMarket.SessionOf(0), 0));
        Assert.Equal(BookError.None, market.ResumeSeat(TestMarket.OwnerOf(0), 0));
        Assert.Equal(BookError.None, Execute(OrderMessage.Place(0, 5, order), out _));
        var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 1, 1);
        Assert.Equal(BookError.UnknownSeat, market.Execute(OrderMessage.StopSeat(2, 6), ref events, out _));
        Assert.Equal(BookError.None, market.Execute(OrderMessage.StopSeat(1, 6), ref events, out _));
        Assert.Equal(SeatStops.ByOwner, market.Seat(1).Stops);
        market.AssertSound();

        BookError Execute(OrderMessage message, out OperationResult result)
        {
            var events = new EventWriter(new BookEvent[Market.MaxEventsPerOperation], 1, 1);
            return market.Execute(message, TestMarket.SessionOf(0), ref events, out result);
        }
    }

    private static NewOrder WithParameter(NewOrder order, int kind, uint parameter)
    {
        if (kind < 4)
            order = order with { QuantityLots = (uint)order.QuantityLots };
        return kind switch
        {
            0 => order with { DisplayLots = parameter },
            1 => order with { TriggerTicks = parameter },
            2 => order with { Expiry = Expiry.AtSlot(parameter) },
            3 => order with { Expiry = Expiry.AtTime(parameter) },
            _ => order,
        };
    }

    [Theory]
    [InlineData("", BookError.InvalidMessageLength)]
    [InlineData("00", BookError.InvalidMessageKind)]
    [InlineData("0b", BookError.None)]
    [InlineData("0b01", BookError.UnusedFieldNotZero)]
    [InlineData("0b000000000000ff", BookError.None)]
    [InlineData("0b00000000000000ff", BookError.UnusedFieldNotZero)]
    [InlineData("0b000000000000000000000000000000000000000000000000000000000000ff", BookError.UnusedFieldNotZero)]
    [InlineData("0c", BookError.InvalidMessageKind)]
    [InlineData("0107", BookError.None)]
    [InlineData("010a", BookError.None)]
    [InlineData("013b", BookError.None)]
    [InlineData("010c", BookError.InvalidMessageFlags)]
    [InlineData("010e", BookError.InvalidMessageFlags)]
    [InlineData("0140", BookError.InvalidMessageFlags)]
    [InlineData("0180", BookError.InvalidMessageFlags)]
    [InlineData("070c", BookError.InvalidMessageFlags)]
    [InlineData("0a80", BookError.InvalidMessageFlags)]
    [InlineData("05300000000000000100000000000000ffffffffffffffffffffffffffffffff", BookError.None)]
    [InlineData("0501", BookError.UnusedFieldNotZero)]
    [InlineData("0540", BookError.UnusedFieldNotZero)]
    [InlineData("0601", BookError.None)]
    [InlineData("0602", BookError.UnusedFieldNotZero)]
    [InlineData("060000000000000001", BookError.UnusedFieldNotZero)]
    [InlineData("060000000000000000000000000000000000000000000000ff", BookError.UnusedFieldNotZero)]
    [InlineData("0201", BookError.UnusedFieldNotZero)]
    [InlineData("02000000000000000100000000000000", BookError.None)]
    [InlineData("0200000000000000000000000000000001", BookError.UnusedFieldNotZero)]
    [InlineData("020000000000000000000000000000000000000000000000ff", BookError.UnusedFieldNotZero)]
    [InlineData("0300000000000000", BookError.None)]
    [InlineData("030000000000000001", BookError.UnusedFieldNotZero)]
    [InlineData("0302", BookError.UnusedFieldNotZero)]
    [InlineData("040000000000000000000000000000000000000000000000ff", BookError.None)]
    [InlineData("0400000000000000000000000000000000000000000080", BookError.UnusedFieldNotZero)]
    public void The_form_is_checked(string firstBytes, BookError expected)
    {
        // Bytes not given are zero; no bytes at all stand for an empty message.
        byte[] bytes = Convert.FromHexString(firstBytes);
        if (bytes.Length > 0)
            Array.Resize(ref bytes, OrderMessage.Size);
        Assert.Equal(expected == BookError.None, OrderMessage.TryParse(bytes, out OrderMessage message, out BookError error));
        Assert.Equal(expected, error);
        if (expected != BookError.None)
            Assert.Equal(default, message);
    }

    [Fact]
    public void Random_bytes_of_any_length_parse_or_are_refused_and_never_break_a_market()
    {
        const int Seed = 302;
        var random = new Random(Seed);
        Market market = TestMarket.CreateWithSeats(TestMarket.Parameters, 3, 10_000_000, out _);
        for (uint seat = 0; seat < 3; seat++)
            market.SetSessionKey(seat, TestMarket.SessionOf(seat));
        var buffer = new BookEvent[Market.MaxEventsPerOperation];
        var bytes = new byte[40];
        int parsed = 0;
        int executed = 0;
        for (int i = 0; i < 100_000; i++)
        {
            random.NextBytes(bytes);
            int length = random.Next(8) == 0 ? random.Next(bytes.Length + 1) : OrderMessage.Size;
            Tame(random, bytes);
            if (!OrderMessage.TryParse(bytes.AsSpan(0, length), out OrderMessage message, out BookError error))
            {
                Assert.InRange(error, BookError.InvalidMessageLength, BookError.UnusedFieldNotZero);
                continue;
            }

            Assert.Equal(OrderMessage.Size, length);
            parsed++;
            var events = new EventWriter(buffer, 0);
            if (market.Execute(message, TestMarket.SessionOf(message.Seat), ref events, out _) != BookError.None)
                continue;
            executed++;
            if (message.Kind == OrderMessageKind.StopSeat)
                Assert.Equal(BookError.None, market.ResumeSeat(TestMarket.OwnerOf(message.Seat), message.Seat));
        }

        market.AssertSound();
        Assert.True(
            parsed > 10_000 && executed > 1_000,
            $"seed {Seed}: {parsed} parsed, {executed} executed: the fuzz tests little.");
    }

    // Wholly random bytes rarely get past the first check: mostly keep small values in most fields.
    private static void Tame(Random random, byte[] bytes)
    {
        if (random.Next(4) == 0)
            return;
        bytes[0] = (byte)random.Next(13);
        bool isPlace = bytes[0] is 1 or (>= 7 and <= 10);
        bytes[1] = (byte)(isPlace ? random.Next(14) : bytes[0] == 6 ? random.Next(2) : 0);
        bytes[2] = (byte)random.Next(4);
        bytes[3] = 0;
        for (int field = 8; field < OrderMessage.Size; field += 8)
            bytes.AsSpan(field + 1, 7).Clear();
        if (bytes[0] is 2 or 3 or 6 or 11)
            bytes.AsSpan(16, 16).Clear();
        if (bytes[0] == 4)
            bytes.AsSpan(16, 8).Clear();
        if (bytes[0] is 3 or 6 or 11)
            bytes.AsSpan(8, 8).Clear();
        if (bytes[0] is >= 7 and <= 10)
            bytes[28] = (byte)random.Next(100);
    }
}
