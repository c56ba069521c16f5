using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace Velox.Svm;

/// <summary>128 bits that tell messages apart, under a key that only this process has.</summary>
/// <remarks>
/// <para>First NH (Black, Halevi, Krawczyk, Krovetz and Rogaway, 1999): the message, filled up with zeros to pairs of words of 64 bits, is
/// the sum of the products of (word + key word) of each pair, modulo 2^128; and once more with the keys shifted by a pair. Two
/// different messages of one length have the same 32 bytes for one of 2^128 keys.</para>
/// <para>These bytes, in words of 120 bits with the message's length before them, are a polynomial over the integers modulo 2^127 - 1,
/// taken at a further key (Carter and Wegman, 1979). Whoever chose two messages, they share a fingerprint with a chance of less than
/// 2^-124, so long as the keys are unknown. Keys and values therefore never leave the process, and no result depends on them but for
/// that chance.</para>
/// </remarks>
internal sealed class MessageFingerprint
{
    /// <summary>Bytes of the keys: one of the polynomial, and words for the longest message and a pair more.</summary>
    internal const int KeyBytes = PointBytes + WireLimits.MaxVersion1Bytes + PairBytes;

    private const int PointBytes = 16;
    private const int PairBytes = 16;
    private const int WordBytes = 15;

    private static readonly UInt128 Modulus = (UInt128.One << 127) - 1;

    private readonly UInt128 _point;
    private readonly ulong[] _words;

    /// <param name="key"><see cref="KeyBytes"/> bytes that nobody can guess.</param>
    internal MessageFingerprint(ReadOnlySpan<byte> key)
    {
        _point = BinaryPrimitives.ReadUInt128LittleEndian(key) % Modulus;
        _words = MemoryMarshal.Cast<byte, ulong>(key[PointBytes..KeyBytes]).ToArray();
    }

    /// <summary>The process's own.</summary>
    internal static MessageFingerprint Shared { get; } = new(RandomNumberGenerator.GetBytes(KeyBytes));

    /// <param name="message">At most <see cref="WireLimits.MaxVersion1Bytes"/> bytes.</param>
    internal UInt128 Of(ReadOnlySpan<byte> message)
    {
        UInt128 first = 0, second = 0;
        ReadOnlySpan<ulong> keys = _words;
        ReadOnlySpan<byte> rest = message;
        for (; rest.Length >= PairBytes; rest = rest[PairBytes..], keys = keys[2..])
            AddPair(rest, keys, ref first, ref second);
        if (rest.Length > 0)
        {
            Span<byte> last = stackalloc byte[PairBytes];
            last.Clear();
            rest.CopyTo(last);
            AddPair(last, keys, ref first, ref second);
        }

        return TakePolynomial((uint)message.Length, first, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddPair(ReadOnlySpan<byte> pair, ReadOnlySpan<ulong> keys, ref UInt128 first, ref UInt128 second)
    {
        ulong left = BinaryPrimitives.ReadUInt64LittleEndian(pair);
        ulong right = BinaryPrimitives.ReadUInt64LittleEndian(pair[sizeof(ulong)..]);
        unchecked
        {
            first += Product(left + keys[0], right + keys[1]);
            second += Product(left + keys[2], right + keys[3]);
        }
    }

    private UInt128 TakePolynomial(uint length, UInt128 first, UInt128 second)
    {
        const int wordBits = 8 * WordBytes;
        UInt128 wordMask = (UInt128.One << wordBits) - 1;
        UInt128 value = length;
        value = Reduce(Multiply(value, _point), first & wordMask);
        value = Reduce(Multiply(value, _point), second & wordMask);
        value = Reduce(Multiply(value, _point), (first >> wordBits) | ((second >> wordBits) << 8));
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
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static UInt128 Fold(UInt128 value) => (value & Modulus) + (value >> 127);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static UInt128 Product(ulong left, ulong right) =>
        Bmi2.X64.IsSupported
            ? new UInt128(Bmi2.X64.MultiplyNoFlags(left, right), left * right)
            : new UInt128(Math.BigMul(left, right, out ulong low), low);
}
