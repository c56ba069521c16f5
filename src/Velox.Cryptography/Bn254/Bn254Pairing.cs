namespace Velox.Cryptography;

/// <summary>The optimal ate pairing (Vercauteren, 2010): e(P, Q) for P of G1 and Q of G2.</summary>
internal static class Bn254Pairing
{
    /// <summary>Pairs whose squares are taken together: 480 bytes of the stack each.</summary>
    internal const int MaxPairs = 16;

    // The bits of 6 x + 2 below the highest, which is that of 2^64.
    private const ulong LoopBits = (6 * (Bn254Curve.X - (1UL << 62))) + 2 + (1UL << 63);

    /// <summary>The product of the pairings before its last power; only the pair's points are given.</summary>
    /// <param name="pairs">Up to <see cref="MaxPairs"/>, none with a point at infinity. They are used up.</param>
    internal static Bn254Fp12 MillerLoop(Span<Bn254Pair> pairs)
    {
        Bn254Fp12 value = Bn254Fp12.One;
        for (int bit = 63; bit >= 0; bit--)
        {
            value = value.Square();
            for (int i = 0; i < pairs.Length; i++)
                pairs[i].Double(ref value);
            for (int i = 0; i < pairs.Length && ((LoopBits >> bit) & 1) != 0; i++)
                pairs[i].Add(pairs[i].Q, ref value);
        }

        for (int i = 0; i < pairs.Length; i++)
        {
            AffineCurvePoint<Bn254Fp2> image = Bn254Curve.RaiseToP(pairs[i].Q);
            pairs[i].Add(image, ref value);
            pairs[i].Add(-Bn254Curve.RaiseToP(image), ref value);
        }

        return value;
    }

    /// <summary>The value to the power m (p^12 - 1) / r, m being 2 x (6 x^2 + 3 x + 1), which shares no factor with r.</summary>
    /// <remarks>Fuentes-Castañeda, Knapp, Rodríguez-Henríquez, "Faster hashing to G2" (2011).</remarks>
    internal static Bn254Fp12 RaiseToLastPower(in Bn254Fp12 value)
    {
        // (p^6 - 1) (p^2 + 1); from here on the conjugate is the inverse.
        Bn254Fp12 f = value.Conjugate() * value.Invert();
        f *= f.Frobenius().Frobenius();

        // m (p^4 - p^2 + 1) / r = a0 + a1 p + a2 p^2 + a3 p^3 with
        // a1 = 12 x^3 + 6 x^2 + 4 x, a2 = a1 + 2 x, a3 = a1 - 1, a0 = a2 + 6 x^2 + 1.
        Bn254Fp12 x2 = f.RaiseCyclotomic(Bn254Curve.X).SquareCyclotomic();
        Bn254Fp12 x4 = x2.SquareCyclotomic();
        Bn254Fp12 xx6 = (x4 * x2).RaiseCyclotomic(Bn254Curve.X);
        Bn254Fp12 xxx12 = xx6.SquareCyclotomic().RaiseCyclotomic(Bn254Curve.X);
        Bn254Fp12 a1 = xxx12 * xx6 * x4;
        Bn254Fp12 a2 = a1 * x2;
        Bn254Fp12 a0 = a2 * xx6 * f;
        Bn254Fp12 a3 = a1 * f.Conjugate();
        return a0 * (a1 * (a2 * a3.Frobenius()).Frobenius()).Frobenius();
    }
}

/// <summary>P, Q and the multiple of Q at which a pairing's loop stands.</summary>
internal struct Bn254Pair
{
    internal readonly AffineCurvePoint<Bn254Fp2> Q;

    private readonly AffineCurvePoint<Bn254Fp> _p;
    private CurvePoint<Bn254Fp2> _multiple;

    internal Bn254Pair(in AffineCurvePoint<Bn254Fp> p, in AffineCurvePoint<Bn254Fp2> q)
    {
        _p = p;
        Q = q;
        _multiple = CurvePoint<Bn254Fp2>.FromAffine(q);
    }

    /// <summary>Doubles the multiple; the value is multiplied by the tangent there, taken at P.</summary>
    internal void Double(ref Bn254Fp12 value)
    {
        // With slope s at (x, y) the line at P is yP - s xP w + (s x - y) w^3. All is scaled by 2 Y Z^3.
        CurvePoint<Bn254Fp2> twice = _multiple.Double();
        Bn254Fp2 xx = _multiple.X.Square();
        Bn254Fp2 slope = xx.Double() + xx;
        Bn254Fp2 zz = _multiple.Z.Square();
        value = value.MultiplyBy013(
            twice.Z * zz * _p.Y,
            -(slope * zz * _p.X),
            (slope * _multiple.X) - _multiple.Y.Square().Double());
        _multiple = twice;
    }

    /// <summary>Adds a point to the multiple; the value is multiplied by the line through both, taken at P.</summary>
    internal void Add(in AffineCurvePoint<Bn254Fp2> point, ref Bn254Fp12 value)
    {
        // As above, with the line through the point, scaled by Z of the sum, which is the slope's denominator.
        Bn254Fp2 zz = _multiple.Z.Square();
        Bn254Fp2 slope = ((point.Y * _multiple.Z * zz) - _multiple.Y).Double();
        CurvePoint<Bn254Fp2> sum = _multiple + point;
        value = value.MultiplyBy013(sum.Z * _p.Y, -(slope * _p.X), (slope * point.X) - (point.Y * sum.Z));
        _multiple = sum;
    }
}
