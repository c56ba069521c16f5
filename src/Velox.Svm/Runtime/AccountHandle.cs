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

    public int DataLength => _account.DataLength;

    public ReadOnlySpan<byte> Data => _account.Data.Bytes;

    /// <summary>Whether the running program owns the account.</summary>
    public bool IsOwnedByCaller => _account.IsOwnedBy(in _context.Frame.Program);

    /// <summary>
    /// Adds lamports. Errors, in this order: ArithmeticOverflow, ReadonlyLamportChange (even for 0 lamports).
    /// </summary>
    public InstructionError AddLamports(ulong lamports) => lamports > ulong.MaxValue - _account.Lamports
        ? InstructionErrorKind.ArithmeticOverflow
        : SetLamports(_account.Lamports + lamports);

    /// <summary>
    /// Takes lamports; only the owner may. Errors, in this order: ArithmeticOverflow (fewer lamports than that),
    /// ExternalAccountLamportSpend, ReadonlyLamportChange (even for 0 lamports).
    /// </summary>
    public InstructionError SubtractLamports(ulong lamports) => lamports > _account.Lamports
        ? InstructionErrorKind.ArithmeticOverflow
        : SetLamports(_account.Lamports - lamports);

    /// <summary>Errors, in this order: ExternalAccountLamportSpend, ReadonlyLamportChange (even where nothing changes).</summary>
    public InstructionError SetLamports(ulong lamports)
    {
        if (lamports < _account.Lamports && !IsOwnedByCaller)
            return InstructionErrorKind.ExternalAccountLamportSpend;
        if (!IsWritable)
            return InstructionErrorKind.ReadonlyLamportChange;
        _context.CountLamports((Int128)lamports - _account.Lamports);
        _account.Lamports = lamports;
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
    /// Makes the account a program, or no program any more. Errors, in this order: ExecutableAccountNotRentExempt,
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

    /// <summary>Whether the running program may write the data. Errors: ReadonlyDataModified, ExternalAccountDataModified.</summary>
    public InstructionError CheckDataChange()
    {
        if (!IsWritable)
            return InstructionErrorKind.ReadonlyDataModified;
        return IsOwnedByCaller ? InstructionError.None : InstructionErrorKind.ExternalAccountDataModified;
    }

    /// <summary>
    /// Whether the data may get that length. Errors, in this order: InvalidRealloc (over 10 MiB),
    /// MaxAccountsDataAllocationsExceeded (over 20 MiB of growth in a transaction), those of <see cref="CheckDataChange"/>.
    /// </summary>
    public InstructionError CheckDataLength(long length)
    {
        if (length is < 0 or > MaxDataLength)
            return InstructionErrorKind.InvalidRealloc;
        return _context.CanGrowData((int)length - DataLength)
            ? CheckDataChange()
            : InstructionErrorKind.MaxAccountsDataAllocationsExceeded;
    }

    /// <summary>Changes the data's length; new bytes are zero. Errors as <see cref="CheckDataLength"/>.</summary>
    public InstructionError SetDataLength(int length)
    {
        InstructionError error = CheckDataLength(length);
        if (error.IsError || length == DataLength)
            return error;
        _context.GrowData(length - DataLength);
        _account.Data.Resize(length);
        return InstructionError.None;
    }

    /// <summary>Replaces the data. Only bytes that differ are written. Errors as <see cref="CheckDataLength"/>.</summary>
    public InstructionError SetData(ReadOnlySpan<byte> data)
    {
        InstructionError error = CheckDataLength(data.Length);
        if (error.IsError)
            return error;
        if (data.Length != DataLength)
        {
            _context.GrowData(data.Length - DataLength);
            _account.Data.Resize(data.Length);
        }

        WriteDifferences(data);
        return InstructionError.None;
    }

    /// <summary>
    /// The data's memory for writing in place, for as long as the instruction runs. Errors: ReadonlyDataModified,
    /// ExternalAccountDataModified.
    /// </summary>
    public InstructionError TryGetWritableData(out TrackedMemory memory)
    {
        memory = _account.Data;
        return CheckDataChange();
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

    /// <summary>Writes from the first byte that differs to the last, in pieces that the memory tracks.</summary>
    private void WriteDifferences(ReadOnlySpan<byte> data)
    {
        const int PieceBytes = 256;
        ReadOnlySpan<byte> old = _account.Data.Bytes;
        int offset = data.CommonPrefixLength(old);
        while (offset < data.Length)
        {
            int count = Math.Min(PieceBytes - (offset % PieceBytes), data.Length - offset);
            data.Slice(offset, count).CopyTo(_account.Data.Write(offset, count));
            offset += count;
            offset += data[offset..].CommonPrefixLength(old[offset..]);
        }
    }
}
