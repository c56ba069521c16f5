namespace Velox.Cryptography;

/// <summary>The optimal ate pairing (Vercauteren, 2010): e(P, Q) for P of G1 and Q of G2.</summary>
internal static class Bn254Pairing
{
    /// <summary>Pairs whose squares are taken together: 480 bytes of the stack each.</summary>
    internal const int MaxPairs = 16;

    // 6 x + 2 in signed digits, few of which are not zero; the highest is one.
    private static readonly sbyte[] LoopDigits = WriteLoopDigits();

    /// <summary>The product of the pairings before its last power; only the pair's points are given.</summary>
    /// <param name="pairs">Up to <see cref="MaxPairs"/>, none with a point at infinity. They are used up.</param>
    internal static Bn254Fp12 MillerLoop(Span<AtePair<Bn254Fp, Bn254Tower>> pairs)
    {
        Bn254Fp12 value = Bn254Fp12.One;
        for (int digit = LoopDigits.Length - 2; digit >= 0; digit--)
        {
            value = value.Square();
            for (int i = 0; i < pairs.Length; i++)
                pairs[i].Double(ref value);
            for (int i = 0; i < pairs.Length && LoopDigits[digit] != 0; i++)
                pairs[i].Add(LoopDigits[digit] > 0 ? pairs[i].Q : -pairs[i].Q, ref value);
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

    private static sbyte[] WriteLoopDigits()
    {
        // 6 (x - 2^62) + 2 + 2^63 + 2^64, as x is a little above 2^62.
        const ulong Low = (6 * (Bn254Curve.X - (1UL << 62))) + 2 + (1UL << 63);
        var digits = new sbyte[NonAdjacentForm.DigitCount];
        int count = NonAdjacentForm.Write(new UInt256(Low, 1, 0, 0), width: 2, digits);
        return digits[..count];
    }
}
