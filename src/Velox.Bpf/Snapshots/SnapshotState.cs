namespace Velox.Bpf;

/// <summary>The fields of a snapshot.</summary>
internal sealed record SnapshotState
{
    internal required Dialect Dialect { get; init; }

    /// <summary>See <see cref="Bpf.ProgramHash"/>.</summary>
    internal required byte[] ProgramHash { get; init; }

    internal required int MaxCallDepth { get; init; }

    internal required int HeapBytes { get; init; }

    /// <summary>Whether there are gaps between the frames, which decides where they are.</summary>
    internal required bool HasFrameGaps { get; init; }

    internal required int InstructionIndex { get; init; }

    /// <summary>r0 to r10.</summary>
    internal required ulong[] Registers { get; init; }

    /// <summary>Outermost first.</summary>
    internal required CallFrame[] Frames { get; init; }

    internal required SnapshotMemory[] Memories { get; init; }
}

/// <summary>A piece of memory with what it holds.</summary>
/// <param name="Address">Where its region begins, as the program sees it.</param>
/// <param name="RegionBytes">The region's length.</param>
/// <param name="IsMapped">Whether the host mapped it; else it is the machine's own stack or heap.</param>
/// <param name="Offset">Where the piece begins in the region.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record SnapshotMemory(ulong Address, ulong RegionBytes, bool IsMapped, ulong Offset, byte[] Content);
