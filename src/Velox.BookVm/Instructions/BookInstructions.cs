using Velox.Bpf;
using Velox.OrderBook;

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

    // In the slab's header.
    private const int BestBidOffset = MarketHeader.QuoteOffset + sizeof(ulong);
    private const int BestAskOffset = BestBidOffset + sizeof(ulong);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<AddedInstruction> All { get; } =
    [
        Unary(1, "placeorder", static (call, _) => BookFunctions.PlaceOrder(call), BookPrices.Place, new OperationEmitter(BookHostWords.Place, mayMatch: true)),
        Unary(2, "cancelorder", static (call, _) => BookFunctions.CancelOrder(call), BookPrices.Cancel, new OperationEmitter(BookHostWords.Cancel, mayMatch: false)),
        Unary(3, "cancelclient", static (call, _) => BookFunctions.CancelClient(call), BookPrices.Cancel, new OperationEmitter(BookHostWords.CancelClient, mayMatch: false)),
        Unary(4, "matchorders", static (call, _) => BookFunctions.MatchOrders(call), BookPrices.Place, new OperationEmitter(BookHostWords.Match, mayMatch: true)),
        Unary(5, "bulkupdate", static (call, _) => BookFunctions.BulkUpdate(call), BookPrices.Bulk),
        Unary(6, "updateshard", static (call, _) => BookFunctions.UpdateShard(call), BookPrices.Word),
        Unary(7, "readshard", static (call, _) => BookFunctions.ReadShard(call), BookPrices.Word),
        Unary(8, "sendshard", static (call, _) => BookFunctions.SendShard(call), BookPrices.Message),
        Unary(9, "receiveshard", static (call, _) => BookFunctions.ReceiveShard(call), BookPrices.Message),
        Unary(10, "pricecheckle", static (call, _) => BookFunctions.PriceCheckAtMost(call), BookPrices.PriceCheck, new PriceCheckEmitter(PriceTest.AtMost)),
        Unary(11, "pricecheckge", static (call, _) => BookFunctions.PriceCheckAtLeast(call), BookPrices.PriceCheck, new PriceCheckEmitter(PriceTest.AtLeast)),
        Unary(12, "bestbid", static (call, _) => BookFunctions.BestBid(call), BookPrices.Look, new LookEmitter(BookHostWords.OwnSlab, BestBidOffset)),
        Unary(13, "bestask", static (call, _) => BookFunctions.BestAsk(call), BookPrices.Look, new LookEmitter(BookHostWords.OwnSlab, BestAskOffset)),
        Register(14, "bestbidof", static (call, x) => BookFunctions.BestBidOf(call, x.Source), BookPrices.Look, new LookElsewhereEmitter(BestBidOffset)),
        Register(15, "bestaskof", static (call, x) => BookFunctions.BestAskOf(call, x.Source), BookPrices.Look, new LookElsewhereEmitter(BestAskOffset)),
        Register(16, "depthat", static (call, x) => BookFunctions.DepthAt(call, x.Destination, x.Source), BookPrices.Depth, emitter: null),
        Unary(17, "readlevels", static (call, _) => BookFunctions.ReadLevels(call), BookPrices.Levels),
        new(ResultOpcode, "bookresult", OperandForm.Immediate, static (call, x) => BookFunctions.ResultOf(call, (ulong)x.Immediate))
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

    private static AddedInstruction Unary(int key, string name, AddedFunction function, ulong price, AddedEmitter? emitter = null) =>
        Create(key, name, OperandForm.Unary, function, price, emitter);

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
