namespace Velox.Cryptography;

/// <summary>Points of P-256, y^2 = x^3 - 3 x + b (FIPS 186-5; SP 800-186, section 3.2.1.3), from their x.</summary>
internal static class Secp256r1Point
{
    private static readonly OddModulus Prime = new(new UInt256(ulong.MaxValue, 0x0000_0000_FFFF_FFFF, 0, 0xFFFF_FFFF_0000_0001));

    // In Montgomery's form, as all numbers below are.
    private static readonly UInt256 B =
        Prime.ToMontgomery(new UInt256(0x3BCE3C3E27D2604B, 0x651D06B0CC53B0F6, 0xB3EBBD55769886BC, 0x5AC635D8AA3A93E7));

    /// <summary>The y of this x that is odd, or even, if the curve has a point there.</summary>
    /// <param name="x">Any number; of p and above there is no point.</param>
    /// <param name="isOdd">Which of the two. Neither is 0: the number of points is odd.</param>
    /// <param name="y">Below p.</param>
    internal static bool TryFindY(in UInt256 x, bool isOdd, out UInt256 y)
    {
        y = default;
        if (x >= Prime.Value)
            return false;

        UInt256 formX = Prime.ToMontgomery(x);
        UInt256 cube = Prime.MontgomeryMultiply(Prime.MontgomeryMultiply(formX, formX), formX);
        UInt256 thrice = Prime.Add(Prime.Add(formX, formX), formX);
        UInt256 square = Prime.Add(Prime.Subtract(cube, thrice), B);
        UInt256 root = Root(square);
        UInt256 difference = Prime.Subtract(Prime.MontgomeryMultiply(root, root), square);
        if (!difference.IsZero)
            return false;

        y = Prime.FromMontgomery(root);
        if ((y.Limb0 & 1) != 0 != isOdd)
            y = Prime.Subtract(default, y);
        return true;
    }

    /// <summary>To the power of (p + 1) / 4, a root if there is one: p is 3 modulo 4.</summary>
    private static UInt256 Root(in UInt256 a)
    {
        // (p + 1) / 4 = 2^254 - 2^222 + 2^190 + 2^94: 32 ones, 31 zeros, a one, 95 zeros, a one, 94 zeros.
        UInt256 ones2 = Append(a, 1, a);
        UInt256 ones4 = Append(ones2, 2, ones2);
        UInt256 ones8 = Append(ones4, 4, ones4);
        UInt256 ones16 = Append(ones8, 8, ones8);
        UInt256 power = Append(ones16, 16, ones16);
        power = Append(power, 32, a);
        power = Append(power, 96, a);
        return Append(power, 94, Prime.MontgomeryOne);
    }

    /// <summary>Appends bits to an exponent: squares so often, then multiplies.</summary>
    private static UInt256 Append(UInt256 power, int squarings, in UInt256 factor)
    {
        for (int i = 0; i < squarings; i++)
            power = Prime.MontgomeryMultiply(power, power);
        return Prime.MontgomeryMultiply(power, factor);
    }
}
