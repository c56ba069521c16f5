using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Whose consent an instruction has: its signers, or alone the address that is derived from one of them.</summary>
/// <param name="context">The instruction.</param>
/// <param name="isDerived">Whether the derived address counts alone.</param>
/// <param name="derived">That address; null where its base did not sign.</param>
internal readonly struct VoteSigners(InvokeContext context, bool isDerived = false, Address? derived = null)
{
    internal bool Contains(Address address) => isDerived ? derived == address : context.IsSigner(address);

    /// <summary>Error: MissingRequiredSignature.</summary>
    internal InstructionError Require(Address address) =>
        Contains(address) ? InstructionError.None : InstructionErrorKind.MissingRequiredSignature;
}
