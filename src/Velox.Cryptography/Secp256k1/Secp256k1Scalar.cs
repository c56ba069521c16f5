namespace Velox.Cryptography;

/// <summary>Numbers modulo n, the order of secp256k1, and their split into halves. Variable time: for public values only.</summary>
internal static class Secp256k1Scalar
{
    /// <summary>n: SEC 2, version 2.0, section 2.4.1.</summary>
    internal static readonly OddModulus Order =
        new(new UInt256(0xBFD25E8CD0364141, 0xBAAEDCE6AF48A03B, 0xFFFFFFFFFFFFFFFE, ulong.MaxValue));

    // The lattice of the pairs (a, b) with a + b lambda = 0 modulo n has this short basis: (A1, -B1) and (A2, A1).
    private static readonly UInt256 A1 = new(0xE86C90E49284EB15, 0x3086D221A7D46BCD, 0, 0);
    private static readonly UInt256 B1 = new(0x6F547FA90ABFE4C3, 0xE4437ED6010E8828, 0, 0);
    private static readonly UInt256 A2 = new(0x57C1108D9D44CFD8, 0x14CA50F7A8E2F3F6, 1, 0);

    // 2^384 A1 / n and 2^384 B1 / n, rounded.
    private static readonly UInt256 A1OverOrder =
        new(0xE893209A45DBB031, 0x3DAA8A1471E8CA7F, 0xE86C90E49284EB15, 0x3086D221A7D46BCD);

    private static readonly UInt256 B1OverOrder =
        new(0x1571B4AE8AC47F71, 0x221208AC9DF506C6, 0x6F547FA90ABFE4C4, 0xE4437ED6010E8828);

    /// <summary>
    /// Two numbers below 2^128 in size with k = first + second lambda modulo n, where lambda is the cube root of 1 by which
    /// (x, y) times it is (beta x, y): Gallant, Lambert and Vanstone, "Faster point multiplication on elliptic curves with
    /// efficient endomorphisms", 2001.
    /// </summary>
    /// <param name="k">Below n.</param>
    /// <param name="first">The first half.</param>
    /// <param name="second">The second half.</param>
    internal static void Split(in UInt256 k, out SignedHalf first, out SignedHalf second)
    {
        // The lattice point near (k, 0); what is left is short, so that it may be computed modulo 2^256.
        UInt256 c1 = MultiplyShift384(k, A1OverOrder);
        UInt256 c2 = MultiplyShift384(k, B1OverOrder);
        first = new SignedHalf(k - MultiplyLow(c1, A1) - MultiplyLow(c2, A2));
        second = new SignedHalf(MultiplyLow(c1, B1) - MultiplyLow(c2, A1));
    }

    private static UInt256 MultiplyLow(in UInt256 a, in UInt256 b)
    {
        Span<ulong> product = stackalloc ulong[8];
        UInt256.Multiply(a, b, product);
        return new UInt256(product[0], product[1], product[2], product[3]);
    }

    /// <summary>a b / 2^384, rounded.</summary>
    private static UInt256 MultiplyShift384(in UInt256 a, in UInt256 b)
    {
        Span<ulong> product = stackalloc ulong[8];
        UInt256.Multiply(a, b, product);
        return new UInt256(product[6], product[7], 0, 0) + new UInt256(product[5] >> 63, 0, 0, 0);
    }

    /// <summary>A number with a sign, below 2^128 in size.</summary>
    internal readonly struct SignedHalf
    {
        internal readonly bool IsNegative;
        internal readonly ulong Low;
        internal readonly ulong High;

        internal SignedHalf(ulong low, ulong high)
        {
            Low = low;
            High = high;
        }

        /// <param name="value">In two's complement.</param>
        internal SignedHalf(in UInt256 value)
        {
            IsNegative = (long)value.Limb3 < 0;
            UInt256 size = IsNegative ? default(UInt256) - value : value;
            Low = size.Limb0;
            High = size.Limb1;
        }
    }
}
