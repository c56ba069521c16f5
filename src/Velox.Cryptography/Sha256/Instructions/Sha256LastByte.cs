using System.Runtime.InteropServices;

namespace Velox.Cryptography;

/// <summary>The last block of a message of 65 bytes, a prefix and two hashes, holds one byte: its 256 schedules are made once.</summary>
/// <remarks>64 KiB, which stay in the second cache where nodes of trees are hashed; a schedule made there takes longer than one read.</remarks>
internal static unsafe class Sha256LastByte
{
    internal const ulong MessageBits = 8 * (Sha256Constants.BlockSize + 1);

    private const int ByteValues = 256;

    // Never freed: it serves the whole process.
    private static readonly uint* Schedules = Make();

    /// <summary>Words and constants of the rounds, added up: 64 words.</summary>
    internal static uint* SumsOf(byte last) => Schedules + (last * Sha256Constants.Rounds);

    private static uint* Make()
    {
        var schedules = (uint*)NativeMemory.AlignedAlloc(
            ByteValues * Sha256Constants.Rounds * sizeof(uint), Sha256Constants.BlockSize);
        for (uint last = 0; last < ByteValues; last++)
        {
            var sums = new Span<uint>(schedules + (last * Sha256Constants.Rounds), Sha256Constants.Rounds);
            Sha256Padding.Fill((last << 24) | (Sha256Constants.EndOfMessage >> 8), MessageBits, sums);
        }

        return schedules;
    }
}
