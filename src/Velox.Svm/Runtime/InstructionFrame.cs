using Velox.Primitives;

namespace Velox.Svm;

/// <summary>An account as one instruction sees it.</summary>
/// <param name="TransactionIndex">Position among the transaction's accounts.</param>
/// <param name="IsSigner">Signed, by a key or by a calling program for its derived address.</param>
/// <param name="IsWritable">May be changed by this instruction.</param>
public readonly record struct InstructionAccount(int TransactionIndex, bool IsSigner, bool IsWritable);

/// <summary>One level of the call stack: a program, its accounts and its data.</summary>
/// <param name="ProgramId">The program that runs.</param>
/// <param name="Accounts">Its accounts, in the order the instruction lists them; one may occur twice.</param>
/// <param name="Data">The instruction's data.</param>
internal sealed record InstructionFrame(Address ProgramId, InstructionAccount[] Accounts, ReadOnlyMemory<byte> Data);

/// <summary>An instruction that a program called (cross-program invocation), as clients see it in a transaction's meta.</summary>
/// <param name="TopLevelIndex">The transaction's instruction within which it ran.</param>
/// <param name="StackHeight">2 for a direct call of a top-level instruction, and so on.</param>
/// <param name="ProgramIndex">The program's position among the transaction's accounts.</param>
/// <param name="AccountIndexes">Positions among the transaction's accounts.</param>
/// <param name="Data">The instruction's data.</param>
public sealed record InnerInstruction(
    int TopLevelIndex, int StackHeight, byte ProgramIndex, byte[] AccountIndexes, byte[] Data);
