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
        int count = 0;
        uint carry = 0;
        for (int bit = 0; bit < Count;)
        {
            if ((Bits(number, bit) & 1) == carry)
            {
                bit++;
                continue;
            }

            // From a bit that differs from the carry on the window is odd. What is half of its range or above is taken as
            // negative, and the carry makes up for it.
            int window = Math.Min(width, Count - bit);
            int digit = (int)((Bits(number, bit) & ((1u << window) - 1)) + carry);
            carry = (uint)(digit >> (width - 1));
            digit -= (int)(carry << width);
            digits[bit] = (short)(number.IsNegative ? -digit : digit);
            bit += window;
            count = bit;
        }

        return Math.Min(count, Count);
    }

    /// <summary>32 bits of the number, from one on.</summary>
    private static uint Bits(in Secp256k1Scalar.SignedHalf number, int bit)
    {
        int shift = bit & 63;
        if (bit >= 128)
            return 0;
        if (bit >= 64)
            return (uint)(number.High >> shift);
        ulong above = shift == 0 ? 0 : number.High << (64 - shift);
        return (uint)((number.Low >> shift) | above);
    }
}
