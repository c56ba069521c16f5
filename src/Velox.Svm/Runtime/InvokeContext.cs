using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>What a running program sees of its transaction: accounts, data, log, return data, and other programs.</summary>
/// <remarks>One per executing transaction, used by one thread. Limits are Agave's (execution_budget, transaction-context).</remarks>
public sealed class InvokeContext
{
    /// <summary>Deepest call stack: the top-level instruction is level 1.</summary>
    public const int MaxStackHeight = 5;

    /// <summary>Most instructions in a transaction, called ones included.</summary>
    public const int MaxInstructionTrace = 64;

    /// <summary>Most bytes of return data.</summary>
    public const int MaxReturnData = 1024;

    /// <summary>Most bytes by which a transaction may grow account data: 20 MiB.</summary>
    public const long MaxDataGrowth = 20 * 1024 * 1024;

    private readonly ProgramRegistry _programs;
    private readonly TransactionAccounts _accounts;
    private readonly Stack<InstructionFrame> _frames = new(MaxStackHeight);
    private readonly List<InnerInstruction> _innerInstructions = [];
    private readonly List<MarketEvent> _events = [];
    private readonly LogCollector _log = new();
    private int _topLevelIndex;
    private int _traceLength;
    private long _dataGrowth;

    // Lamports added less lamports taken: zero whenever a program is entered or left.
    private Int128 _lamportSurplus;

    // A call that failed may have written: no caller may succeed as if it had not been.
    private InstructionError _callFailure;

    internal InvokeContext(ProgramRegistry programs, BlockContext block, TransactionAccounts accounts, ulong computeUnitLimit)
    {
        _programs = programs;
        _accounts = accounts;
        Block = block;
        RemainingUnits = computeUnitLimit;
    }

    /// <summary>Slot and time of the block under construction.</summary>
    public BlockContext Block { get; }

    public ulong RemainingUnits { get; private set; }

    /// <summary>The running program.</summary>
    public Address ProgramId => _frames.Peek().ProgramId;

    /// <summary>The current instruction's data.</summary>
    public ReadOnlySpan<byte> Data => _frames.Peek().Data.Span;

    /// <summary>Accounts that the current instruction lists.</summary>
    public int AccountCount => _frames.Peek().Accounts.Length;

    public int StackHeight => _frames.Count;

    /// <summary>Who set the return data last, and to what; null when nobody did since the last program was entered.</summary>
    public ReturnData? ReturnData { get; private set; }

    internal IReadOnlyList<string> LogLines => _log.Lines;

    internal IReadOnlyList<InnerInstruction> InnerInstructions => _innerInstructions;

    internal IReadOnlyList<MarketEvent> Events => _events;

    /// <summary>The n-th account of the current instruction; n must be below <see cref="AccountCount"/>.</summary>
    public AccountHandle Account(int index)
    {
        InstructionAccount account = _frames.Peek().Accounts[index];
        return new AccountHandle(this, _accounts.Accounts[account.TransactionIndex], account);
    }

    /// <summary>NotEnoughAccountKeys unless the instruction lists at least so many accounts.</summary>
    public InstructionError RequireAccounts(int count) =>
        AccountCount < count ? InstructionErrorKind.NotEnoughAccountKeys : InstructionError.None;

    /// <summary>Whether a signature of this address is among the current instruction's accounts.</summary>
    public bool IsSigner(Address address)
    {
        foreach (InstructionAccount account in _frames.Peek().Accounts)
        {
            if (account.IsSigner && _accounts.Accounts[account.TransactionIndex].Address == address)
                return true;
        }

        return false;
    }

    /// <summary>Writes "Program log: text".</summary>
    public void Log(string text) => _log.Add("Program log: " + text);

    /// <summary>Writes a line as it is, for texts that a builtin logs without prefix.</summary>
    public void LogRaw(string line) => _log.Add(line);

    /// <summary>Writes "Program data: base64".</summary>
    public void LogData(ReadOnlySpan<byte> data) => _log.Add("Program data: " + Convert.ToBase64String(data));

    /// <summary>Leaves bytes for the caller or the client; at most 1,024, else InvalidArgument.</summary>
    public InstructionError SetReturnData(ReadOnlySpan<byte> data)
    {
        if (data.Length > MaxReturnData)
            return InstructionErrorKind.InvalidArgument;
        ReturnData = new ReturnData(ProgramId, data.ToArray());
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

    /// <summary>Calls another program with accounts of this transaction.</summary>
    /// <param name="instruction">What to call; its program and accounts must be accounts of the current instruction.</param>
    /// <param name="programSigners">Derived addresses of the running program, for which it signs.</param>
    /// <returns>
    /// The callee's error, or MissingAccount, PrivilegeEscalation, ReentrancyNotAllowed, UnbalancedInstruction (the lamports
    /// that the caller added and took differ), MaxInstructionTraceLengthExceeded, CallDepth. An error ends the caller too,
    /// whatever it returns: effects are undone by the transaction.
    /// </returns>
    public InstructionError Invoke(Instruction instruction, params ReadOnlySpan<Address> programSigners)
    {
        InstructionError error = Call(instruction, programSigners);
        if (error.IsError)
            _callFailure = error;
        return error;
    }

    internal InstructionError RunTopLevel(int index, InstructionFrame frame)
    {
        _topLevelIndex = index;
        return Run(frame);
    }

    internal bool CanGrowData(int bytes) => _dataGrowth + bytes <= MaxDataGrowth;

    internal void GrowData(int bytes) => _dataGrowth += bytes;

    internal void CountLamports(Int128 added) => _lamportSurplus += added;

    private InstructionError Call(Instruction instruction, ReadOnlySpan<Address> programSigners)
    {
        InstructionError error = ResolveAccounts(
            _frames.Peek(), instruction, programSigners, out InstructionAccount[] accounts, out int programIndex);
        if (error.IsError)
            return error;

        _innerInstructions.Add(new InnerInstruction(
            _topLevelIndex, StackHeight + 1, (byte)programIndex,
            [.. accounts.Select(account => (byte)account.TransactionIndex)], instruction.Data.ToArray()));
        return Run(new InstructionFrame(instruction.ProgramId, accounts, instruction.Data));
    }

    private InstructionError Run(InstructionFrame frame)
    {
        InstructionError error = CheckCall(frame.ProgramId);
        if (error.IsError)
            return error;

        _traceLength++;
        _frames.Push(frame);
        ReturnData = null;
        string id = frame.ProgramId.ToString();
        _log.Add($"Program {id} invoke [{StackHeight}]");
        error = _programs.Find(frame.ProgramId) is { } program ? Execute(program) : InstructionErrorKind.UnsupportedProgramId;
        if (!error.IsError && ReturnData is { } returned && returned.ProgramId == frame.ProgramId)
            _log.Add($"Program return: {id} {Convert.ToBase64String(returned.Data)}");
        _log.Add(error.IsError ? $"Program {id} failed: {error}" : $"Program {id} success");
        _frames.Pop();
        return error.IsError ? error : CheckBalance();
    }

    private InstructionError Execute(INativeProgram program)
    {
        InstructionError error = Consume(program.ComputeUnits);
        if (error.IsError)
            return error;
        try
        {
            error = program.Execute(this);
            return error.IsError ? error : _callFailure;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            // A defect of a program ends its transaction, not the chain: what it did is undone. The text names the kind
            // of fault only, because messages may differ between machines and logs should not.
            _log.Add($"Program fault: {fault.GetType().Name}");
            return InstructionErrorKind.ProgramFailedToComplete;
        }
    }

    private InstructionError CheckBalance() =>
        _lamportSurplus == 0 ? InstructionError.None : InstructionErrorKind.UnbalancedInstruction;

    private InstructionError CheckCall(Address programId)
    {
        // A program may call itself directly, but not come back through another.
        bool isBelow = _frames.Skip(1).Any(frame => frame.ProgramId == programId);
        bool isCaller = _frames.Count > 0 && _frames.Peek().ProgramId == programId;
        if (isBelow && !isCaller)
            return InstructionErrorKind.ReentrancyNotAllowed;
        InstructionError error = CheckBalance();
        if (error.IsError)
            return error;
        if (_traceLength >= MaxInstructionTrace)
            return InstructionErrorKind.MaxInstructionTraceLengthExceeded;
        return _frames.Count >= MaxStackHeight ? InstructionErrorKind.CallDepth : InstructionError.None;
    }

    private InstructionError ResolveAccounts(
        InstructionFrame caller, Instruction instruction, ReadOnlySpan<Address> programSigners,
        out InstructionAccount[] accounts, out int programIndex)
    {
        accounts = new InstructionAccount[instruction.Accounts.Length];
        programIndex = _accounts.IndexOf(instruction.ProgramId);
        if (programIndex < 0)
            return Missing(instruction.ProgramId);

        ReadOnlySpan<AccountMeta> metas = instruction.Accounts.Span;
        for (int i = 0; i < accounts.Length; i++)
        {
            AccountMeta meta = metas[i];
            if (!TryFindInCaller(caller, meta.Address, out InstructionAccount held))
                return Missing(meta.Address);

            // Flags of repeated accounts are joined before they are checked.
            bool isSigner = false;
            bool isWritable = false;
            foreach (AccountMeta other in metas)
            {
                isSigner |= other.IsSigner && other.Address == meta.Address;
                isWritable |= other.IsWritable && other.Address == meta.Address;
            }

            if (isWritable && !held.IsWritable)
                return Escalated(meta.Address, "writable");
            if (isSigner && !held.IsSigner && !programSigners.Contains(meta.Address))
                return Escalated(meta.Address, "signer");
            accounts[i] = new InstructionAccount(held.TransactionIndex, isSigner, isWritable);
        }

        return InstructionError.None;
    }

    private bool TryFindInCaller(InstructionFrame caller, Address address, out InstructionAccount held)
    {
        held = new InstructionAccount(-1, false, false);
        foreach (InstructionAccount account in caller.Accounts)
        {
            if (_accounts.Accounts[account.TransactionIndex].Address != address)
                continue;
            held = new InstructionAccount(
                account.TransactionIndex, held.IsSigner || account.IsSigner, held.IsWritable || account.IsWritable);
        }

        return held.TransactionIndex >= 0;
    }

    private InstructionError Missing(Address address)
    {
        _log.Add($"Instruction references an unknown account {address}");
        return InstructionErrorKind.MissingAccount;
    }

    private InstructionError Escalated(Address address, string privilege)
    {
        _log.Add($"{address}'s {privilege} privilege escalated");
        return InstructionErrorKind.PrivilegeEscalation;
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
