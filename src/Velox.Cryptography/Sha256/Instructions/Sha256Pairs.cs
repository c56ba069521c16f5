using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>Hashes messages of equal length with the processor's instructions, two between each other.</summary>
internal static unsafe class Sha256Pairs
{
    /// <summary>How far ahead of what is hashed is asked for.</summary>
    private const int PrefetchDistance = 8;

    /// <summary>Hashes from one index on; a single one at the end goes with itself.</summary>
    /// <param name="message">What is the same of all.</param>
    /// <param name="places">Where they lie; all within the memory of inputs and digests.</param>
    /// <param name="inputs">What the offsets of inputs count from.</param>
    /// <param name="digests">What the offsets of digests count from.</param>
    /// <param name="first">The first to hash.</param>
    /// <param name="count">Of the batch.</param>
    [SkipLocalsInit]
    internal static void Run<TPlaces>(
        in Sha256Message message, TPlaces places, ref byte inputs, ref byte digests, int first, int count)
        where TPlaces : struct, ISha256Places, allows ref struct
    {
        if (first >= count)
            return;

        // Unsafe: inputs and digests are pinned here, the callers have checked all places, and the rest lies on this stack.
        Sha256Pair.Memory memory;
        var pair = new Sha256Pair(in message, &memory);
        fixed (byte* input = &inputs)
        fixed (byte* digest = &digests)
        {
            for (int i = first; i < count; i += 2)
            {
                int other = Math.Min(i + 1, count - 1);
                places.Prefetch(ref inputs, Math.Min(i + PrefetchDistance, count - 1));
                places.Prefetch(ref inputs, Math.Min(i + PrefetchDistance + 1, count - 1));
                pair.Hash(input + places.Input(i), input + places.Input(other), digest + places.Digest(i), digest + places.Digest(other));
            }
        }
    }
}
