namespace Velox.Bpf;

/// <summary>A program was refused.</summary>
public sealed class BpfProgramException(VerifierError error) : Exception(error.Message)
{
    public VerifierError Error { get; } = error;
}
