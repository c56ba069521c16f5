namespace Velox.Bpf;

/// <summary>Where the frames of a loaded program are: at the addresses that it sees, and in the host's memory.</summary>
/// <param name="dialect">Its dialect.</param>
/// <param name="stack">The host's address of the stack.</param>
/// <param name="maxCallDepth">Frames of the stack.</param>
/// <param name="allowsGaps">Whether V0 has its gaps.</param>
internal readonly unsafe struct StackFrames(Dialect dialect, byte* stack, int maxCallDepth, bool allowsGaps)
{
    private readonly ulong _frameBytes = (ulong)dialect.FrameBytes;
    private readonly bool _movesFramePointer = dialect.MovesFramePointer;

    /// <summary>The host's address of the stack.</summary>
    internal ulong StackHost { get; } = (ulong)stack;

    /// <summary>Whether there are gaps between the frames.</summary>
    internal bool HasGaps { get; } = dialect.HasFrameGaps && allowsGaps;

    /// <summary>What r10 starts with.</summary>
    internal ulong InitialAddress { get; } = MemoryMap.StackAddress + Initial(dialect, maxCallDepth);

    /// <summary>What a call adds to r10.</summary>
    internal int AddressStep { get; } = dialect.HasFrameGaps && !allowsGaps ? dialect.FrameBytes : dialect.FrameStepBytes;

    private ulong InitialHost { get; } = (ulong)stack + Initial(dialect, maxCallDepth);

    private long HostStep { get; } = dialect.StackGrowsDown ? -dialect.FrameBytes : dialect.FrameBytes;

    /// <summary>What the program has in r10 at a depth, where it does not move that itself.</summary>
    internal ulong AddressAt(int depth) => InitialAddress + (ulong)((long)depth * AddressStep);

    /// <summary>The host address that native code has in its place.</summary>
    internal ulong HostAt(int depth) => InitialHost + (ulong)(depth * HostStep);

    /// <summary>Whether r10 is where calls have put it: a host that moved it gets the interpreter.</summary>
    internal bool IsRegular(ulong framePointer, int depth) => _movesFramePointer || framePointer == AddressAt(depth);

    /// <summary>What the program has in r10, from what native code has.</summary>
    internal ulong AddressOf(ulong host)
    {
        if (_movesFramePointer)
            return host;
        ulong offset = host - StackHost;
        return MemoryMap.StackAddress + (HasGaps ? (2 * offset) - _frameBytes : offset);
    }

    /// <summary>Bytes of the whole stack.</summary>
    internal static ulong BytesOf(Dialect dialect, int maxCallDepth) => (ulong)maxCallDepth * (ulong)dialect.FrameBytes;

    private static ulong Initial(Dialect dialect, int maxCallDepth) =>
        dialect.StackGrowsDown ? BytesOf(dialect, maxCallDepth) : (ulong)dialect.FrameBytes;
}
