using Velox.Primitives;
using Velox.State;

namespace Velox.Svm;

/// <summary>An account in the hands of the running program: reads are free, writes obey Solana's rules of ownership.</summary>
/// <remarks>Rules: Agave transaction-context, instruction_accounts (facts of section "Accounts and rent").</remarks>
public readonly struct AccountHandle
{
    /// <summary>The most data an account holds: 10 MiB.</summary>
    public const int MaxDataLength = 10 * 1024 * 1024;

    private readonly InvokeContext _context;
    private readonly Account _account;

    internal AccountHandle(InvokeContext context, Account account, InstructionAccount instructionAccount)
    {
        _context = context;
        _account = account;
        IsSigner = instructionAccount.IsSigner;
        IsWritable = instructionAccount.IsWritable;
        TransactionIndex = instructionAccount.TransactionIndex;
    }

    public Address Address => _account.Address;

    public bool IsSigner { get; }

    public bool IsWritable { get; }

    /// <summary>Position among the transaction's accounts; equal for two handles of the same account.</summary>
    public int TransactionIndex { get; }

    public ulong Lamports => _account.Lamports;

    public Address Owner => _account.Owner;

    public bool IsExecutable => _account.Executable;

    public int DataLength => _account.Data.Length;

    public ReadOnlySpan<byte> Data => _account.Data.Bytes;

    public bool IsOwnedByCaller => _account.Owner == _context.ProgramId;

    /// <summary>
    /// Adds lamports. Errors, in this order: ArithmeticOverflow, ReadonlyLamportChange (even for 0 lamports).
    /// </summary>
    public InstructionError AddLamports(ulong lamports)
    {
        if (lamports > ulong.MaxValue - _account.Lamports)
            return InstructionErrorKind.ArithmeticOverflow;
        if (!IsWritable)
            return InstructionErrorKind.ReadonlyLamportChange;
        _account.Lamports += lamports;
        _context.CountLamports(lamports);
        return InstructionError.None;
    }

    /// <summary>
    /// Takes lamports; only the owner may. Errors, in this order: ArithmeticOverflow (fewer lamports than that),
    /// ExternalAccountLamportSpend, ReadonlyLamportChange (even for 0 lamports).
    /// </summary>
    public InstructionError SubtractLamports(ulong lamports)
    {
        if (lamports > _account.Lamports)
            return InstructionErrorKind.ArithmeticOverflow;
        if (lamports > 0 && !IsOwnedByCaller)
            return InstructionErrorKind.ExternalAccountLamportSpend;
        if (!IsWritable)
            return InstructionErrorKind.ReadonlyLamportChange;
        _account.Lamports -= lamports;
        _context.CountLamports(-(Int128)lamports);
        return InstructionError.None;
    }

    /// <summary>Hands the account to another program; only its owner may, and only with data all zero. Error: ModifiedProgramId.</summary>
    public InstructionError SetOwner(Address owner)
    {
        if (!IsOwnedByCaller || !IsWritable || Data.ContainsAnyExcept((byte)0))
            return InstructionErrorKind.ModifiedProgramId;
        _account.Owner = owner;
        return InstructionError.None;
    }

    /// <summary>
    /// Makes the account a program, or no longer one. Errors, in this order: ExecutableAccountNotRentExempt,
    /// ExecutableModified.
    /// </summary>
    public InstructionError SetExecutable(bool isExecutable)
    {
        if (_account.Lamports < Rent.MinimumBalance(DataLength))
            return InstructionErrorKind.ExecutableAccountNotRentExempt;
        if (!IsOwnedByCaller || !IsWritable)
            return InstructionErrorKind.ExecutableModified;
        _account.Executable = isExecutable;
        return InstructionError.None;
    }

    /// <summary>
    /// Changes the data's length; new bytes are zero. Errors, in this order: InvalidRealloc (over 10 MiB),
    /// MaxAccountsDataAllocationsExceeded (over 20 MiB of growth in a transaction), ReadonlyDataModified,
    /// ExternalAccountDataModified.
    /// </summary>
    public InstructionError SetDataLength(int length)
    {
        if (length is < 0 or > MaxDataLength)
            return InstructionErrorKind.InvalidRealloc;
        if (!_context.CanGrowData(length - DataLength))
            return InstructionErrorKind.MaxAccountsDataAllocationsExceeded;
        InstructionError error = TryGetWritableData(out TrackedMemory memory);
        if (error.IsError)
            return error;
        _context.GrowData(length - DataLength);
        memory.Resize(length);
        return InstructionError.None;
    }

    /// <summary>
    /// The data's memory for writing in place, for as long as the instruction runs. Errors: ReadonlyDataModified,
    /// ExternalAccountDataModified.
    /// </summary>
    public InstructionError TryGetWritableData(out TrackedMemory memory)
    {
        memory = _account.Data;
        if (!IsWritable)
            return InstructionErrorKind.ReadonlyDataModified;
        return IsOwnedByCaller ? InstructionError.None : InstructionErrorKind.ExternalAccountDataModified;
    }

    /// <summary>The data's memory for reading in place, whoever owns it. It must not be written through.</summary>
    public TrackedMemory Memory => _account.Data;

    /// <summary>Copies bytes into the data. Errors as <see cref="TryGetWritableData"/>, and AccountDataTooSmall.</summary>
    public InstructionError WriteData(int offset, ReadOnlySpan<byte> bytes)
    {
        InstructionError error = TryGetWritableData(out TrackedMemory memory);
        if (error.IsError)
            return error;
        if (offset < 0 || (long)offset + bytes.Length > memory.Length)
            return InstructionErrorKind.AccountDataTooSmall;
        bytes.CopyTo(memory.Write(offset, bytes.Length));
        return InstructionError.None;
    }
}
