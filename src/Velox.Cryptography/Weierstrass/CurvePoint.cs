using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>A point of a curve y^2 = x^3 + b: x = X / Z^2, y = Y / Z^3, at infinity if Z is 0. Takes variable time.</summary>
/// <remarks>
/// The formulas are those of the Explicit-Formulas Database for Jacobian coordinates with a = 0: dbl-2009-l, add-2007-bl,
/// madd-2007-bl. They do not depend on b, so the points of twists are added as well.
/// </remarks>
internal readonly struct CurvePoint<TField>(in TField x, in TField y, in TField z)
    where TField : struct, IField<TField>
{
    private const int FormWidth = 5;
    private const int TableLength = 1 << (FormWidth - 2);

    internal readonly TField X = x;
    internal readonly TField Y = y;
    internal readonly TField Z = z;

    internal bool IsInfinity => Z.IsZero;

    internal static CurvePoint<TField> FromAffine(in AffineCurvePoint<TField> point) =>
        point.IsInfinity ? default : new(point.X, point.Y, TField.One);

    public static CurvePoint<TField> operator -(in CurvePoint<TField> point) => new(point.X, -point.Y, point.Z);

    public static CurvePoint<TField> operator +(in CurvePoint<TField> left, in CurvePoint<TField> right)
    {
        if (left.IsInfinity)
            return right;
        if (right.IsInfinity)
            return left;

        TField leftZZ = left.Z.Square();
        TField rightZZ = right.Z.Square();
        TField leftX = left.X * rightZZ;
        TField leftY = left.Y * right.Z * rightZZ;
        TField h = (right.X * leftZZ) - leftX;
        TField r = ((right.Y * left.Z * leftZZ) - leftY).Double();
        if (h.IsZero)
            return r.IsZero ? left.Double() : default;
        return Chord(leftX, leftY, h, r, ((left.Z + right.Z).Square() - leftZZ - rightZZ) * h);
    }

    public static CurvePoint<TField> operator +(in CurvePoint<TField> left, in AffineCurvePoint<TField> right)
    {
        if (left.IsInfinity)
            return FromAffine(right);
        if (right.IsInfinity)
            return left;

        TField zz = left.Z.Square();
        TField h = (right.X * zz) - left.X;
        TField r = ((right.Y * left.Z * zz) - left.Y).Double();
        if (h.IsZero)
            return r.IsZero ? left.Double() : default;
        return Chord(left.X, left.Y, h, r, (left.Z * h).Double());
    }

    internal CurvePoint<TField> Double() => Double(X.Square(), Y.Square());

    /// <param name="xx">X^2.</param>
    /// <param name="yy">Y^2.</param>
    internal CurvePoint<TField> Double(in TField xx, in TField yy)
    {
        TField yyyy = yy.Square();
        TField d = ((X + yy).Square() - xx - yyyy).Double();
        TField e = xx.Double() + xx;
        TField x = e.Square() - d.Double();
        return new CurvePoint<TField>(x, (e * (d - x)) - yyyy.Double().Double().Double(), (Y * Z).Double());
    }

    /// <summary>scalar * this, the scalar being any number: it is not reduced.</summary>
    [SkipLocalsInit]
    internal CurvePoint<TField> Multiply(in UInt256 scalar)
    {
        Span<sbyte> digits = stackalloc sbyte[NonAdjacentForm.DigitCount];
        int count = NonAdjacentForm.Write(scalar, FormWidth, digits);
        OddMultiples multiples = ComputeOddMultiples();
        CurvePoint<TField> product = default;
        for (int i = count - 1; i >= 0; i--)
        {
            product = product.Double();
            int digit = digits[i];
            if (digit > 0)
                product += multiples[digit / 2];
            else if (digit < 0)
                product += -multiples[-digit / 2];
        }

        return product;
    }

    internal AffineCurvePoint<TField> ToAffine()
    {
        TField inverse = Z.Invert();
        TField square = inverse.Square();
        return new AffineCurvePoint<TField>(X * square, Y * square * inverse);
    }

    /// <summary>Whether it is the affine point, without an inversion.</summary>
    internal bool IsEqual(in AffineCurvePoint<TField> other)
    {
        if (IsInfinity || other.IsInfinity)
            return IsInfinity && other.IsInfinity;
        TField zz = Z.Square();
        return X == other.X * zz && Y == other.Y * zz * Z;
    }

    /// <summary>The sum of two points with different x, scaled so that the left one is (leftX, leftY).</summary>
    /// <param name="leftX">X1.</param>
    /// <param name="leftY">Y1.</param>
    /// <param name="h">X2 - X1.</param>
    /// <param name="r">2 (Y2 - Y1).</param>
    /// <param name="z">Z of the sum.</param>
    private static CurvePoint<TField> Chord(in TField leftX, in TField leftY, in TField h, in TField r, in TField z)
    {
        TField i = h.Double().Square();
        TField j = h * i;
        TField v = leftX * i;
        TField x = r.Square() - j - v.Double();
        return new CurvePoint<TField>(x, (r * (v - x)) - (leftY * j).Double(), z);
    }

    private OddMultiples ComputeOddMultiples()
    {
        OddMultiples multiples = default;
        multiples[0] = this;
        CurvePoint<TField> twice = Double();
        for (int i = 1; i < TableLength; i++)
            multiples[i] = multiples[i - 1] + twice;
        return multiples;
    }

    [InlineArray(TableLength)]
    private struct OddMultiples
    {
        private CurvePoint<TField> _multiple;
    }
}
