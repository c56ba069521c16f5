namespace Velox.Cryptography;

/// <summary>A point (x, y) of a curve y^2 = x^3 + b, or the one at infinity, which (0, 0) stands for: b is not 0.</summary>
internal readonly struct AffineCurvePoint<TField>(in TField x, in TField y)
    where TField : struct, IField<TField>
{
    internal readonly TField X = x;
    internal readonly TField Y = y;

    internal bool IsInfinity => X.IsZero && Y.IsZero;

    public static AffineCurvePoint<TField> operator -(in AffineCurvePoint<TField> point) => new(point.X, -point.Y);

    internal bool IsOn(in TField b) => IsInfinity || Y.Square() == (X.Square() * X) + b;

    /// <summary>A point with this x.</summary>
    /// <param name="x">Of the point.</param>
    /// <param name="b">Of the curve.</param>
    /// <param name="isLarger">Whether the larger one of y and -y is wanted.</param>
    /// <param name="point">The point, which is not at infinity, not even if x and y are 0.</param>
    internal static bool TryFromX(in TField x, in TField b, bool isLarger, out AffineCurvePoint<TField> point)
    {
        bool exists = ((x.Square() * x) + b).TrySquareRoot(out TField y);
        point = exists ? new(x, y.IsLargerThanNegative() == isLarger ? y : -y) : default;
        return exists;
    }
}
