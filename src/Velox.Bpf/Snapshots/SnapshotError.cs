namespace Velox.Bpf;

/// <summary>The part of a snapshot that was refused.</summary>
public enum SnapshotField
{
    /// <summary>The first bytes say that it is no snapshot.</summary>
    Magic,

    /// <summary>Written by another version of this library.</summary>
    Version,

    /// <summary>Cut off, or with more bytes than it has fields.</summary>
    Length,
    Dialect,

    /// <summary>Text, read-only data or functions.</summary>
    Program,
    MaxCallDepth,
    HeapBytes,
    FrameGaps,
    InstructionIndex,
    CallDepth,

    /// <summary>A suspended caller that no call has suspended.</summary>
    Caller,

    /// <summary>A piece of memory.</summary>
    Memory,
}

/// <summary>A refused snapshot.</summary>
/// <param name="Field">The part that is wrong, or that does not fit the machine.</param>
/// <param name="Detail">What is wrong, with the value and what it must be.</param>
public sealed record SnapshotError(SnapshotField Field, string Detail)
{
    /// <summary>One sentence for people.</summary>
    public string Message => $"snapshot: {Field}: {Detail}";

    public override string ToString() => Message;
}

/// <summary>A snapshot was refused.</summary>
public sealed class SnapshotException(SnapshotError error) : Exception(error.Message)
{
    public SnapshotError Error { get; } = error;
}
