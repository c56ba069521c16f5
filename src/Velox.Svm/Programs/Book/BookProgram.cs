using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>The order book as a program: markets, seats, deposits, orders (formats: docs/book-program.md).</summary>
/// <remarks>
/// The market's account data is the slab; it is matched in place. What an instruction refuses changes nothing, and the
/// log says why with the field and its bound.
/// <list type="bullet">
/// <item>InvalidInstructionData: unknown tag, wrong length, or a batch of 0 or more than 16 messages.</item>
/// <item>NotEnoughAccountKeys, MissingRequiredSignature, IncorrectProgramId: what their names say.</item>
/// <item>InvalidAccountOwner: account 0 is not owned by this program. ReadonlyDataModified: it is not writable.</item>
/// <item>InvalidAccountData: the slab contradicts itself.</item>
/// <item>AccountNotRentExempt: a new market holds fewer lamports than its size demands.</item>
/// <item>Custom: the number of a <see cref="BookError"/> or of a <see cref="BookProgramError"/>.</item>
/// </list>
/// Every event goes to <see cref="InvokeContext.Emit"/>, every fill to the log too as its 64 bytes ("Program data").
/// <para>
/// Units: <see cref="ComputeUnits"/> for each call, <see cref="UnitsPerMessage"/> for each message of a batch,
/// <see cref="UnitsPerEvent"/> for each event (of an operation at most <see cref="MaxPaidEvents"/>, of an uncross all),
/// <see cref="UnitsPerUncross"/> for the search of an uncross, <see cref="UnitsPerDerivation"/> for each derived address,
/// <see cref="UnitsPerPage"/> for each page that creating or growing a market or opening a seat looks through. A batch costs at
/// most 111,400, an uncross 34,742, and so each always fits the default limit of one instruction.
/// </para>
/// </remarks>
public sealed class BookProgram : INativeProgram
{
    public const ulong UnitsPerMessage = 500;
    public const ulong UnitsPerEvent = 25;

    /// <summary>Most events of one operation that are paid for.</summary>
    public const int MaxPaidEvents = 256;

    /// <summary>Two for each step that an uncross may do in its search for the clearing price.</summary>
    public const ulong UnitsPerUncross = 2 * Market.MaxStepsPerUncross;

    public const ulong UnitsPerDerivation = 1_500;
    public const ulong UnitsPerPage = 1;

    public Address Id => ProgramIds.Book;

    public ulong ComputeUnits => 1_000;

    public InstructionError Execute(InvokeContext context)
    {
        try
        {
            return Run(context);
        }
        catch (CorruptMarketException damage)
        {
            // Thrown in the middle of an operation: the error returned makes the transaction undo it.
            context.Log($"market: {damage.Message}");
            return InstructionErrorKind.InvalidAccountData;
        }
    }

    private static InstructionError Run(InvokeContext context)
    {
        var fields = new BincodeReader(context.Data);
        var tag = (BookInstructionTag)fields.Byte();
        if (context.Data.Length == 0 || context.Data.Length != ExpectedLength(tag, context.Data))
        {
            context.Log($"data: {context.Data.Length} bytes are not the length of instruction {tag}");
            return InstructionErrorKind.InvalidInstructionData;
        }

        InstructionError error = context.RequireAccounts(ExpectedAccounts(tag));
        if (!error.IsError)
            error = RequireMarketAccount(context);
        if (error.IsError)
            return error;
        if (tag == BookInstructionTag.CreateMarket)
            return MarketCreation.Create(context, fields);

        AccountHandle account = context.Account(0);
        error = BookCall.Check(context, Market.TryOpen(account.Memory, out Market market));
        return error.IsError ? error : Dispatch(tag, new BookCall(context, account.Address, market), fields);
    }

    private static InstructionError Dispatch(BookInstructionTag tag, in BookCall call, BincodeReader fields)
    {
        return tag switch
        {
            BookInstructionTag.OpenSeat => BookSeats.Open(call),
            BookInstructionTag.SetSession => BookSeats.SetSession(call, fields),
            BookInstructionTag.Deposit => BookFunds.Deposit(call, fields),
            BookInstructionTag.Withdraw => BookFunds.Withdraw(call, fields),
            BookInstructionTag.CollectFees => BookFunds.CollectFees(call, fields),
            BookInstructionTag.Batch => BookBatch.Run(call, fields),
            BookInstructionTag.Place => BookOrders.Place(call, fields),
            BookInstructionTag.CancelAll or BookInstructionTag.CancelSide => BookOrders.CancelAll(tag, call, fields),
            BookInstructionTag.PlaceSpecial => BookSpecialOrders.Place(call, fields),
            BookInstructionTag.Replace or BookInstructionTag.ReplaceByClientId =>
                BookSpecialOrders.Replace(tag, call, fields),
            BookInstructionTag.ReplaceQuote => BookSpecialOrders.ReplaceQuote(call, fields),
            BookInstructionTag.Advance => BookSpecialOrders.Advance(call),
            BookInstructionTag.SetPhase => BookAuctions.SetPhase(call, fields),
            BookInstructionTag.Uncross => BookAuctions.Uncross(call),
            BookInstructionTag.SetPriceBand => BookLimits.SetPriceBand(call, fields),
            BookInstructionTag.SetSeatLimits => BookLimits.SetSeatLimits(call, fields),
            BookInstructionTag.StopSeat => BookLimits.StopSeat(call, fields),
            BookInstructionTag.ResumeSeat => BookLimits.ResumeSeat(call, fields),
            BookInstructionTag.GrowMarket => MarketGrowing.Grow(call, fields),
            _ => BookOrders.Change(tag, call, fields),
        };
    }

    private static InstructionError RequireMarketAccount(InvokeContext context)
    {
        AccountHandle market = context.Account(0);
        if (!market.IsOwnedByCaller)
        {
            context.Log($"market: account {market.Address} is owned by {market.Owner}, not by the book program");
            return InstructionErrorKind.InvalidAccountOwner;
        }

        InstructionError error = market.TryGetWritableData(out _);
        if (error.IsError)
            context.Log($"market: account {market.Address} must be writable");
        return error;
    }

    /// <summary>Bytes that the instruction has; -1 for an unknown one.</summary>
    private static int ExpectedLength(BookInstructionTag tag, ReadOnlySpan<byte> data) => tag switch
    {
        BookInstructionTag.CreateMarket => BookWire.CreateMarketSize,
        BookInstructionTag.OpenSeat => BookWire.OpenSeatSize,
        BookInstructionTag.Deposit => BookWire.DepositSize,
        BookInstructionTag.Withdraw => BookWire.WithdrawSize,
        BookInstructionTag.Place => BookWire.PlaceSize,
        BookInstructionTag.Cancel => BookWire.CancelSize,
        BookInstructionTag.CancelAll => BookWire.CancelAllSize,
        BookInstructionTag.Reduce => BookWire.ReduceSize,
        BookInstructionTag.Batch when data.Length > 1 && data[1] is >= 1 and <= BookWire.MaxBatchMessages =>
            BookWire.BatchHeaderSize + (data[1] * BookWire.OrderMessageSize),
        BookInstructionTag.SetSession => BookWire.SetSessionSize,
        BookInstructionTag.CollectFees => BookWire.CollectFeesSize,
        BookInstructionTag.CancelByClientId => BookWire.CancelByClientIdSize,
        BookInstructionTag.PlaceSpecial => BookWire.PlaceSpecialSize,
        BookInstructionTag.Replace or BookInstructionTag.ReplaceByClientId => BookWire.ReplaceSize,
        BookInstructionTag.CancelSide => BookWire.CancelSideSize,
        BookInstructionTag.ReplaceQuote => BookWire.ReplaceQuoteSize,
        BookInstructionTag.Advance => BookWire.AdvanceSize,
        BookInstructionTag.SetPhase => BookWire.SetPhaseSize,
        BookInstructionTag.Uncross => BookWire.UncrossSize,
        BookInstructionTag.SetPriceBand => BookWire.SetPriceBandSize,
        BookInstructionTag.SetSeatLimits => BookWire.SetSeatLimitsSize,
        BookInstructionTag.StopSeat or BookInstructionTag.ResumeSeat => BookWire.StopSeatSize,
        BookInstructionTag.GrowMarket => BookWire.GrowMarketSize,
        _ => -1,
    };

    private static int ExpectedAccounts(BookInstructionTag tag) => tag switch
    {
        BookInstructionTag.CreateMarket => 9,
        BookInstructionTag.Deposit => 5,
        BookInstructionTag.Withdraw or BookInstructionTag.CollectFees => 6,
        BookInstructionTag.Advance => 1,
        BookInstructionTag.GrowMarket => 4,
        _ => 2,
    };
}
