using Velox.Primitives;

namespace Velox.Svm;

/// <summary>An account as one instruction sees it.</summary>
/// <param name="TransactionIndex">Position among the transaction's accounts.</param>
/// <param name="IsSigner">Signed, by a key or by a calling program for its derived address.</param>
/// <param name="IsWritable">May be changed by this instruction.</param>
public readonly record struct InstructionAccount(int TransactionIndex, bool IsSigner, bool IsWritable);

/// <summary>One level of the call stack: a program, its accounts and its data. Used again and again by its context.</summary>
internal sealed class InstructionFrame
{
    /// <summary>Most accounts of an instruction: one less than an index can name (Agave transaction-context).</summary>
    internal const int MaxAccounts = 255;

    private const ushort Nowhere = ushort.MaxValue;

    // Where an account of the transaction stands first among the instruction's.
    private readonly ushort[] _firstPositions = new ushort[byte.MaxValue + 1];
    private InstructionAccount[] _accounts = new InstructionAccount[16];
    private byte[] _buffer = [];
    private Address _programId;

    internal InstructionFrame() => _firstPositions.AsSpan().Fill(Nowhere);

    internal Address ProgramId => _programId;

    /// <summary>That, without a copy.</summary>
    internal ref readonly Address Program => ref _programId;

    /// <summary>The program's position among the transaction's accounts.</summary>
    internal int ProgramIndex { get; private set; }

    /// <summary>Position in the trace: top-level instructions first, then calls in their order.</summary>
    internal int TraceIndex { get; set; }

    internal int AccountCount { get; private set; }

    internal ReadOnlySpan<InstructionAccount> Accounts => _accounts.AsSpan(0, AccountCount);

    /// <summary>The instruction's data: of the transaction, or of <see cref="CopyData"/>.</summary>
    internal ReadOnlyMemory<byte> Data { get; private set; }

    /// <summary>Begins an instruction without accounts.</summary>
    internal void Begin(Address programId, int programIndex, ReadOnlyMemory<byte> data)
    {
        _programId = programId;
        ProgramIndex = programIndex;
        Data = data;
        foreach (ref readonly InstructionAccount account in Accounts)
            _firstPositions[account.TransactionIndex] = Nowhere;
        AccountCount = 0;
    }

    /// <summary>Says which program it is, where that is found after the accounts.</summary>
    internal void SetProgram(Address programId, int programIndex)
    {
        _programId = programId;
        ProgramIndex = programIndex;
    }

    /// <summary>Keeps a copy of the data, which its owner may change while the instruction runs.</summary>
    internal void CopyData(ReadOnlySpan<byte> data)
    {
        if (data.Length > _buffer.Length)
            _buffer = new byte[Math.Max(256, data.Length)];
        data.CopyTo(_buffer);
        Data = _buffer.AsMemory(0, data.Length);
    }

    internal void AddAccount(InstructionAccount account)
    {
        if (AccountCount == _accounts.Length)
            Array.Resize(ref _accounts, AccountCount * 2);
        if (_firstPositions[account.TransactionIndex] == Nowhere)
            _firstPositions[account.TransactionIndex] = (ushort)AccountCount;
        _accounts[AccountCount++] = account;
    }

    internal ref InstructionAccount AccountAt(int position) => ref _accounts[position];

    /// <summary>Where an account of the transaction stands first among the instruction's, or -1.</summary>
    internal int PositionOf(int transactionIndex)
    {
        ushort position = _firstPositions[transactionIndex];
        return position == Nowhere ? -1 : position;
    }
}

/// <summary>An instruction that a program called (cross-program invocation), as clients see it in a transaction's meta.</summary>
/// <param name="TopLevelIndex">The transaction's instruction within which it ran.</param>
/// <param name="StackHeight">2 for a direct call of a top-level instruction, and so on.</param>
/// <param name="ProgramIndex">The program's position among the transaction's accounts.</param>
/// <param name="AccountIndexes">Positions among the transaction's accounts.</param>
/// <param name="Data">The instruction's data.</param>
public sealed record InnerInstruction(
    int TopLevelIndex, int StackHeight, byte ProgramIndex, byte[] AccountIndexes, byte[] Data);
