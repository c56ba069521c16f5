using Velox.Primitives;

namespace Velox.Svm;

/// <summary>Loader v1 or v2: owns programs that were deployed long ago, and refuses every instruction.</summary>
/// <remarks>Source: Agave 4.3, programs/bpf_loader/src/lib.rs.</remarks>
public sealed class RetiredLoader : INativeProgram
{
    private readonly string _refusal;

    private RetiredLoader(Address id, ulong computeUnits, string refusal)
    {
        Id = id;
        ComputeUnits = computeUnits;
        _refusal = refusal;
    }

    public static RetiredLoader V1 { get; } =
        new(ProgramIds.BpfLoaderDeprecated, 1_140, "Deprecated loader is no longer supported");

    public static RetiredLoader V2 { get; } =
        new(ProgramIds.BpfLoader, 570, "BPF loader management instructions are no longer supported");

    public Address Id { get; }

    public ulong ComputeUnits { get; }

    public InstructionError Execute(InvokeContext context) =>
        context.Refuse(_refusal, InstructionErrorKind.UnsupportedProgramId);
}
