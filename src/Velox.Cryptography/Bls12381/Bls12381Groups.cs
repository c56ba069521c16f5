namespace Velox.Cryptography;

/// <summary>A group of points of prime order r on a curve y^2 = x^3 + b.</summary>
internal interface IBls12381Group<TField>
    where TField : struct, IField<TField>
{
    static abstract TField B { get; }

    /// <summary>Whether points of the curve with x = 0, none of which is in the group, are taken where others outside of it are.</summary>
    static abstract bool TakesZeroX { get; }

    /// <summary>Whether a point of the curve is in the group.</summary>
    static abstract bool Contains(in AffineCurvePoint<TField> point);
}

/// <summary>Numbers of the curve BLS12-381.</summary>
internal static class Bls12381Curve
{
    /// <summary>-x, where x is the number that p, r and the pairing are made of.</summary>
    internal const ulong NegatedX = 0xd201000000010000;

    /// <summary>r = x^4 - x^2 + 1.</summary>
    internal static readonly UInt256 Order = new(0xffffffff00000001, 0x53bda402fffe5bfe, 0x3339d80809a1d805, 0x73eda753299d7d48);

    /// <summary>A number of the field, below p, of hexadecimal digits.</summary>
    internal static Bls12381Fp NumberOf(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex.PadLeft(2 * Bls12381Fp.Size, '0'));
        return Bls12381Fp.TryRead(bytes, ByteOrder.BigEndian, out Bls12381Fp value)
            ? value
            : throw new ArgumentException("Expected a number below p.", nameof(hex));
    }

    internal static CurvePoint<TField> MultiplyByNegatedX<TField>(in CurvePoint<TField> point)
        where TField : struct, IField<TField> => point.Multiply(new UInt256(NegatedX, 0, 0, 0));
}

/// <summary>G1, on y^2 = x^3 + 4 over p.</summary>
/// <remarks>
/// A point is in it if (w x, y), w being a cube root of one, is its multiple by -x^2 (Scott, "A note on group membership
/// tests for G1, G2 and GT on BLS pairing-friendly curves", 2021).
/// </remarks>
internal readonly struct Bls12381G1 : IBls12381Group<Bls12381Fp>
{
    // 2^((p - 1) / 3). The other one's points are the multiples by x^2 - 1.
    private static readonly Bls12381Fp CubeRoot =
        FieldPower.Raise(Bls12381Fp.One.Double(), FieldPower.Words((Bls12381Fp.Modulus - 1) / 3));

    /// <summary>The point that public keys are multiples of.</summary>
    internal static AffineCurvePoint<Bls12381Fp> Generator { get; } = new(
        Bls12381Curve.NumberOf("17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"),
        Bls12381Curve.NumberOf("08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1"));

    public static Bls12381Fp B => Bls12381Fp.One.Double().Double();

    public static bool TakesZeroX => false;

    public static bool Contains(in AffineCurvePoint<Bls12381Fp> point)
    {
        CurvePoint<Bls12381Fp> multiple = Bls12381Curve.MultiplyByNegatedX(CurvePoint<Bls12381Fp>.FromAffine(point));
        multiple = Bls12381Curve.MultiplyByNegatedX(multiple);
        return multiple.IsEqual(new AffineCurvePoint<Bls12381Fp>(point.X * CubeRoot, -point.Y));
    }
}

/// <summary>G2, on y^2 = x^3 + 4 (1 + i) over p^2.</summary>
/// <remarks>A point is in it if raising to the power p multiplies it by x (Scott, as above).</remarks>
internal readonly struct Bls12381G2 : IBls12381Group<Bls12381Fp2>
{
    // A point's image on the curve is (x / w^2, y / w^3).
    private static readonly Bls12381Fp2 FactorX = FrobeniusFactors<Bls12381Fp, Bls12381Tower>.OfPowers[2].Invert();
    private static readonly Bls12381Fp2 FactorY = FrobeniusFactors<Bls12381Fp, Bls12381Tower>.OfPowers[3].Invert();

    public static Bls12381Fp2 B => Bls12381Tower.NonResidue.Double().Double();

    public static bool TakesZeroX => true;

    public static bool Contains(in AffineCurvePoint<Bls12381Fp2> point)
    {
        var power = new AffineCurvePoint<Bls12381Fp2>(point.X.Conjugate() * FactorX, point.Y.Conjugate() * FactorY);
        return Bls12381Curve.MultiplyByNegatedX(CurvePoint<Bls12381Fp2>.FromAffine(point)).IsEqual(-power);
    }

    /// <summary>The image on the curve of a point raised to the power p.</summary>
    internal static CurvePoint<Bls12381Fp2> RaiseToP(in CurvePoint<Bls12381Fp2> point) =>
        new(point.X.Conjugate() * FactorX, point.Y.Conjugate() * FactorY, point.Z.Conjugate());
}
