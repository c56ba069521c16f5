namespace Velox.Cryptography;

/// <summary>G1, all points of y^2 = x^3 + 3 over p, and G2, r points of its twist y^2 = x^3 + 3 / (9 + i) over p^2.</summary>
internal static class Bn254Curve
{
    /// <summary>The number that p, r and the pairing are made of.</summary>
    internal const ulong X = 0x44e992b44a6909f1;

    internal static readonly Bn254Fp B = Bn254Fp.One.Double() + Bn254Fp.One;

    internal static readonly Bn254Fp2 TwistB = Bn254Tower.NonResidue.Invert() * B;

    // 6 x^2.
    private static readonly UInt256 EndomorphismFactor = new(0xf83e9682e87cfd46, 0x6f4d8248eeb859fb, 0, 0);

    /// <summary>Whether a point of the twist is in G2.</summary>
    /// <remarks>
    /// There, the endomorphism that raising to the power p is multiplies by p = 6 x^2 modulo r, and nowhere else on the twist
    /// (Housni, Guillevic, Piellard, "Co-factor clearing and subgroup membership testing on pairing-friendly curves", 2022).
    /// </remarks>
    internal static bool IsInG2(in AffineCurvePoint<Bn254Fp2> point) =>
        CurvePoint<Bn254Fp2>.FromAffine(point).Multiply(EndomorphismFactor).IsEqual(RaiseToP(point));

    /// <summary>The point of the twist whose image on the curve has the coordinates of this one's to the power p.</summary>
    internal static AffineCurvePoint<Bn254Fp2> RaiseToP(in AffineCurvePoint<Bn254Fp2> point)
    {
        // Its image is (x w^2, y w^3).
        ReadOnlySpan<Bn254Fp2> factors = FrobeniusFactors<Bn254Fp, Bn254Tower>.OfPowers;
        return new AffineCurvePoint<Bn254Fp2>(point.X.Conjugate() * factors[2], point.Y.Conjugate() * factors[3]);
    }
}
