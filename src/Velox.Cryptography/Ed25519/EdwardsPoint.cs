namespace Velox.Cryptography;

/// <summary>
/// A point of the curve -x^2 + y^2 = 1 + d x^2 y^2, in extended coordinates: x = X / Z, y = Y / Z, x y = T / Z.
/// </summary>
/// <remarks>
/// Formulas: Hisil, Wong, Carter, Dawson, "Twisted Edwards curves revisited" (2008). They are complete on this curve:
/// no pair of points is special, so no case has to be told apart. Constant time except <see cref="TryDecompress"/>.
/// </remarks>
internal readonly struct EdwardsPoint
{
    internal const int CompressedSize = 32;

    internal const byte SignBit = 0x80;

    private readonly FieldElement _x;
    private readonly FieldElement _y;
    private readonly FieldElement _z;
    private readonly FieldElement _t;

    internal EdwardsPoint(in FieldElement x, in FieldElement y, in FieldElement z, in FieldElement t)
    {
        _x = x;
        _y = y;
        _z = z;
        _t = t;
    }

    internal static EdwardsPoint Identity =>
        new(FieldElement.Zero, FieldElement.One, FieldElement.One, FieldElement.Zero);

    /// <summary>B, the generator of the group of order L: y = 4/5, x even.</summary>
    internal static EdwardsPoint BasePoint => FromAffine(
        new FieldElement(0x62d608f25d51a, 0x412a4b4f6592a, 0x75b7171a4b31d, 0x1ff60527118fe, 0x216936d3cd6e5),
        new FieldElement(0x6666666666658, 0x4cccccccccccc, 0x1999999999999, 0x3333333333333, 0x6666666666666));

    /// <summary>d = -121665 / 121666.</summary>
    internal static FieldElement CurveD =>
        new(0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff);

    internal static FieldElement TwiceCurveD =>
        new(0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff);

    internal FieldElement X => _x;

    internal FieldElement Y => _y;

    internal FieldElement Z => _z;

    internal FieldElement T => _t;

    /// <summary>Whether eight times this point is the identity.</summary>
    internal bool IsSmallOrder => Double(3).IsIdentity;

    internal bool IsIdentity => _x.IsZero && _y.Equals(_z);

    public static EdwardsPoint operator -(in EdwardsPoint point) => new(-point._x, point._y, point._z, -point._t);

    public static EdwardsPoint operator +(in EdwardsPoint left, in CachedPoint right)
    {
        FieldElement zz = left._z * right.Z;
        return Sum(left, right.YPlusX, right.YMinusX, right.TwiceDT, zz + zz);
    }

    public static EdwardsPoint operator +(in EdwardsPoint left, in AffinePoint right) =>
        Sum(left, right.YPlusX, right.YMinusX, right.TwiceDXY, left._z + left._z);

    /// <summary>
    /// Reads 32 bytes: y little-endian, the sign of x in the top bit. False if no point has this y.
    /// </summary>
    /// <remarks>
    /// As lenient as curve25519-dalek: y of p and above is reduced, and the sign bit is ignored where x = 0.
    /// </remarks>
    internal static bool TryDecompress(ReadOnlySpan<byte> bytes, out EdwardsPoint point)
    {
        var y = new FieldElement(bytes);
        FieldElement yy = y.Square();
        FieldElement numerator = yy - FieldElement.One;
        FieldElement denominator = (yy * CurveD) + FieldElement.One;
        if (!TryDivideAndTakeRoot(numerator, denominator, out FieldElement x))
        {
            point = default;
            return false;
        }

        ulong wantedSign = 0UL - (ulong)(bytes[CompressedSize - 1] >> 7);
        x = FieldElement.Select(x.NegativeMask ^ wantedSign, -x, x);
        point = FromAffine(x, y);
        return true;
    }

    /// <summary>Writes the canonical 32 bytes.</summary>
    internal void Compress(Span<byte> bytes)
    {
        FieldElement inverse = _z.Invert();
        FieldElement x = _x * inverse;
        (_y * inverse).WriteBytes(bytes);
        bytes[CompressedSize - 1] |= (byte)(x.NegativeMask & SignBit);
    }

    /// <summary>2^<paramref name="count"/> times this point, for a public count of at least 1.</summary>
    internal EdwardsPoint Double(int count)
    {
        // T costs a multiplication and only an addition reads it: the last doubling alone makes it.
        EdwardsPoint result = this;
        for (int i = 1; i < count; i++)
            result = result.Double(withT: false);
        return result.Double(withT: true);
    }

    internal CachedPoint ToCached() => new(_y + _x, _y - _x, _z, _t * TwiceCurveD);

    /// <summary>Scales to Z = 1.</summary>
    /// <param name="inverseZ">1 / Z, from <see cref="InvertZ"/>.</param>
    internal AffinePoint ToAffine(in FieldElement inverseZ)
    {
        FieldElement x = _x * inverseZ;
        FieldElement y = _y * inverseZ;
        return new AffinePoint(y + x, y - x, x * y * TwiceCurveD);
    }

    /// <summary>1 / Z of each point with a single inversion (Montgomery's trick).</summary>
    internal static FieldElement[] InvertZ(ReadOnlySpan<EdwardsPoint> points)
    {
        var inverses = new FieldElement[points.Length];
        FieldElement product = FieldElement.One;
        for (int i = 0; i < points.Length; i++)
        {
            inverses[i] = product;
            product *= points[i]._z;
        }

        FieldElement inverse = product.Invert();
        for (int i = points.Length - 1; i >= 0; i--)
        {
            inverses[i] *= inverse;
            inverse *= points[i]._z;
        }

        return inverses;
    }

    internal static EdwardsPoint FromAffine(in FieldElement x, in FieldElement y) => new(x, y, FieldElement.One, x * y);

    private EdwardsPoint Double(bool withT)
    {
        FieldElement xx = _x.Square();
        FieldElement yy = _y.Square();
        FieldElement zz = _z.Square();
        FieldElement h = xx + yy;
        FieldElement e = h - (_x + _y).Square();
        FieldElement g = xx - yy;
        FieldElement f = zz + zz + g;
        return new EdwardsPoint(e * f, g * h, f * g, withT ? e * h : FieldElement.Zero);
    }

    /// <param name="left">The left operand.</param>
    /// <param name="yPlusX">Y + X of the right operand.</param>
    /// <param name="yMinusX">Y - X of the right operand.</param>
    /// <param name="twiceDT">2 d T of the right operand.</param>
    /// <param name="d">Twice the product of both Z.</param>
    private static EdwardsPoint Sum(
        in EdwardsPoint left,
        in FieldElement yPlusX,
        in FieldElement yMinusX,
        in FieldElement twiceDT,
        in FieldElement d)
    {
        FieldElement a = (left._y - left._x) * yMinusX;
        FieldElement b = (left._y + left._x) * yPlusX;
        FieldElement c = left._t * twiceDT;
        FieldElement e = b - a;
        FieldElement f = d - c;
        FieldElement g = d + c;
        FieldElement h = b + a;
        return new EdwardsPoint(e * f, g * h, f * g, e * h);
    }

    /// <summary>A square root of numerator / denominator, if there is one (RFC 8032, section 5.1.3); none of x / 0.</summary>
    internal static bool TryDivideAndTakeRoot(
        in FieldElement numerator, in FieldElement denominator, out FieldElement root)
    {
        FieldElement cubed = denominator.Square() * denominator;
        FieldElement seventh = cubed.Square() * denominator;
        root = numerator * cubed * (numerator * seventh).RaiseToSquareRootPower();

        FieldElement check = denominator * root.Square();
        if (check.Equals(numerator))
            return true;
        root *= FieldElement.SquareRootOfMinusOne;
        return check.Equals(-numerator);
    }
}
