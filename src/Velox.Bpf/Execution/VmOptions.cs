namespace Velox.Bpf;

/// <summary>Sizes of a machine.</summary>
public sealed record VmOptions
{
    /// <summary>Largest <see cref="MaxCallDepth"/>.</summary>
    public const int MaxMaxCallDepth = 1024;

    /// <summary>Largest <see cref="HeapBytes"/>.</summary>
    public const int MaxHeapBytes = 256 * 1024;

    /// <summary>Frames, the entry's included. Reaching one more ends the program.</summary>
    public int MaxCallDepth { get; init; } = 64;

    /// <summary>Bytes at <see cref="MemoryMap.HeapAddress"/>; 0 for no heap.</summary>
    public int HeapBytes { get; init; }

    /// <summary>Whether the frames of sBPF V0 have gaps between them (SIMD-0460 would end that).</summary>
    public bool AllowsFrameGaps { get; init; } = true;

    /// <summary>
    /// Makes native code of hot programs; null to use what <see cref="BpfProgram.TryCompile"/> has made. Not disposed of by machines.
    /// </summary>
    public TieredCompiler? Compiler { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A size is out of its bounds.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxCallDepth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxCallDepth, MaxMaxCallDepth);
        ArgumentOutOfRangeException.ThrowIfNegative(HeapBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(HeapBytes, MaxHeapBytes);
    }
}
