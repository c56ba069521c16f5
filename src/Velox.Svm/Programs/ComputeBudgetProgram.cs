using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Does nothing when it runs: its instructions were read before execution (<see cref="ComputeBudget"/>).</summary>
public sealed class ComputeBudgetProgram : INativeProgram
{
    public Address Id => ProgramIds.ComputeBudget;

    public ulong ComputeUnits => 150;

    public InstructionError Execute(InvokeContext context) => InstructionError.None;
}
