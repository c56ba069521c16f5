using Velox.Primitives;

namespace Velox.Svm;

/// <summary>A program that only checks signatures: run in instruction order, free of units, silent, not callable by programs.</summary>
internal abstract class Precompile
{
    /// <summary>The precompile at an address, or null.</summary>
    internal static Precompile? Find(Address address)
    {
        _ = address;
        return null;
    }

    /// <summary>Checks what an instruction asks for.</summary>
    internal abstract InstructionError Verify(ReadOnlySpan<byte> data, in TransactionView message);
}
