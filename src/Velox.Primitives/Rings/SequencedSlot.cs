using System.Runtime.InteropServices;

namespace Velox.Primitives;

/// <summary>A slot of a ring that several threads write, and whose turn it is.</summary>
/// <remarks>
/// For the slot of position <c>p</c> in a ring of <c>n</c>: <c>p</c> says free to be written, <c>p + 1</c> says written,
/// <c>p + n</c> says read, which is free for the next turn. So a ring needs two slots at least.
/// </remarks>
internal struct SequencedSlot<T>
{
    internal long Sequence;
    internal T Item;
}

/// <summary>The positions of both ends, each on 128 bytes of its own.</summary>
[StructLayout(LayoutKind.Explicit, Size = 2 * RingMemory.AlignmentBytes)]
internal struct RingEnds
{
    /// <summary>The next position to write: producers take it by compare-and-swap.</summary>
    [FieldOffset(0)]
    internal long Tail;

    /// <summary>The next position to read.</summary>
    [FieldOffset(128)]
    internal long Head;
}
