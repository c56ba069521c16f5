namespace Velox.Cryptography;

internal partial struct Secp256k1Field
{
    private static readonly OddModulus PrimeModulus = new(Prime);

    /// <summary>1 / a; 0 for 0. Magnitude at most 63.</summary>
    internal static void Invert(in Secp256k1Field a, out Secp256k1Field inverse) =>
        inverse = new Secp256k1Field(PrimeModulus.Invert(a.ToUInt256()));

    /// <summary>A square root, of magnitude 1, if there is one: p is 3 modulo 4, so a to the power of (p + 1) / 4.</summary>
    /// <param name="a">Magnitude at most 15.</param>
    /// <param name="root">May not be a.</param>
    internal static bool TrySquareRoot(in Secp256k1Field a, out Secp256k1Field root)
    {
        // (p + 1) / 4 is in binary 223 ones, a zero, 22 ones, 4 zeros, two ones, two zeros. The variables are a to powers of
        // so many ones.
        Ones(a, 1, a, out Secp256k1Field ones2);
        Ones(ones2, 1, a, out Secp256k1Field ones3);
        Ones(ones3, 3, ones3, out Secp256k1Field ones6);
        Ones(ones6, 3, ones3, out Secp256k1Field ones9);
        Ones(ones9, 2, ones2, out Secp256k1Field ones11);
        Ones(ones11, 11, ones11, out Secp256k1Field ones22);
        Ones(ones22, 22, ones22, out Secp256k1Field ones44);
        Ones(ones44, 44, ones44, out Secp256k1Field ones88);
        Ones(ones88, 88, ones88, out Secp256k1Field ones176);
        Ones(ones176, 44, ones44, out Secp256k1Field ones220);
        Ones(ones220, 3, ones3, out root);
        Ones(root, 23, ones22, out root);
        Ones(root, 6, ones2, out root);
        Square(root, out root);
        Square(root, out root);

        Square(root, out Secp256k1Field difference);
        Subtract(difference, a, 15, out difference);
        return difference.IsZero;
    }

    /// <summary>Appends bits to an exponent: squares so often, then multiplies.</summary>
    private static void Ones(in Secp256k1Field power, int squarings, in Secp256k1Field factor, out Secp256k1Field result)
    {
        Secp256k1Field square = power;
        for (int i = 0; i < squarings; i++)
            Square(square, out square);
        Multiply(square, factor, out result);
    }
}
