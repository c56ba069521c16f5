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
/// <para>These bytes, as four words of 64 bits, are multiplied with a key of 125 bits each, and the products and the message's length are
/// added up modulo 2^127 - 1, 0 being written as that (a multilinear hash: Carter and Wegman, 1979). Whoever chose two messages, they
/// share a fingerprint with a chance of less than 2^-124, so long as the keys are unknown. Keys and values therefore never leave the
/// process, and no result depends on them but for that chance.</para>
/// </remarks>
internal sealed class MessageFingerprint
{
    /// <summary>Bytes of the keys: four of sums, and words for the longest message and a pair more.</summary>
    internal const int KeyBytes = (SumKeys * SumKeyBytes) + WireLimits.MaxVersion1Bytes + PairBytes;

    private const int SumKeys = 4;
    private const int SumKeyBytes = 16;
    private const int PairBytes = 16;

    private static readonly UInt128 Modulus = (UInt128.One << 127) - 1;

    // Below 2^125, so that four products with words have room in one sum.
    private static readonly UInt128 SumKeyMask = (UInt128.One << 125) - 1;

    private readonly UInt128[] _sumKeys;
    private readonly ulong[] _words;

    /// <param name="key"><see cref="KeyBytes"/> bytes that nobody can guess.</param>
    internal MessageFingerprint(ReadOnlySpan<byte> key)
    {
        _sumKeys = new UInt128[SumKeys];
        for (int i = 0; i < SumKeys; i++)
            _sumKeys[i] = BinaryPrimitives.ReadUInt128LittleEndian(key[(i * SumKeyBytes)..]) & SumKeyMask;
        _words = MemoryMarshal.Cast<byte, ulong>(key[(SumKeys * SumKeyBytes)..KeyBytes]).ToArray();
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

        return Sum((uint)message.Length, first, second);
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

    private UInt128 Sum(uint length, UInt128 first, UInt128 second)
    {
        UInt128[] keys = _sumKeys;
        UInt128 low = length, high = 0;
        AddProduct((ulong)first, keys[0], ref low, ref high);
        AddProduct((ulong)(first >> 64), keys[1], ref low, ref high);
        AddProduct((ulong)second, keys[2], ref low, ref high);
        AddProduct((ulong)(second >> 64), keys[3], ref low, ref high);

        // high * 2^64 + low, and 2^127 is 1: what is in high from its bit 63 on counts ones.
        const ulong below63 = (1ul << 63) - 1;
        UInt128 sum = low + ((UInt128)((ulong)high & below63) << 64) + (high >> 63);
        sum = (sum & Modulus) + (sum >> 127);
        return sum == 0 ? Modulus : sum;
    }

    /// <summary>Adds a product to high * 2^64 + low. Four of them leave low below 2^67 and high below 2^128.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddProduct(ulong word, UInt128 key, ref UInt128 low, ref UInt128 high)
    {
        UInt128 product = Product(word, (ulong)key);
        low += (ulong)product;
        high += Product(word, (ulong)(key >> 64)) + (product >> 64);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static UInt128 Product(ulong left, ulong right) =>
        Bmi2.X64.IsSupported
            ? new UInt128(Bmi2.X64.MultiplyNoFlags(left, right), left * right)
            : new UInt128(Math.BigMul(left, right, out ulong low), low);
}
