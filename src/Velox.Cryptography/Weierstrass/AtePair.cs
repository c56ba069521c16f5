namespace Velox.Cryptography;

/// <summary>P of G1, Q of G2, and the multiple of Q at which the loop of their ate pairing stands.</summary>
internal struct AtePair<TBase, TTower>
    where TBase : struct, IPrimeField<TBase>
    where TTower : struct, ITower<TBase>
{
    internal readonly AffineCurvePoint<Fp2<TBase>> Q;

    private readonly AffineCurvePoint<TBase> _p;
    private CurvePoint<Fp2<TBase>> _multiple;

    /// <param name="p">Not at infinity.</param>
    /// <param name="q">Not at infinity.</param>
    internal AtePair(in AffineCurvePoint<TBase> p, in AffineCurvePoint<Fp2<TBase>> q)
    {
        _p = p;
        Q = q;
        _multiple = CurvePoint<Fp2<TBase>>.FromAffine(q);
    }

    /// <summary>Doubles the multiple; the value is multiplied by the tangent there, taken at P.</summary>
    internal void Double(ref Fp12<TBase, TTower> value)
    {
        // The line's numbers are scaled by 2 Y Z^3, the denominator of the slope 3 X^2 / (2 Y Z) and the rest.
        Fp2<TBase> xx = _multiple.X.Square();
        Fp2<TBase> yy = _multiple.Y.Square();
        Fp2<TBase> zz = _multiple.Z.Square();
        CurvePoint<Fp2<TBase>> twice = _multiple.Double(xx, yy);
        Fp2<TBase> slope = xx.Double() + xx;
        MultiplyByLine(ref value, twice.Z * zz, slope * zz, (slope * _multiple.X) - yy.Double());
        _multiple = twice;
    }

    /// <summary>Adds a point to the multiple; the value is multiplied by the line through both, taken at P.</summary>
    /// <param name="point">A multiple of Q that is neither the one at which the loop stands nor its negative.</param>
    /// <param name="value">The pairing's value so far.</param>
    internal void Add(in AffineCurvePoint<Fp2<TBase>> point, ref Fp12<TBase, TTower> value)
    {
        // Scaled by Z of the sum, which is the slope's denominator; the line goes through the point.
        Fp2<TBase> zz = _multiple.Z.Square();
        Fp2<TBase> slope = ((point.Y * _multiple.Z * zz) - _multiple.Y).Double();
        CurvePoint<Fp2<TBase>> sum = _multiple + point;
        MultiplyByLine(ref value, sum.Z, slope, (slope * point.X) - (point.Y * sum.Z));
        _multiple = sum;
    }

    /// <summary>
    /// Multiplies by what the line with this slope through (x, y) of the twist is at P; a factor of a smaller field does not count.
    /// </summary>
    /// <param name="value">The pairing's value so far.</param>
    /// <param name="scale">By which the other two are multiplied.</param>
    /// <param name="slope">The slope.</param>
    /// <param name="rest">slope x - y.</param>
    private readonly void MultiplyByLine(
        ref Fp12<TBase, TTower> value, in Fp2<TBase> scale, in Fp2<TBase> slope, in Fp2<TBase> rest)
    {
        // On the curve the slope is slope w or slope / w: yP - slope xP w + rest w^3, or w^3 times as much with w^-1 for w.
        Fp2<TBase> y = scale * _p.Y;
        Fp2<TBase> x = -(slope * _p.X);
        value = TTower.TwistDivides ? value.MultiplyBy023(rest, x, y) : value.MultiplyBy013(y, x, rest);
    }
}
