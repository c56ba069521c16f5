using Velox.Primitives;

namespace Velox.Svm;

/// <summary>A program written in C#, run in place on the accounts of a transaction.</summary>
/// <remarks>
/// It may touch accounts only through <see cref="InvokeContext"/>, which enforces Solana's rules of ownership. It keeps no
/// state of its own and reads no clock: its effects are a function of accounts, instruction data and the block.
/// </remarks>
public interface INativeProgram
{
    Address Id { get; }

    /// <summary>Compute units that every call consumes before it runs; at least 1.</summary>
    ulong ComputeUnits { get; }

    /// <summary>Runs the current instruction of the context.</summary>
    InstructionError Execute(InvokeContext context);
}
