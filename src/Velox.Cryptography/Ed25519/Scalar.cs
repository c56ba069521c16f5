using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>An integer of 256 bits that counts points: mostly reduced modulo L, the order of the base point.</summary>
/// <remarks>
/// L = 2^252 + 27742317777372353535851937790883648493. Arithmetic is Montgomery's with R = 2^256, free of branches on
/// values. <see cref="WriteNonAdjacentForm"/> and <see cref="IsReduced"/> take variable time: for public values only.
/// </remarks>
internal readonly struct Scalar
{
    internal const int Size = 32;
    internal const int BitCount = 256;
    internal const int Radix16DigitCount = 64;
    internal const int Radix256DigitCount = 32;

    private const int WordCount = 4;

    private const ulong OrderWord0 = 0x5812631a5cf5d3ed;
    private const ulong OrderWord1 = 0x14def9dea2f79cd6;
    private const ulong OrderWord3 = 0x1000000000000000;

    // -1 / L modulo 2^64.
    private const ulong MontgomeryFactor = 0xd2b51da312547e1b;

    private readonly Words _words;

    private Scalar(in Words words) => _words = words;

    /// <summary>Reads 32 bytes, little-endian, without reducing.</summary>
    internal Scalar(ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < WordCount; i++)
            _words[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(8 * i)..]);
    }

    /// <summary>Whether the value is below L.</summary>
    internal bool IsReduced
    {
        get
        {
            Words order = Order;
            for (int i = WordCount - 1; i >= 0; i--)
            {
                if (_words[i] != order[i])
                    return _words[i] < order[i];
            }

            return false;
        }
    }

    private static Words Order => Words.Of(OrderWord0, OrderWord1, 0, OrderWord3);

    // R^2 modulo L: multiplying by it multiplies by R.
    private static Words RadixSquared =>
        Words.Of(0xa40611e3449c0f01, 0xd00e1ba768859347, 0xceec73d217f5be65, 0x0399411b7c309a3d);

    /// <summary>A 64-byte little-endian number modulo L.</summary>
    internal static Scalar Reduce(ReadOnlySpan<byte> bytes)
    {
        Words low = new Scalar(bytes[..Size])._words;
        Words high = new Scalar(bytes[Size..])._words;
        // low + high R: the high half is brought in with its factor R, the low half in and out again.
        Words lowReduced = MontgomeryMultiply(MontgomeryMultiply(low, RadixSquared), Words.Of(1, 0, 0, 0));
        return new Scalar(AddReduced(lowReduced, MontgomeryMultiply(high, RadixSquared)));
    }

    /// <summary>left * right + addend modulo L; left and addend are below L, right is any value.</summary>
    internal static Scalar MultiplyAdd(in Scalar left, in Scalar right, in Scalar addend)
    {
        Words product = MontgomeryMultiply(right._words, MontgomeryMultiply(left._words, RadixSquared));
        return new Scalar(AddReduced(product, addend._words));
    }

    /// <summary>left + right modulo L; both are below L.</summary>
    internal static Scalar Add(in Scalar left, in Scalar right) => new(AddReduced(left._words, right._words));

    internal void WriteBytes(Span<byte> bytes)
    {
        for (int i = 0; i < WordCount; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(8 * i)..], _words[i]);
    }

    /// <summary>Digits d in -8 to 8 with value = sum of d[i] 16^i, for a value below 2^255.</summary>
    /// <param name="digits"><see cref="Radix16DigitCount"/> entries.</param>
    internal void WriteRadix16(Span<sbyte> digits)
    {
        int carry = 0;
        for (int i = 0; i < Radix16DigitCount - 1; i++)
        {
            int digit = (int)((_words[i / 16] >> (4 * (i % 16))) & 15) + carry;
            carry = (digit + 8) >> 4;
            digits[i] = (sbyte)(digit - (carry << 4));
        }

        digits[Radix16DigitCount - 1] = (sbyte)((int)(_words[WordCount - 1] >> 60) + carry);
    }

    /// <summary>Digits d in -128 to 128 with value = sum of d[i] 256^i, for a value below 2^255.</summary>
    /// <param name="digits"><see cref="Radix256DigitCount"/> entries.</param>
    internal void WriteRadix256(Span<short> digits)
    {
        int carry = 0;
        for (int i = 0; i < Radix256DigitCount - 1; i++)
        {
            int digit = (int)((_words[i / 8] >> (8 * (i % 8))) & 255) + carry;
            carry = (digit + 128) >> 8;
            digits[i] = (short)(digit - (carry << 8));
        }

        digits[Radix256DigitCount - 1] = (short)((int)(_words[WordCount - 1] >> 56) + carry);
    }

    /// <summary>
    /// Signed digits, one per bit: value = sum of digits[i] 2^i, each zero or odd and below 2^(width - 1) in
    /// magnitude, at most one of any <paramref name="width"/> neighbours not zero. For a value below 2^255.
    /// </summary>
    /// <param name="width">2 to 8.</param>
    /// <param name="digits"><see cref="BitCount"/> entries.</param>
    internal void WriteNonAdjacentForm(int width, Span<sbyte> digits)
    {
        digits.Clear();
        int window = 1 << width;
        int carry = 0;
        int position = 0;
        while (position < BitCount)
        {
            int bits = ReadBits(position, width) + carry;
            if ((bits & 1) == 0)
            {
                position++;
                continue;
            }

            carry = bits >= window / 2 ? 1 : 0;
            digits[position] = (sbyte)(bits - (carry * window));
            position += width;
        }
    }

    private int ReadBits(int position, int count)
    {
        int word = position / 64;
        int shift = position % 64;
        ulong bits = _words[word] >> shift;
        if (shift + count > 64 && word + 1 < WordCount)
            bits |= _words[word + 1] << (64 - shift);
        return (int)(bits & ((1UL << count) - 1));
    }

    /// <summary>left * right / R modulo L, below L; right must be below L, left may be any value.</summary>
    private static Words MontgomeryMultiply(in Words left, in Words right)
    {
        ulong right0 = right[0], right1 = right[1], right2 = right[2], right3 = right[3];
        ulong total0 = 0, total1 = 0, total2 = 0, total3 = 0;
        for (int i = 0; i < WordCount; i++)
        {
            // total < L + right < 2L before each round, so total fits four words and one round's sum fits five.
            ulong factor = left[i];
            ulong carry = 0;
            total0 = MultiplyAdd(right0, factor, total0, ref carry);
            total1 = MultiplyAdd(right1, factor, total1, ref carry);
            total2 = MultiplyAdd(right2, factor, total2, ref carry);
            total3 = MultiplyAdd(right3, factor, total3, ref carry);
            ulong total4 = carry;

            // A multiple of L makes the lowest word zero. L's third word is zero.
            factor = total0 * MontgomeryFactor;
            carry = 0;
            MultiplyAdd(OrderWord0, factor, total0, ref carry);
            total0 = MultiplyAdd(OrderWord1, factor, total1, ref carry);
            total1 = total2 + carry;
            carry = total1 < carry ? 1UL : 0UL;
            total2 = MultiplyAdd(OrderWord3, factor, total3, ref carry);
            total3 = total4 + carry;
        }

        return SubtractOrderOnce(Words.Of(total0, total1, total2, total3));
    }

    /// <summary>The low word of a * b + addend + carry; the high word becomes the carry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MultiplyAdd(ulong a, ulong b, ulong addend, ref ulong carry)
    {
        ulong high = UInt256.MultiplyHigh(a, b);
        ulong low = (a * b) + addend;
        high += low < addend ? 1UL : 0UL;
        low += carry;
        high += low < carry ? 1UL : 0UL;
        carry = high;
        return low;
    }

    private static Words AddReduced(in Words left, in Words right)
    {
        Words sum = default;
        ulong carry = 0;
        for (int i = 0; i < WordCount; i++)
        {
            // Both are below L < 2^253: only a lower word overflows, and the carry is 0 or 1.
            ulong partial = left[i] + right[i];
            sum[i] = partial + carry;
            carry = (partial < right[i] ? 1UL : 0UL) | (sum[i] < carry ? 1UL : 0UL);
        }

        return SubtractOrderOnce(sum);
    }

    /// <summary>Brings a value below 2L below L.</summary>
    private static Words SubtractOrderOnce(in Words value)
    {
        Words order = Order;
        Words difference = default;
        ulong borrow = 0;
        for (int i = 0; i < WordCount; i++)
        {
            ulong partial = value[i] - order[i];
            difference[i] = partial - borrow;
            borrow = (value[i] < order[i] ? 1UL : 0UL) | (partial < borrow ? 1UL : 0UL);
        }

        ulong keepMask = 0UL - borrow;
        for (int i = 0; i < WordCount; i++)
            difference[i] ^= keepMask & (difference[i] ^ value[i]);
        return difference;
    }

    [InlineArray(WordCount)]
    private struct Words
    {
        private ulong _word;

        internal static Words Of(ulong word0, ulong word1, ulong word2, ulong word3)
        {
            Words words = default;
            words[0] = word0;
            words[1] = word1;
            words[2] = word2;
            words[3] = word3;
            return words;
        }
    }
}
