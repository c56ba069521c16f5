using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>What became of a transaction, in the same words for both runtimes.</summary>
/// <param name="Error">Empty on success; else as Rust prints it, e.g. "InstructionError(0, Custom(1))".</param>
/// <param name="Units">Compute units consumed.</param>
/// <param name="Logs">Log lines.</param>
/// <param name="ReturnProgram">Who left return data; zero when nobody did.</param>
/// <param name="ReturnData">What it left.</param>
/// <param name="InnerInstructions">Called instructions in order.</param>
/// <param name="Accounts">The watched accounts afterwards.</param>
public sealed record Outcome(
    string Error, ulong Units, IReadOnlyList<string> Logs, Address ReturnProgram, byte[] ReturnData,
    IReadOnlyList<InnerCall> InnerInstructions, AccountState[] Accounts);

/// <summary>An instruction that a program called.</summary>
/// <param name="TopLevelIndex">The transaction's instruction within which it ran.</param>
/// <param name="StackHeight">2 for a call by a top-level instruction.</param>
/// <param name="ProgramIndex">Position among the transaction's accounts.</param>
/// <param name="Accounts">Positions among the transaction's accounts.</param>
/// <param name="Data">The instruction's data.</param>
public sealed record InnerCall(int TopLevelIndex, int StackHeight, byte ProgramIndex, byte[] Accounts, byte[] Data)
{
    public override string ToString() =>
        $"{TopLevelIndex} height {StackHeight} program {ProgramIndex} accounts [{string.Join(',', Accounts)}] data {Convert.ToHexStringLower(Data)}";
}
