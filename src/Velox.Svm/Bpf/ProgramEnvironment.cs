using Velox.Bpf;

namespace Velox.Svm;

/// <summary>What programs are loaded for: the syscalls and sBPF versions that a set of features gives.</summary>
/// <remarks>Immutable; each set of features has one. Source: Agave syscalls, create_program_runtime_environment.</remarks>
internal sealed class ProgramEnvironment
{
    /// <summary>Most frames of a program's calls of its own functions.</summary>
    internal const int MaxCallDepth = 64;

    private readonly ElfOptions _options;
    private readonly ElfOptions _deploymentOptions;

    internal ProgramEnvironment(RuntimeFeatures features)
    {
        Host = SyscallTable.Create(features, isDeployment: false);
        DeploymentHost = SyscallTable.Create(features, isDeployment: true);
        int minVersion = features.DisableSbpfV0Execution && !features.ReenableSbpfV0Execution ? 3 : 0;
        _options = new ElfOptions { Kind = ElfKind.Sbpf, MinSbpfVersion = minVersion, ReadsDebugInformation = false };
        _deploymentOptions = _options with
        {
            MinSbpfVersion = features.DisableSbpfV0V1V2Deployment ? 3 : minVersion,
            RejectsBroken = true,
        };
    }

    /// <summary>Makes native code of programs that are used much. One for the process: it has no state that results depend on.</summary>
    internal static TieredCompiler Compiler { get; } = new();

    /// <summary>What programs that run may call.</summary>
    internal HostFunctionTable Host { get; }

    /// <summary>What programs that are deployed may call.</summary>
    internal HostFunctionTable DeploymentHost { get; }

    /// <summary>Loads code to run. The bytes are kept.</summary>
    internal bool TryLoad(ReadOnlyMemory<byte> elf, out BpfProgram? program, out string error) =>
        TryLoad(elf, _options, Host, out program, out error);

    /// <summary>Checks code that is to be deployed, which must keep more rules.</summary>
    internal bool TryCheckDeployment(ReadOnlyMemory<byte> elf, out string error) =>
        TryLoad(elf, _deploymentOptions, DeploymentHost, out _, out error);

    private static bool TryLoad(
        ReadOnlyMemory<byte> elf, ElfOptions options, HostFunctionTable host, out BpfProgram? program, out string error)
    {
        program = null;
        error = "";
        if (ElfLoader.TryLoad(elf, options, host, out ProgramImage? image) is { } broken)
            error = broken.Message;
        else if (BpfProgram.TryCreate(image!, host, out program) is { } refused)
            error = refused.Message;
        return program is not null;
    }
}
