namespace Velox.BookVm;

/// <summary>How a <see cref="BookVirtualMachine"/> runs its program.</summary>
public sealed record BookVmOptions
{
    /// <summary>Largest <see cref="InputBytes"/>.</summary>
    public const int MaxInputBytes = 1 << 20;

    /// <summary>
    /// The only seat that the program may act for; null for every seat, which is for programs that one trusts with all of them.
    /// </summary>
    public uint? Seat { get; init; }

    /// <summary>Most compute units of a run.</summary>
    public ulong UnitsPerRun { get; init; } = 10_000_000;

    /// <summary>Bytes at <see cref="Bpf.MemoryMap.HeapAddress"/>, zero at each start; 0 to 262,144.</summary>
    public int HeapBytes { get; init; } = 32 * 1024;

    /// <summary>Most bytes of input, which lie at <see cref="Bpf.MemoryMap.InputAddress"/>, read-only; 0 to <see cref="MaxInputBytes"/>.</summary>
    public int InputBytes { get; init; } = 4096;

    /// <summary>Whether the program becomes native code where the machine has it.</summary>
    public bool AllowsNative { get; init; } = true;

    /// <summary>
    /// Whether native code for x86-64 fetches what the next match will need ahead of it. No result depends on it: it is faster
    /// where books are larger than the caches, and slower by a few nanoseconds a match where they are not.
    /// </summary>
    public bool Speculates { get; init; } = true;
}
