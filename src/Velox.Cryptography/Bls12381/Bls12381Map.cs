using System.Globalization;

namespace Velox.Cryptography;

/// <summary>
/// Maps numbers of p^2 to points of y^2 = x^3 + 4 (1 + i): the simplified method of Shallue, van de Woestijne and Ulas (RFC 9380, section
/// 6.6.2) to a curve that is isogenous to it, and from there on (section 8.8.2 and appendix E.3).
/// </summary>
internal static class Bls12381Map
{
    // The isogenous curve is y^2 = x^3 + 240 i x + 1012 (1 + i).
    private static readonly Bls12381Fp2 A = new(default, Of(240));
    private static readonly Bls12381Fp2 B = new(Of(1012), Of(1012));
    private static readonly Bls12381Fp2 Z = new(-Of(2), -Of(1));
    private static readonly Bls12381Fp2 MinusBOverA = -(B * A.Invert());
    private static readonly Bls12381Fp2 BOverZA = B * (Z * A).Invert();

    // Coefficients of the isogeny, the constant first.
    private static readonly Bls12381Fp2[] XNumerator =
    [
        Both("5c759507e8e333ebb5b7a9a47d7ed8532c52d39fd3a042a88b58423c50ae15d5c2638e343d9c71c6238aaaaaaaa97d6"),
        new(default, Of("11560bf17baa99bc32126fced787c88f984f87adf7ae0c7f9a208c6b4f20a4181472aaa9cb8d555526a9ffffffffc71a")),
        new(
            Of("11560bf17baa99bc32126fced787c88f984f87adf7ae0c7f9a208c6b4f20a4181472aaa9cb8d555526a9ffffffffc71e"),
            Of("8ab05f8bdd54cde190937e76bc3e447cc27c3d6fbd7063fcd104635a790520c0a395554e5c6aaaa9354ffffffffe38d")),
        new(Of("171d6541fa38ccfaed6dea691f5fb614cb14b4e7f4e810aa22d6108f142b85757098e38d0f671c7188e2aaaaaaaa5ed1"), default),
    ];

    private static readonly Bls12381Fp2[] XDenominator = [new(default, -Of(72)), new(Of(12), -Of(12)), Bls12381Fp2.One];

    private static readonly Bls12381Fp2[] YNumerator =
    [
        Both("1530477c7ab4113b59a4c18b076d11930f7da5d4a07f649bf54439d87d27e500fc8c25ebf8c92f6812cfc71c71c6d706"),
        new(default, Of("5c759507e8e333ebb5b7a9a47d7ed8532c52d39fd3a042a88b58423c50ae15d5c2638e343d9c71c6238aaaaaaaa97be")),
        new(
            Of("11560bf17baa99bc32126fced787c88f984f87adf7ae0c7f9a208c6b4f20a4181472aaa9cb8d555526a9ffffffffc71c"),
            Of("8ab05f8bdd54cde190937e76bc3e447cc27c3d6fbd7063fcd104635a790520c0a395554e5c6aaaa9354ffffffffe38f")),
        new(Of("124c9ad43b6cf79bfbf7043de3811ad0761b0f37a1e26286b0e977c69aa274524e79097a56dc4bd9e1b371c71c718b10"), default),
    ];

    private static readonly Bls12381Fp2[] YDenominator =
        [new(-Of(432), -Of(432)), new(default, -Of(216)), new(Of(18), -Of(18)), Bls12381Fp2.One];

    /// <summary>A point of the curve, in G2 or not.</summary>
    internal static AffineCurvePoint<Bls12381Fp2> ToCurve(in Bls12381Fp2 number)
    {
        AffineCurvePoint<Bls12381Fp2> point = ToIsogenous(number);
        Bls12381Fp2 xDenominator = At(XDenominator, point.X), yDenominator = At(YDenominator, point.X);
        if (xDenominator.IsZero || yDenominator.IsZero)
            return default; // infinity

        // One inversion for both.
        Bls12381Fp2 inverse = (xDenominator * yDenominator).Invert();
        return new AffineCurvePoint<Bls12381Fp2>(
            At(XNumerator, point.X) * inverse * yDenominator, point.Y * At(YNumerator, point.X) * inverse * xDenominator);
    }

    private static AffineCurvePoint<Bls12381Fp2> ToIsogenous(in Bls12381Fp2 number)
    {
        Bls12381Fp2 zuu = Z * number.Square();
        Bls12381Fp2 divisor = zuu.Square() + zuu;
        Bls12381Fp2 x = divisor.IsZero ? BOverZA : MinusBOverA * (Bls12381Fp2.One + divisor.Invert());
        if (!Right(x).TrySquareRoot(out Bls12381Fp2 y))
        {
            // Of both one is a square.
            x = zuu * x;
            _ = Right(x).TrySquareRoot(out y);
        }

        return new AffineCurvePoint<Bls12381Fp2>(x, IsOdd(number) == IsOdd(y) ? y : -y);
    }

    /// <summary>x^3 + A x + B.</summary>
    private static Bls12381Fp2 Right(in Bls12381Fp2 x) => ((x.Square() + A) * x) + B;

    private static Bls12381Fp2 At(Bls12381Fp2[] coefficients, in Bls12381Fp2 x)
    {
        Bls12381Fp2 value = default;
        for (int i = coefficients.Length - 1; i >= 0; i--)
            value = (value * x) + coefficients[i];
        return value;
    }

    /// <summary>sgn0 (section 4.1): the parity of the first coefficient that is not zero.</summary>
    private static bool IsOdd(in Bls12381Fp2 value) => IsOdd(value.C0.IsZero ? value.C1 : value.C0);

    private static bool IsOdd(in Bls12381Fp value)
    {
        Span<byte> bytes = stackalloc byte[Bls12381Fp.Size];
        value.Write(bytes, ByteOrder.LittleEndian);
        return (bytes[0] & 1) != 0;
    }

    private static Bls12381Fp2 Both(string hex) => new(Of(hex), Of(hex));

    private static Bls12381Fp Of(string hex) => Bls12381Curve.NumberOf(hex);

    private static Bls12381Fp Of(int number) => Bls12381Curve.NumberOf(number.ToString("x", CultureInfo.InvariantCulture));
}
