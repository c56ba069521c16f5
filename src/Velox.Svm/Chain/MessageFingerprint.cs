using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Velox.Svm;

/// <summary>128 bits that tell messages apart, under a key that only this process has.</summary>
/// <remarks>
/// <para>The message, in words of 120 bits with its length before them, is a polynomial over the integers modulo 2^127 - 1, taken at
/// the key (Carter and Wegman, 1979). Two different messages of n words share a value for at most n + 1 of 2^127 keys, whoever chose
/// them, so long as the key is unknown: for the longest message less than 2^-118. Keys and values therefore never leave the process,
/// and no result depends on them but for that chance.</para>
/// </remarks>
internal sealed class MessageFingerprint
{
    private const int WordBytes = 15;

    private static readonly UInt128 Modulus = (UInt128.One << 127) - 1;

    private readonly UInt128 _key;

    internal MessageFingerprint(UInt128 key) => _key = key % Modulus;

    /// <summary>The process's own.</summary>
    internal static MessageFingerprint Shared { get; } = new(RandomKey());

    internal UInt128 Of(ReadOnlySpan<byte> message)
    {
        UInt128 value = (uint)message.Length;
        ReadOnlySpan<byte> rest = message;
        for (; rest.Length >= WordBytes + 1; rest = rest[WordBytes..])
        {
            UInt128 word = BinaryPrimitives.ReadUInt128LittleEndian(rest) & ((UInt128.One << (8 * WordBytes)) - 1);
            value = Reduce(Multiply(value, _key), word);
        }

        // The last word is short, and zeros after it are told by the length.
        Span<byte> last = stackalloc byte[16];
        last.Clear();
        rest.CopyTo(last);
        value = Reduce(Multiply(value, _key), BinaryPrimitives.ReadUInt128LittleEndian(last));
        value = (value & Modulus) + (value >> 127);
        return value == Modulus ? 0 : value;
    }

    /// <summary>A product of two numbers below 2^127, the same modulo 2^127 - 1. No sum in it reaches 2^128.</summary>
    private static UInt128 Multiply(UInt128 left, UInt128 right)
    {
        ulong leftHigh = (ulong)(left >> 64), leftLow = (ulong)left, rightHigh = (ulong)(right >> 64), rightLow = (ulong)right;
        UInt128 low = Product(leftLow, rightLow);
        UInt128 middle = Product(leftLow, rightHigh);
        UInt128 other = Product(leftHigh, rightLow);
        UInt128 high = Product(leftHigh, rightHigh);

        // high * 2^128 + (middle + other) * 2^64 + low, and 2^127 is 1.
        UInt128 middleSum = Fold(middle) + Fold(other);
        UInt128 shifted = ((middleSum << 64) & Modulus) + (middleSum >> 63);
        return Fold(Fold(low) + Fold(shifted)) + Fold(Fold(high) << 1);
    }

    private static UInt128 Reduce(UInt128 product, UInt128 word) => Fold(Fold(product) + word);

    /// <summary>The same modulo 2^127 - 1, at most 2^127.</summary>
    private static UInt128 Fold(UInt128 value) => (value & Modulus) + (value >> 127);

    private static UInt128 Product(ulong left, ulong right) =>
        System.Runtime.Intrinsics.X86.Bmi2.X64.IsSupported
            ? new UInt128(System.Runtime.Intrinsics.X86.Bmi2.X64.MultiplyNoFlags(left, right), left * right)
            : new UInt128(Math.BigMul(left, right, out ulong low), low);

    private static UInt128 RandomKey()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }
}
