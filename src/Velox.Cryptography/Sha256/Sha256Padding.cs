using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Cryptography;

/// <summary>A last block that holds padding only has the same schedule for all messages of a length: it is made once.</summary>
internal static class Sha256Padding
{
    // Two hashes, the most usual input of all.
    private static readonly uint[] After64Bytes = Make(new Sha256Message(64, prefix: null));

    /// <summary>Words and constants of the rounds of the last block, added up.</summary>
    /// <param name="message">Its last block must be constant.</param>
    /// <param name="memory">64 words; written where the result is not at hand.</param>
    internal static ReadOnlySpan<uint> LastBlock(in Sha256Message message, Span<uint> memory)
    {
        if (!message.HasTail && message.LengthBits == 512)
            return After64Bytes;
        Fill(in message, memory);
        return memory;
    }

    private static uint[] Make(Sha256Message message)
    {
        uint[] sums = new uint[Sha256Constants.Rounds];
        Fill(in message, sums);
        return sums;
    }

    private static void Fill(in Sha256Message message, Span<uint> sums) =>
        Fill(message.EndsWithBlock ? Sha256Constants.EndOfMessage : 0, message.LengthBits, sums);

    /// <summary>Makes words and constants of the rounds, added up, of a last block without words between the first and the length.</summary>
    internal static void Fill(uint firstWord, ulong lengthBits, Span<uint> sums)
    {
        sums[..Sha256Constants.BlockWords].Clear();
        sums[0] = firstWord;
        sums[14] = (uint)(lengthBits >> 32);
        sums[15] = (uint)lengthBits;
        Sha256Compression.Expand(ref Unsafe.As<uint, Sha256Word>(ref MemoryMarshal.GetReference(sums)));
        for (int t = 0; t < Sha256Constants.Rounds; t++)
            sums[t] += Sha256Constants.RoundConstants[t];
    }
}
