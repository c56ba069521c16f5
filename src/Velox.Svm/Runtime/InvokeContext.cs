using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Velox.OrderBook;
using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>What a running program sees of its transaction: accounts, data, log, return data, and other programs.</summary>
/// <remarks>
/// A worker has one and uses it for one transaction after the other: what it holds in buffers is allocated once. Used by one
/// thread. Limits are Agave's (execution_budget, transaction-context).
/// </remarks>
public sealed partial class InvokeContext : IDisposable
{
    /// <summary>Deepest call stack: the top-level instruction is level 1.</summary>
    public const int MaxStackHeight = 5;

    /// <summary>Deepest call stack with feature raise_cpi_nesting_limit_to_8.</summary>
    public const int MaxRaisedStackHeight = 9;

    /// <summary>Most instructions in a transaction, called ones included.</summary>
    public const int MaxInstructionTrace = 64;

    /// <summary>Most bytes of return data.</summary>
    public const int MaxReturnData = 1024;

    /// <summary>Most bytes by which a transaction may grow account data: 20 MiB.</summary>
    public const long MaxDataGrowth = 20 * 1024 * 1024;

    private readonly ProgramRegistry _programs;
    private readonly InstructionFrame[] _frames = new InstructionFrame[MaxRaisedStackHeight + 1];
    private readonly List<MarketEvent> _events = [];
    private readonly byte[] _returnData = new byte[MaxReturnData];
    private readonly LogCollector _log;
    private readonly BpfRunner _bpf;
    private TransactionAccounts _accounts;

    // Its message is read where it is.
    private InFlightTransaction _transaction = new([]);
    private Account? _instructionsSysvar;
    private int _topLevelIndex;
    private int _traceLength;
    private long _dataGrowth;
    private int _returnDataLength;
    private Address _returnDataProgram;

    // Lamports added less lamports taken: zero whenever a program is entered or left.
    private Int128 _lamportSurplus;

    // A call that failed may have written: no caller may succeed as if it had not been.
    private InstructionError _callFailure;

    // What the log says of a failure that is no instruction error: a fault of the virtual machine, or of a syscall.
    private string? _faultText;

    internal InvokeContext(ProgramRegistry programs, int logBytes = LogCollector.MaxBytes)
    {
        _programs = programs;
        _log = new LogCollector(logBytes);
        _accounts = new TransactionAccounts([], [], []);
        for (int i = 0; i < _frames.Length; i++)
            _frames[i] = new InstructionFrame();
        _bpf = new BpfRunner(this);
    }

    /// <summary>Slot and time of the block under construction.</summary>
    public BlockContext Block { get; private set; } = new(0, 0);

    /// <summary>The feature gates.</summary>
    public RuntimeFeatures Features => Block.Features.Runtime;

    /// <summary>What the transaction asked for.</summary>
    public ComputeBudget Budget { get; private set; }

    public ulong RemainingUnits { get; internal set; }

    /// <summary>The running program.</summary>
    public Address ProgramId => Frame.ProgramId;

    /// <summary>The current instruction's data.</summary>
    public ReadOnlySpan<byte> Data => Frame.Data.Span;

    /// <summary>Accounts that the current instruction lists.</summary>
    public int AccountCount => Frame.AccountCount;

    public int StackHeight { get; private set; }

    /// <summary>Who set the return data last, and to what; null when it is empty. Entering a program empties it.</summary>
    public ReturnData? ReturnData => _returnDataLength == 0
        ? null
        : new ReturnData(_returnDataProgram, _returnData.AsSpan(0, _returnDataLength).ToArray());

    /// <summary>The return data in place, and who set it.</summary>
    internal ReadOnlySpan<byte> ReturnBytes => _returnData.AsSpan(0, _returnDataLength);

    internal Address ReturnProgram => _returnDataProgram;

    internal TransactionLog LogLines => _log.ToLog();

    internal LogCollector Collector => _log;

    internal CallTrace Trace { get; } = new();

    internal ReadOnlySpan<MarketEvent> Events => CollectionsMarshal.AsSpan(_events);

    internal TransactionAccounts Accounts => _accounts;

    internal BpfRunner Bpf => _bpf;

    /// <summary>Whether syscalls of the running program check the alignment of what they are given: all but loader v1's.</summary>
    internal bool ChecksAlignment => _bpf.CurrentInput.IsAligned;

    /// <summary>Whether a program that was called has failed: then the caller fails too.</summary>
    internal bool HasCallFailed => _callFailure.IsError;

    internal ref readonly TransactionView Message => ref _transaction.View;

    internal InstructionFrame Frame => _frames[StackHeight - 1];

    /// <summary>The frame that the next call fills.</summary>
    internal InstructionFrame NextFrame => _frames[StackHeight];

    /// <summary>How deep the calls of this transaction may go.</summary>
    internal int StackLimit => Features.RaiseCpiNestingLimitTo8 ? MaxRaisedStackHeight : MaxStackHeight;

    /// <summary>Frees the native memory of its virtual machines.</summary>
    public void Dispose() => _bpf.Dispose();

    /// <summary>The n-th account of the current instruction; n must be below <see cref="AccountCount"/>.</summary>
    public AccountHandle Account(int index) => Handle(Frame.Accounts[index]);

    /// <summary>NotEnoughAccountKeys unless the instruction lists at least so many accounts.</summary>
    public InstructionError RequireAccounts(int count) =>
        AccountCount < count ? InstructionErrorKind.NotEnoughAccountKeys : InstructionError.None;

    /// <summary>Whether a signature of this address is among the current instruction's accounts.</summary>
    public bool IsSigner(Address address)
    {
        foreach (InstructionAccount account in Frame.Accounts)
        {
            if (account.IsSigner && _accounts.Accounts[account.TransactionIndex].Address == address)
                return true;
        }

        return false;
    }

    /// <summary>Writes "Program log: text".</summary>
    public void Log(string text) => _log.Begin().Append("Program log: "u8).Append(text).End();

    /// <summary>Writes "Program log: text", without making a string of an interpolated text.</summary>
    public void Log([InterpolatedStringHandlerArgument("")] ProgramLogLine text) => _log.End();

    /// <summary>Writes "Program log: text", of bytes that are UTF-8.</summary>
    internal void LogUtf8(ReadOnlySpan<byte> text) => _log.Begin().Append("Program log: "u8).Append(text).End();

    /// <summary>Writes a line as it is, for texts that a builtin logs without prefix.</summary>
    public void LogRaw(string line) => _log.Add(line);

    /// <summary>As <see cref="LogRaw(string)"/>, without making a string of an interpolated text.</summary>
    public void LogRaw([InterpolatedStringHandlerArgument("")] LogLine line) => _log.End();

    /// <summary>Writes "Program data: base64".</summary>
    public void LogData(ReadOnlySpan<byte> data) => _log.Begin().Append("Program data: "u8).AppendBase64(data).End();

    /// <summary>Leaves bytes for the caller or the client; at most 1,024, else InvalidArgument.</summary>
    public InstructionError SetReturnData(ReadOnlySpan<byte> data)
    {
        if (data.Length > MaxReturnData)
            return InstructionErrorKind.InvalidArgument;
        data.CopyTo(_returnData);
        _returnDataLength = data.Length;
        _returnDataProgram = ProgramId;
        return InstructionError.None;
    }

    /// <summary>Reports something that happened in a market; kept only if the transaction succeeds.</summary>
    public void Emit(Address market, in BookEvent bookEvent) => _events.Add(new MarketEvent(market, bookEvent));

    /// <summary>Takes compute units. Error: ComputationalBudgetExceeded, with none left.</summary>
    public InstructionError Consume(ulong units)
    {
        if (units > RemainingUnits)
        {
            RemainingUnits = 0;
            return InstructionErrorKind.ComputationalBudgetExceeded;
        }

        RemainingUnits -= units;
        return InstructionError.None;
    }

    /// <summary>Begins a transaction.</summary>
    /// <param name="block">The block that it may come into.</param>
    /// <param name="transaction">Past stage 2; programs look at its other instructions, too.</param>
    internal void Begin(BlockContext block, InFlightTransaction transaction)
    {
        Block = block;
        Budget = transaction.Budget;
        RemainingUnits = transaction.Budget.UnitLimit;
        _accounts = transaction.Accounts!;
        _transaction = transaction;
        StackHeight = 0;
        _topLevelIndex = 0;
        _traceLength = 0;
        _dataGrowth = 0;
        _lamportSurplus = 0;
        _returnDataLength = 0;
        _returnDataProgram = default;
        _callFailure = default;
        _faultText = null;
        _events.Clear();
        _log.Clear();
        Trace.Clear();
        _instructionsSysvar = InstructionsSysvar.TryPlace(_accounts, in Message);
    }

    internal AccountHandle Handle(InstructionAccount account) =>
        new(this, _accounts.Accounts[account.TransactionIndex], account);

    internal bool CanGrowData(int bytes) => _dataGrowth + bytes <= MaxDataGrowth;

    internal void GrowData(int bytes) => _dataGrowth += bytes;

    internal void CountLamports(Int128 added) => _lamportSurplus += added;

    /// <summary>Ends the running program with a fault that is no instruction error; the text goes into its log.</summary>
    internal InstructionError Fault(string text)
    {
        _faultText = text;
        return InstructionErrorKind.ProgramFailedToComplete;
    }
}

/// <summary>What a program left for its caller.</summary>
/// <param name="ProgramId">The program that set it.</param>
/// <param name="Data">At most 1,024 bytes.</param>
public sealed record ReturnData(Address ProgramId, byte[] Data);

/// <summary>A book event and the market in which it happened.</summary>
/// <param name="Market">The market's account.</param>
/// <param name="Event">The event, numbered contiguously within the market.</param>
public readonly record struct MarketEvent(Address Market, BookEvent Event);
