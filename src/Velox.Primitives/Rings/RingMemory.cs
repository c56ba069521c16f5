using System.Numerics;

namespace Velox.Primitives;

/// <summary>Memory for the shared words and the slots of rings: on the heap of pinned objects, aligned to 128 bytes.</summary>
/// <remarks>
/// Pinned, so that addresses stay: items keep their place in the cache lines, and a pointer spares the look-up of an
/// array. On the collected heap, so that nothing needs to be freed, and a span over slots keeps its ring's memory alive.
/// 128 and not 64 bytes, as processors fetch lines in neighbouring pairs.
/// </remarks>
internal static unsafe class RingMemory
{
    internal const int AlignmentBytes = 128;

    /// <summary>The largest capacity of a ring, in items.</summary>
    internal const int MaxCapacity = 1 << 30;

    /// <summary>Zeroed bytes. The pointer is good as long as the returned array is alive.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is more than the runtime's largest array.</exception>
    internal static byte[] Allocate(long bytes, out byte* first)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Array.MaxLength - AlignmentBytes);
        byte[] owner = GC.AllocateArray<byte>((int)bytes + AlignmentBytes, pinned: true);

        // Unsafe: the array never moves.
        fixed (byte* start = owner)
            first = (byte*)(((nint)start + AlignmentBytes - 1) & -AlignmentBytes);
        return owner;
    }

    /// <exception cref="ArgumentOutOfRangeException">No power of two, or out of bounds.</exception>
    internal static void CheckCapacity(int capacity, int least)
    {
        if (capacity < least || capacity > MaxCapacity || !BitOperations.IsPow2(capacity))
        {
            throw new ArgumentOutOfRangeException(
                nameof(capacity), capacity, $"Capacity must be a power of two from {least} to {MaxCapacity}.");
        }
    }
}
