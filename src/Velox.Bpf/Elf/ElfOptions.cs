namespace Velox.Bpf;

/// <summary>Which files a loader takes.</summary>
public enum ElfKind
{
    /// <summary>sBPF programs, and relocatable eBPF objects: type ET_REL, machine 247, flags 0.</summary>
    Any,

    /// <summary>Whatever it is, read as an sBPF program: exactly what anza-xyz/sbpf takes.</summary>
    Sbpf,

    /// <summary>Whatever it is, read as an eBPF object.</summary>
    Ebpf,
}

/// <summary>What a loader takes, and what it reads beside the program.</summary>
public sealed record ElfOptions
{
    public static ElfOptions Default { get; } = new();

    public ElfKind Kind { get; init; }

    /// <summary>Lowest sBPF version taken.</summary>
    public int MinSbpfVersion { get; init; }

    /// <summary>Highest sBPF version taken; 3 is the highest there is.</summary>
    public int MaxSbpfVersion { get; init; } = 3;

    /// <summary>
    /// Whether sBPF V0 to V2 programs must be as a deployment demands: addresses equal to offsets, no overlap, all host
    /// functions known (anza-xyz/sbpf, reject_broken_elfs).
    /// </summary>
    public bool RejectsBroken { get; init; }

    /// <summary>Whether names of functions and source lines are read where the file has them. They change nothing else.</summary>
    public bool ReadsDebugInformation { get; init; } = true;

    /// <summary>eBPF objects: the function to start at. When null: <c>main</c>, else the first global function.</summary>
    public string? EntrySymbol { get; init; }
}
