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
                (Side)random.Next(2), (OrderType)random.Next(4),
                (ulong)random.NextInt64(), (ulong)random.NextInt64(), (ulong)random.NextInt64());
            ushort seat = (ushort)random.Next(65_536);
            uint sequence = (uint)random.Next();
            OrderMessage message = random.Next(4) switch
            {
                0 => OrderMessage.Place(seat, sequence, order),
                1 => OrderMessage.Cancel(seat, sequence, order.ClientOrderId),
                2 => OrderMessage.CancelAll(seat, sequence),
                _ => OrderMessage.Reduce(seat, sequence, order.ClientOrderId, order.QuantityLots),
            };
            message.WriteTo(bytes);
            Assert.True(OrderMessage.TryParse(bytes, out OrderMessage parsed, out _));
            Assert.Equal((seat, sequence), (parsed.Seat, parsed.Sequence));
            Assert.Equal(message, parsed);
            if (parsed.Kind == OrderMessageKind.Place)
            {
                Assert.Equal(order, new NewOrder(
                    parsed.Side, parsed.Type, parsed.PriceTicks, parsed.QuantityLots, parsed.ClientOrderId));
            }
        }
    }

    [Theory]
    [InlineData("", BookError.InvalidMessageLength)]
    [InlineData("00", BookError.InvalidMessageKind)]
    [InlineData("05", BookError.InvalidMessageKind)]
    [InlineData("0107", BookError.None)]
    [InlineData("0108", BookError.InvalidMessageFlags)]
    [InlineData("0110", BookError.InvalidMessageFlags)]
    [InlineData("0180", BookError.InvalidMessageFlags)]
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
            if (market.Execute(message, TestMarket.SessionOf(message.Seat), ref events, out _) == BookError.None)
                executed++;
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
        bytes[0] = (byte)random.Next(6);
        bytes[1] = (byte)(bytes[0] == 1 ? random.Next(10) : 0);
        bytes[2] = (byte)random.Next(4);
        bytes[3] = 0;
        for (int field = 8; field < OrderMessage.Size; field += 8)
            bytes.AsSpan(field + 1, 7).Clear();
        if (bytes[0] is not (1 or 4))
            bytes.AsSpan(16, 16).Clear();
        if (bytes[0] == 4)
            bytes.AsSpan(16, 8).Clear();
        if (bytes[0] == 3)
            bytes.AsSpan(8, 8).Clear();
    }
}
