using System.Buffers.Binary;

namespace Velox.Cryptography;

/// <summary>What the 32 bytes of a compressed point tell without any arithmetic.</summary>
internal static class PointEncoding
{
    private const ulong TopMask = 0x7fffffffffffffff;

    /// <summary>y below p, and no sign where x is zero (y = 1 or y = -1).</summary>
    internal static bool IsCanonical(ReadOnlySpan<byte> encoding)
    {
        (ulong word0, ulong word1, ulong word2, ulong word3) = Read(encoding);
        bool isNegative = word3 > TopMask;
        word3 &= TopMask;
        bool isNearTop = word3 == TopMask && (word2 & word1) == ulong.MaxValue;
        const ulong LowWordOfP = 0xffffffffffffffed;
        if (isNearTop && word0 >= LowWordOfP)
            return false;
        bool isOne = (word3 | word2 | word1) == 0 && word0 == 1;
        bool isMinusOne = isNearTop && word0 == LowWordOfP - 1;
        return !(isNegative && (isOne || isMinusOne));
    }

    /// <summary>Whether the bytes are one of the 14 encodings, canonical or not, of the eight points of small order.</summary>
    /// <remarks>Their y is 0, 1, -1 or one of the two whose points have order 8, and these plus p where that fits 255 bits.</remarks>
    internal static bool IsSmallOrder(ReadOnlySpan<byte> encoding)
    {
        (ulong word0, ulong word1, ulong word2, ulong word3) = Read(encoding);
        word3 &= TopMask;
        if ((word3 | word2 | word1) == 0)
            return word0 <= 1;
        if (word3 == TopMask && (word2 & word1) == ulong.MaxValue)
            return word0 is >= 0xffffffffffffffec and <= 0xffffffffffffffee;
        return (word0, word1, word2, word3)
            is (0xb027b2c28f95e826, 0xf098eff289f4c345, 0x3933c6d305acdfd5, 0x05fc536d880238b1)
            or (0x4fd84d3d706a17c7, 0x0f67100d760b3cba, 0xc6cc392cfa53202a, 0x7a03ac9277fdc74e);
    }

    private static (ulong Word0, ulong Word1, ulong Word2, ulong Word3) Read(ReadOnlySpan<byte> encoding) => (
        BinaryPrimitives.ReadUInt64LittleEndian(encoding),
        BinaryPrimitives.ReadUInt64LittleEndian(encoding[8..]),
        BinaryPrimitives.ReadUInt64LittleEndian(encoding[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(encoding[24..]));
}
