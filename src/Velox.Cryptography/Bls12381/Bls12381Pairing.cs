namespace Velox.Cryptography;

/// <summary>The ate pairing of BLS12-381 (Barreto, Lynn, Scott, 2003): e(P, Q) for P of G1 and Q of G2.</summary>
internal static class Bls12381Pairing
{
    /// <summary>The product of the pairings before its last power.</summary>
    /// <param name="pairs">None with a point at infinity. They are used up.</param>
    internal static Bls12381Fp12 MillerLoop(Span<AtePair<Bls12381Fp, Bls12381Tower>> pairs)
    {
        Bls12381Fp12 value = Bls12381Fp12.One;
        for (int bit = 62; bit >= 0; bit--)
        {
            value = value.Square();
            for (int i = 0; i < pairs.Length; i++)
                pairs[i].Double(ref value);
            for (int i = 0; i < pairs.Length && ((Bls12381Curve.NegatedX >> bit) & 1) != 0; i++)
                pairs[i].Add(pairs[i].Q, ref value);
        }

        // x is negative.
        return value.Conjugate();
    }

    /// <summary>The value to the power 3 (p^12 - 1) / r.</summary>
    /// <remarks>
    /// 3 (p^4 - p^2 + 1) / r = (x - 1)^2 (x + p) (x^2 + p^2 - 1) + 3 (Hayashida, Hayasaka, Teruya, "Efficient final
    /// exponentiation via cyclotomic structure for pairings over families of elliptic curves", 2020).
    /// </remarks>
    internal static Bls12381Fp12 RaiseToLastPower(in Bls12381Fp12 value)
    {
        // (p^6 - 1) (p^2 + 1); from here on the conjugate is the inverse.
        Bls12381Fp12 f = value.Conjugate() * value.Invert();
        f *= f.Frobenius().Frobenius();

        Bls12381Fp12 power = RaiseToXMinusOne(RaiseToXMinusOne(f));
        power = RaiseToNegatedX(power).Conjugate() * power.Frobenius();
        power = RaiseToNegatedX(RaiseToNegatedX(power)) * power.Frobenius().Frobenius() * power.Conjugate();
        return power * f.SquareCyclotomic() * f;
    }

    private static Bls12381Fp12 RaiseToXMinusOne(in Bls12381Fp12 value) => (RaiseToNegatedX(value) * value).Conjugate();

    private static Bls12381Fp12 RaiseToNegatedX(in Bls12381Fp12 value) => value.RaiseCyclotomic(Bls12381Curve.NegatedX);
}
