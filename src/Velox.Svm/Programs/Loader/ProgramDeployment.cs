using System.Buffers.Binary;
using Velox.Bpf;

namespace Velox.Svm;

/// <summary>What an ELF must be to become a program: stricter than what may run once it is one.</summary>
/// <remarks>
/// Source: Agave 4.3, program-runtime/src/deploy.rs. Broken files are refused, every host function must exist, and
/// sol_alloc_free_ is none of them.
/// </remarks>
public static class ProgramDeployment
{
    /// <summary>From this version of sBPF on, files are parsed by other, stricter rules.</summary>
    internal const int FirstStrictVersion = 3;

    /// <summary>Bytes of a file that tell its version.</summary>
    internal const int FlagsEnd = FlagsOffset + sizeof(uint);

    private const int FlagsOffset = 48;

    /// <summary>Parses and verifies an ELF. Error: InvalidAccountData, after a line that says why.</summary>
    /// <param name="context">Takes the line; its block says which features are on.</param>
    /// <param name="elf">The file; bytes after it are allowed.</param>
    /// <param name="isExtension">Whether the program was deployed before, so that old versions of sBPF are taken.</param>
    public static InstructionError Check(InvokeContext context, ReadOnlySpan<byte> elf, bool isExtension = false) =>
        Check(context, elf, context.Block.Features.Environment.DeploymentHost, isExtension);

    /// <summary>As the other overload, with what programs may call.</summary>
    public static InstructionError Check(
        InvokeContext context, ReadOnlySpan<byte> elf, HostFunctionTable host, bool isExtension)
    {
        RuntimeFeatures features = context.Block.Features.Runtime;
        bool hasOldVersions = !features.DisableSbpfV0Execution || features.ReenableSbpfV0Execution;
        bool takesOldVersions = hasOldVersions && (isExtension || !features.DisableSbpfV0V1V2Deployment);
        var options = new ElfOptions
        {
            Kind = ElfKind.Sbpf,
            MinSbpfVersion = takesOldVersions ? 0 : FirstStrictVersion,
            RejectsBroken = true,
            ReadsDebugInformation = false,
        };
        string? refusal = null;
        uint version = SbpfVersionOf(elf);
        if (elf.Length < FlagsEnd)
            refusal = DeploymentErrorText.OutOfBounds;
        else if (version < options.MinSbpfVersion || version > options.MaxSbpfVersion)
            refusal = DeploymentErrorText.UnsupportedVersion;
        else if (ElfLoader.TryLoad(elf.ToArray(), options, host, out ProgramImage? image) is { } elfError)
            refusal = DeploymentErrorText.Of(elfError, version >= FirstStrictVersion);
        else if (BpfProgram.TryCreate(image!, host, out _) is { } verifierError)
            refusal = DeploymentErrorText.Of(verifierError, image!.Text.Span);
        return refusal is null ? InstructionError.None : context.Refuse(refusal, InstructionErrorKind.InvalidAccountData);
    }

    /// <summary>The flags of the file's header, which say its version; 0 where it is cut off.</summary>
    internal static uint SbpfVersionOf(ReadOnlySpan<byte> elf) => elf.Length < FlagsEnd
        ? 0
        : BinaryPrimitives.ReadUInt32LittleEndian(elf[FlagsOffset..]);
}
