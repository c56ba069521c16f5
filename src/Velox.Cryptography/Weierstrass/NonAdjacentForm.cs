namespace Velox.Cryptography;

/// <summary>256-bit numbers as sums of odd digits times powers of two, few of which are not zero.</summary>
internal static class NonAdjacentForm
{
    /// <summary>Digits of a number: the last carry may set the one after the 256th.</summary>
    internal const int DigitCount = 257;

    private const int WordBits = 64;

    /// <summary>
    /// Writes the digit of each power of two: 0, or odd and below 2^(width - 1) in size; of any width digits in a row one at
    /// most is not 0.
    /// </summary>
    /// <param name="number">Any.</param>
    /// <param name="width">2 to 8.</param>
    /// <param name="digits">Receives <see cref="DigitCount"/> digits.</param>
    /// <returns>How many digits there are up to the last that is not 0.</returns>
    internal static int Write(in UInt256 number, int width, Span<sbyte> digits)
    {
        digits[..DigitCount].Clear();
        ReadOnlySpan<ulong> words = [number.Limb0, number.Limb1, number.Limb2, number.Limb3, 0];
        int carry = 0, count = 0;
        for (int position = 0; position < DigitCount;)
        {
            int bits = ReadBits(words, position, width) + carry;
            if ((bits & 1) == 0)
            {
                position++;
                continue;
            }

            carry = bits >> (width - 1);
            digits[position] = (sbyte)(bits - (carry << width));
            count = position + 1;
            position += width;
        }

        return count;
    }

    private static int ReadBits(ReadOnlySpan<ulong> words, int position, int count)
    {
        int word = position / WordBits;
        int shift = position % WordBits;
        ulong bits = words[word] >> shift;
        if (shift + count > WordBits && word + 1 < words.Length)
            bits |= words[word + 1] << (WordBits - shift);
        return (int)(bits & ((1UL << count) - 1));
    }
}
