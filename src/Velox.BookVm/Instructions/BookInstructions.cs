using Velox.Bpf;

namespace Velox.BookVm;

/// <summary>The instructions of the book. docs/book-vm.md has their operands, effects, errors and prices.</summary>
/// <remarks>
/// All have opcode 0xe7 and are told apart by their immediate, but for <c>bookresult</c>, whose immediate is an operand. Arguments
/// are in r1 to r5 as for a call, the destination is any register.
/// </remarks>
public static class BookInstructions
{
    private const byte Opcode = 0xe7;
    private const byte ResultOpcode = 0xef;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<AddedInstruction> All { get; } =
    [
        Unary(1, "placeorder", BookFunctions.PlaceOrder, BookPrices.Place),
        Unary(2, "cancelorder", BookFunctions.CancelOrder, BookPrices.Cancel),
        Unary(3, "cancelclient", BookFunctions.CancelClient, BookPrices.Cancel),
        Unary(4, "matchorders", BookFunctions.MatchOrders, BookPrices.Place),
        Unary(5, "bulkupdate", BookFunctions.BulkUpdate, BookPrices.Bulk),
        Unary(6, "updateshard", BookFunctions.UpdateShard, BookPrices.Word),
        Unary(7, "readshard", BookFunctions.ReadShard, BookPrices.Word),
        Unary(8, "sendshard", BookFunctions.SendShard, BookPrices.Message),
        Unary(9, "receiveshard", BookFunctions.ReceiveShard, BookPrices.Message),
        Unary(10, "pricecheckle", BookFunctions.PriceCheckAtMost, BookPrices.PriceCheck, new PriceCheckEmitter(PriceTest.AtMost)),
        Unary(11, "pricecheckge", BookFunctions.PriceCheckAtLeast, BookPrices.PriceCheck, new PriceCheckEmitter(PriceTest.AtLeast)),
        Unary(12, "bestbid", BookFunctions.BestBid, BookPrices.Look, new ViewEmitter(ShardView.BestBidOffset)),
        Unary(13, "bestask", BookFunctions.BestAsk, BookPrices.Look, new ViewEmitter(ShardView.BestAskOffset)),
        Register(14, "bestbidof", (call, x) => BookFunctions.BestBidOf(call, x.Source), BookPrices.Look, new OtherViewEmitter(ShardView.BestBidOffset)),
        Register(15, "bestaskof", (call, x) => BookFunctions.BestAskOf(call, x.Source), BookPrices.Look, new OtherViewEmitter(ShardView.BestAskOffset)),
        Register(16, "depthat", (call, x) => BookFunctions.DepthAt(call, x.Destination, x.Source), BookPrices.Depth, emitter: null),
        Unary(17, "readlevels", BookFunctions.ReadLevels, BookPrices.Levels),
        new(ResultOpcode, "bookresult", OperandForm.Immediate, (call, x) => BookFunctions.ResultOf(call, (ulong)x.Immediate))
        {
            PriceUnits = BookPrices.Look,
            Emitter = new ResultEmitter(),
            Check = word => word.Immediate is >= 0 and < ShardView.ResultWords
                ? null
                : $"result field {word.Immediate}; there are the fields 0 to {ShardView.ResultWords - 1}.",
        },
    ];

    /// <summary>eBPF with the instructions of the book.</summary>
    public static Dialect Ebpf { get; } = AddTo(Dialect.Ebpf);

    /// <summary>A dialect with the instructions of the book, named <c>-book</c> behind its own name.</summary>
    public static Dialect AddTo(Dialect dialect)
    {
        ArgumentNullException.ThrowIfNull(dialect);
        return dialect.With(dialect.Name + "-book", All);
    }

    private static AddedInstruction Unary(int key, string name, HostFunction function, ulong price, AddedEmitter? emitter = null) =>
        Create(key, name, OperandForm.Unary, (call, _) => function(call), price, emitter);

    private static AddedInstruction Register(int key, string name, AddedFunction function, ulong price, AddedEmitter? emitter) =>
        Create(key, name, OperandForm.Register, function, price, emitter);

    private static AddedInstruction Create(
        int key, string name, OperandForm form, AddedFunction function, ulong price, AddedEmitter? emitter) =>
        new(Opcode, name, form, function)
        {
            Selector = OpcodeSelector.Immediate,
            Key = key,
            PriceUnits = price,
            Emitter = emitter,
        };
}
