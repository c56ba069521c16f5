using System.Security.Cryptography;
using Velox.Bpf;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>What programs are loaded for: the syscalls and sBPF versions that a set of features gives.</summary>
/// <remarks>Immutable; each set of features has one. Source: Agave syscalls, create_program_runtime_environment.</remarks>
internal sealed class ProgramEnvironment
{
    /// <summary>Most frames of a program's calls of its own functions.</summary>
    internal const int MaxCallDepth = 64;

    /// <summary>Most programs whose code is known by its hash.</summary>
    private const int MaxKnown = 1_024;

    private readonly ElfOptions _options;

    // Programs alive by the hash of their files: a fork, or the next test's environment, uses the native code of the one before. Under
    // its own lock.
    private readonly Dictionary<Hash256, WeakReference<BpfProgram>> _known = [];

    internal ProgramEnvironment(RuntimeFeatures features)
    {
        Host = SyscallTable.Create(features, isDeployment: false);
        DeploymentHost = SyscallTable.Create(features, isDeployment: true);
        int minVersion = features.DisableSbpfV0Execution && !features.ReenableSbpfV0Execution ? 3 : 0;
        _options = new ElfOptions { Kind = ElfKind.Sbpf, MinSbpfVersion = minVersion, ReadsDebugInformation = false };
    }

    /// <summary>
    /// Makes native code of programs that are used. One for the process: it has no state that results depend on. Early, since a deployed
    /// program is called again and again, and a call may be some 70 instructions of 10,000.
    /// </summary>
    internal static TieredCompiler Compiler { get; } = new(new TierOptions { UnitsPerInstruction = 2 });

    /// <summary>What programs that run may call.</summary>
    internal HostFunctionTable Host { get; }

    /// <summary>What programs that are deployed may call.</summary>
    internal HostFunctionTable DeploymentHost { get; }

    /// <summary>Loads code to run. The bytes are kept.</summary>
    internal bool TryLoad(ReadOnlyMemory<byte> elf, out BpfProgram? program, out string error)
    {
        error = "";
        var hash = new Hash256(SHA256.HashData(elf.Span));
        lock (_known)
        {
            if (_known.TryGetValue(hash, out WeakReference<BpfProgram>? known) && known.TryGetTarget(out program))
                return true;
        }

        if (ElfLoader.TryLoad(elf, _options, Host, out ProgramImage? image) is { } broken)
            error = broken.Message;
        else if (BpfProgram.TryCreate(image!, Host, out program) is { } refused)
            error = refused.Message;
        else
            return Remember(hash, program!);
        program = null;
        return false;
    }

    private bool Remember(Hash256 hash, BpfProgram program)
    {
        lock (_known)
        {
            if (_known.Count == MaxKnown)
                _known.Clear();
            _known[hash] = new WeakReference<BpfProgram>(program);
        }

        return true;
    }
}
