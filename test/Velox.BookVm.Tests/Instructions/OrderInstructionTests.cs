using System.Runtime.InteropServices;
using Velox.Bpf;
using Velox.OrderBook;

namespace Velox.BookVm.Tests;

/// <summary>Instructions that change the book: what they do, return, cost and refuse, in both tiers.</summary>
public class OrderInstructionTests
{
    private const int Limit = 0, Ask = 1, PostOnly = 3 << 1;

    public static TheoryData<Tier> Tiers => Rig.Tiers;

    [Theory]
    [MemberData(nameof(Tiers))]
    public void PlaceOrder_rests_shows_its_price_and_says_what_it_did(Tier tier)
    {
        using var rig = new Rig(tier, $"""
            {Rig.Arguments(1, Limit, 100, 7, 42)}
            placeorder r0
            bookresult r6, 0
            bookresult r7, 2
            bestbid r8
            bestask r9
            exit
            """);
        BookRun run = rig.Machine.Run(0, default, slot: 9);
        Assert.Equal((0ul, 5 + (1 + 200) + (4 * (1 + 1)) + 1ul), (run.Value, run.Execution.ConsumedUnits));
        ulong[] registers = rig.Machine.RegistersOf();
        Assert.True(rig.Market.TryGetOrder(registers[6], out OrderNode order));
        Assert.Equal((42ul, 100ul, 7ul, (ushort)1), (order.ClientOrderId, order.PriceTicks, order.OpenLots, order.Seat));
        Assert.Equal((7ul, 100ul, 0ul), (registers[7], registers[8], registers[9]));
        Assert.Equal((100ul, 0ul), (rig.Machine.BestBid, rig.Machine.BestAsk));
        Assert.Equal([BookEventKind.Rested], rig.Events.Select(each => each.Kind));
        Assert.Equal(9ul, rig.Events[0].Slot);
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void MatchOrders_takes_what_rests_and_never_rests_itself(Tier tier)
    {
        using var rig = new Rig(tier, $"""
            {Rig.Arguments(0, 0, 105, 30)}
            matchorders r0
            bookresult r6, 1
            bookresult r7, 3
            bookresult r8, 5
            exit
            """);
        Rig.Place(rig.Book[0], 1, Side.Ask, 104, 10);
        Rig.Place(rig.Book[0], 2, Side.Ask, 105, 10);
        Rig.Place(rig.Book[0], 2, Side.Ask, 106, 10);
        Assert.Equal(0ul, rig.Run());
        ulong[] registers = rig.Machine.RegistersOf();
        Assert.Equal((20ul, 10ul, (ulong)DoneReason.ImmediateOrCancel), (registers[6], registers[7], registers[8]));
        Assert.Equal((0ul, 106ul), (rig.Machine.BestBid, rig.Machine.BestAsk));
        Assert.Equal([BookEventKind.Fill, BookEventKind.Fill, BookEventKind.Closed], rig.Events.Select(each => each.Kind));
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void Orders_are_cancelled_by_either_id(Tier tier)
    {
        using var rig = new Rig(tier, """
            ldxdw r2, [r1+0]
            mov64 r1, 1
            cancelorder r6
            mov64 r2, 77
            cancelclient r7
            mov64 r1, 1
            cancelclient r8
            bookresult r9, 3
            exit
            """);
        ulong id = Rig.Place(rig.Book[0], 1, Side.Bid, 90, 5);
        Rig.Place(rig.Book[0], 1, Side.Bid, 91, 6, clientId: 77);
        rig.Run(Rig.Words(id));
        ulong[] registers = rig.Machine.RegistersOf();
        Assert.Equal((0ul, 0ul, (ulong)BookError.UnknownOrder, 0ul), (registers[6], registers[7], registers[8], registers[9]));
        Assert.Equal(0ul, rig.Machine.BestBid);
    }

    [Theory]
    [InlineData(Tier.Interpreter, 9, 0, 100, 1, 0, BookError.UnknownSeat)]
    [InlineData(Tier.Native, 9, 0, 100, 1, 0, BookError.UnknownSeat)]
    [InlineData(Tier.Interpreter, 0x1_0000_0000, 0, 100, 1, 0, BookError.UnknownSeat)]
    [InlineData(Tier.Native, 0, 0x200, 100, 1, 0, BookError.InvalidOrderType)]
    [InlineData(Tier.Native, 0, 0x80, 100, 1, 0, BookError.InvalidOrderType)]
    [InlineData(Tier.Interpreter, 0, 0, 0, 1, 0, BookError.InvalidPrice)]
    [InlineData(Tier.Native, 0, 0, 100, 0, 0, BookError.InvalidQuantity)]
    [InlineData(Tier.Native, 0, 0, ulong.MaxValue, 9, 0, BookError.ValueOverflow)]
    [InlineData(Tier.Interpreter, 0, 0, 1_000_000, 1_000_000, 0, BookError.InsufficientFunds)]
    [InlineData(Tier.Native, 0, PostOnly | Ask, 50, 1, 0, BookError.WouldCross)]
    [InlineData(Tier.Interpreter, 0, 2 << 1, 100, 1, 0, BookError.WouldNotFill)]
    public void Refusals_are_values(Tier tier, ulong seat, ulong flags, ulong price, ulong lots, ulong id, BookError expected)
    {
        using var rig = new Rig(tier, $"{Rig.Arguments(seat, flags, price, lots, id)}\nplaceorder r7\nbookresult r6, 0\nmov64 r0, r7\nexit");
        Rig.Place(rig.Book[0], 1, Side.Bid, 60, 5);
        byte[] before = rig.Book[0].Slab.ToArray();
        Assert.Equal((ulong)expected, rig.Run());
        Assert.Equal(0ul, rig.Machine.RegistersOf()[6]);
        Assert.Equal(before, rig.Book[0].Slab.ToArray());
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void A_machine_of_one_seat_acts_for_no_other(Tier tier)
    {
        string text = $"""
            {Rig.Arguments(2, 0, 100, 1, 0)}
            placeorder r6
            cancelorder r7
            matchorders r8
            mov64 r2, 0
            mov64 r1, 3
            placeorder r9
            exit
            """;
        using var rig = new Rig(tier, text, seat: 3);
        rig.Run();
        ulong[] registers = rig.Machine.RegistersOf();
        const ulong refused = (ulong)BookError.NotSeatOwner;
        Assert.Equal((refused, refused, refused, 0ul), (registers[6], registers[7], registers[8], registers[9]));
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void BulkOrderUpdate_executes_each_message_and_reports_each_error(Tier tier)
    {
        using var rig = new Rig(tier, """
            mov64 r2, 6
            mov64 r3, r10
            add64 r3, -16
            bulkupdate r0
            ldxdw r6, [r10-16]
            ldxw r7, [r10-8]
            exit
            """, seat: 1);
        var messages = new OrderMessage[]
        {
            OrderMessage.Place(1, 0, new NewOrder(Side.Bid, OrderType.Limit, 100, 5, 11)),
            OrderMessage.Place(1, 1, new NewOrder(Side.Bid, OrderType.Limit, 101, 5, 12)),
            OrderMessage.Reduce(1, 2, 11, 2),
            OrderMessage.Cancel(1, 3, 99),
            OrderMessage.CancelAll(2, 4),
            OrderMessage.Cancel(1, 5, 12),
        };
        byte[] input = MemoryMarshal.AsBytes(messages.AsSpan()).ToArray();
        Assert.Equal(4ul, rig.Run(input));
        ulong[] registers = rig.Machine.RegistersOf();
        Assert.Equal((ulong)BookError.UnknownOrder << 48, registers[6]);
        Assert.Equal((ulong)BookError.NotSeatOwner, registers[7]);
        Assert.Equal(100ul, rig.Machine.BestBid);

        // The same again, but for the first's flags.
        input[1] = 0xff;
        Assert.Equal(3ul, rig.Run(input));
        Assert.Equal((ulong)BookError.InvalidMessageFlags, rig.Machine.RegistersOf()[6] & ushort.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void BulkOrderUpdate_knows_every_kind_of_message(Tier tier)
    {
        using var rig = new Rig(tier, """
            mov64 r2, 6
            mov64 r3, r10
            add64 r3, -16
            bulkupdate r0
            ldxdw r6, [r10-16]
            ldxw r7, [r10-8]
            exit
            """, seat: 1);
        var bid = new NewOrder(Side.Bid, OrderType.Limit, 100, 5, 11);
        var messages = new OrderMessage[]
        {
            OrderMessage.Place(1, 0, bid with { DisplayLots = 2 }),
            OrderMessage.Replace(1, 1, 11, 103, 7),
            OrderMessage.CancelSide(1, 2, Side.Ask),
            OrderMessage.Place(1, 3, bid with { ClientOrderId = 12, TriggerTicks = 200 }),
            OrderMessage.StopSeat(1, 4),
            OrderMessage.Place(1, 5, bid),
        };
        Assert.Equal(5ul, rig.Run(MemoryMarshal.AsBytes(messages.AsSpan()).ToArray()));
        ulong[] registers = rig.Machine.RegistersOf();
        Assert.Equal((0ul, (ulong)BookError.SeatStopped << 16), (registers[6], registers[7]));
        Assert.Equal(0ul, rig.Machine.BestBid);
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void BulkOrderUpdate_takes_256_messages_and_their_price_before_the_first(Tier tier)
    {
        const ulong price = 256 * 200;
        string text = "mov64 r2, 256\nmov64 r3, 0\nbulkupdate r0\nexit";
        var messages = new OrderMessage[256];
        for (uint i = 0; i < messages.Length; i++)
            messages[i] = OrderMessage.Place((ushort)(i % 4), i, new NewOrder(Side.Ask, OrderType.Limit, 1000 + i, 1, i + 1));
        ShardedBook book = Rig.CreateBook(1, 4, out List<BookEvent> events);
        byte[] input = MemoryMarshal.AsBytes(messages.AsSpan()).ToArray();
        const ulong rest = 2 + (1 + 20) + 1;

        using BookVirtualMachine poor = Create(price + rest - 2);
        Assert.Equal(VmError.BudgetExceeded, poor.Run(0, input).Execution.Error);
        Assert.Equal(0ul, poor.BestAsk);

        using BookVirtualMachine enough = Create(price + rest);
        BookRun run = enough.Run(0, input);
        Assert.Equal((256ul, 1000ul), (run.Value, enough.BestAsk));
        Assert.Equal(256, events.Count);

        BookVirtualMachine Create(ulong units) => new(BookVirtualMachine.Assemble(text), book, new BookVmOptions
        {
            InputBytes = 256 * OrderMessage.Size,
            AllowsNative = tier == Tier.Native,
            UnitsPerRun = units,
        });
    }

    [Theory]
    [InlineData(Tier.Interpreter, "bulkupdate", 257, BookVmError.TooMany)]
    [InlineData(Tier.Native, "bulkupdate", ulong.MaxValue, BookVmError.TooMany)]
    [InlineData(Tier.Native, "pricecheckle", 257, BookVmError.TooMany)]
    [InlineData(Tier.Interpreter, "pricecheckge", 1ul << 40, BookVmError.TooMany)]
    public void Too_many_is_a_negative_error(Tier tier, string mnemonic, ulong count, BookVmError expected)
    {
        using var rig = new Rig(tier, $"{Rig.Arguments(MemoryMap.InputAddress, count, 0, MemoryMap.StackAddress)}\n{mnemonic} r0\nexit");
        Assert.Equal(-(long)expected, (long)rig.Run());
    }
}
