using System.Numerics;
using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>Numbers as sums of odd digits times powers of two, few of which are not zero.</summary>
internal static class SignedDigits
{
    /// <summary>Digits of a number below 2^128: the last carry may set the one after the 128th.</summary>
    internal const int Count = 129;

    /// <summary>
    /// Writes the digit of each power of two: 0, or odd and below 2^(width - 1) in size; of any width digits in a row one at
    /// most is not 0.
    /// </summary>
    /// <param name="number">The number.</param>
    /// <param name="width">2 to 16.</param>
    /// <param name="digits">Receives <see cref="Count"/> digits.</param>
    /// <returns>How many digits there are up to the last that is not 0.</returns>
    internal static int Write(in Secp256k1Scalar.SignedHalf number, int width, Span<short> digits)
    {
        digits[..Count].Clear();
        int bit = 0, count = 0;
        ulong low = number.Low, high = number.High;
        while ((low | high) != 0)
        {
            // The rest of the number, shifted to where its next digit begins, which is odd.
            int zeros = BitOperations.TrailingZeroCount(low);
            if (zeros == 64)
            {
                (low, high) = (high, 0);
                bit += 64;
                continue;
            }

            ShiftRight(ref low, ref high, zeros);
            bit += zeros;

            // What is half of the digit's range or above is taken as negative, and the rest becomes larger by one.
            int digit = (int)(low & ((1u << width) - 1));
            int carry = digit >> (width - 1);
            digit -= carry << width;
            digits[bit] = (short)(number.IsNegative ? -digit : digit);
            count = bit + 1;
            ShiftRight(ref low, ref high, width);
            low += (uint)carry;
            high += low < (uint)carry ? 1u : 0;
            bit += width;
        }

        return count;
    }

    /// <param name="low">The lower half.</param>
    /// <param name="high">The upper half.</param>
    /// <param name="bits">0 to 63.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ShiftRight(ref ulong low, ref ulong high, int bits)
    {
        low = (low >> bits) | (high << 1 << (63 - bits));
        high >>= bits;
    }
}
