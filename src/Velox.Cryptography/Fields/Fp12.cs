namespace Velox.Cryptography;

/// <summary>c0 + c1 w, where w^2 = v: the sum of a_i w^i with a0, a2, a4 in c0 and a1, a3, a5 in c1.</summary>
internal readonly struct Fp12<TBase, TTower>(in Fp6<TBase, TTower> c0, in Fp6<TBase, TTower> c1)
    where TBase : struct, IPrimeField<TBase>
    where TTower : struct, ITower<TBase>
{
    internal readonly Fp6<TBase, TTower> C0 = c0;
    internal readonly Fp6<TBase, TTower> C1 = c1;

    internal static Fp12<TBase, TTower> One => new(Fp6<TBase, TTower>.One, default);

    internal bool IsOne => (C0 - Fp6<TBase, TTower>.One).IsZero && C1.IsZero;

    public static Fp12<TBase, TTower> operator *(in Fp12<TBase, TTower> left, in Fp12<TBase, TTower> right)
    {
        Fp6<TBase, TTower> product0 = left.C0 * right.C0;
        Fp6<TBase, TTower> product1 = left.C1 * right.C1;
        Fp6<TBase, TTower> mixed = (left.C0 + left.C1) * (right.C0 + right.C1);
        return new Fp12<TBase, TTower>(product0 + product1.MultiplyByV(), mixed - product0 - product1);
    }

    internal Fp12<TBase, TTower> Square()
    {
        Fp6<TBase, TTower> product = C0 * C1;
        Fp6<TBase, TTower> mixed = (C0 + C1) * (C0 + C1.MultiplyByV());
        return new Fp12<TBase, TTower>(mixed - product - product.MultiplyByV(), product + product);
    }

    /// <summary>Times a0 + a1 w + a3 w^3.</summary>
    internal Fp12<TBase, TTower> MultiplyBy013(in Fp2<TBase> a0, in Fp2<TBase> a1, in Fp2<TBase> a3)
    {
        Fp6<TBase, TTower> product0 = C0 * a0;
        Fp6<TBase, TTower> product1 = C1.MultiplyBy01(a1, a3);
        Fp6<TBase, TTower> mixed = (C0 + C1).MultiplyBy01(a0 + a1, a3);
        return new Fp12<TBase, TTower>(product0 + product1.MultiplyByV(), mixed - product0 - product1);
    }

    /// <summary>Times a0 + a2 w^2 + a3 w^3.</summary>
    internal Fp12<TBase, TTower> MultiplyBy023(in Fp2<TBase> a0, in Fp2<TBase> a2, in Fp2<TBase> a3)
    {
        // a3 w^3 = (a3 v) w.
        Fp6<TBase, TTower> product0 = C0.MultiplyBy01(a0, a2);
        Fp6<TBase, TTower> product1 = (C1 * a3).MultiplyByV();
        Fp6<TBase, TTower> mixed = (C0 + C1).MultiplyBy01(a0, a2 + a3);
        return new Fp12<TBase, TTower>(product0 + product1.MultiplyByV(), mixed - product0 - product1);
    }

    /// <summary>The power p^6: c0 - c1 w. It is the inverse of what has norm one over p^6.</summary>
    internal Fp12<TBase, TTower> Conjugate() => new(C0, -C1);

    internal Fp12<TBase, TTower> Invert()
    {
        Fp6<TBase, TTower> inverse = ((C0 * C0) - (C1 * C1).MultiplyByV()).Invert();
        return new Fp12<TBase, TTower>(C0 * inverse, -(C1 * inverse));
    }

    /// <summary>The power p.</summary>
    internal Fp12<TBase, TTower> Frobenius()
    {
        ReadOnlySpan<Fp2<TBase>> factors = FrobeniusFactors<TBase, TTower>.OfPowers;
        return new Fp12<TBase, TTower>(
            new Fp6<TBase, TTower>(C0.C0.Conjugate(), C0.C1.Conjugate() * factors[2], C0.C2.Conjugate() * factors[4]),
            new Fp6<TBase, TTower>(
                C1.C0.Conjugate() * factors[1], C1.C1.Conjugate() * factors[3], C1.C2.Conjugate() * factors[5]));
    }

    /// <summary>
    /// The square of what is of norm one over p^6 and p^4: Granger and Scott, "Faster squaring in the cyclotomic subgroup of
    /// sixth degree extensions" (2010), three squares over p^4.
    /// </summary>
    internal Fp12<TBase, TTower> SquareCyclotomic()
    {
        SquareFp4(C0.C0, C1.C1, out Fp2<TBase> t0, out Fp2<TBase> t1);
        SquareFp4(C1.C0, C0.C2, out Fp2<TBase> t2, out Fp2<TBase> t3);
        SquareFp4(C0.C1, C1.C2, out Fp2<TBase> t4, out Fp2<TBase> t5);
        t5 = TTower.MultiplyByNonResidue(t5);
        return new Fp12<TBase, TTower>(
            new Fp6<TBase, TTower>(ThriceMinusTwice(t0, C0.C0), ThriceMinusTwice(t2, C0.C1), ThriceMinusTwice(t4, C0.C2)),
            new Fp6<TBase, TTower>(ThricePlusTwice(t5, C1.C0), ThricePlusTwice(t1, C1.C1), ThricePlusTwice(t3, C1.C2)));
    }

    /// <summary>The power of a number above 0, of what <see cref="SquareCyclotomic"/> takes.</summary>
    internal Fp12<TBase, TTower> RaiseCyclotomic(ulong exponent)
    {
        // The inverse costs nothing, so digits may be negative.
        Span<sbyte> digits = stackalloc sbyte[NonAdjacentForm.DigitCount];
        int count = NonAdjacentForm.Write(new UInt256(exponent, 0, 0, 0), width: 2, digits);
        Fp12<TBase, TTower> power = this, inverse = Conjugate();
        for (int i = count - 2; i >= 0; i--)
        {
            power = power.SquareCyclotomic();
            if (digits[i] != 0)
                power *= digits[i] > 0 ? this : inverse;
        }

        return power;
    }

    /// <summary>(a + b s)^2 with s^2 the non-residue.</summary>
    private static void SquareFp4(in Fp2<TBase> a, in Fp2<TBase> b, out Fp2<TBase> square0, out Fp2<TBase> square1)
    {
        Fp2<TBase> aa = a.Square();
        Fp2<TBase> bb = b.Square();
        square1 = (a + b).Square() - aa - bb;
        square0 = aa + TTower.MultiplyByNonResidue(bb);
    }

    private static Fp2<TBase> ThriceMinusTwice(in Fp2<TBase> a, in Fp2<TBase> b) => (a - b).Double() + a;

    private static Fp2<TBase> ThricePlusTwice(in Fp2<TBase> a, in Fp2<TBase> b) => (a + b).Double() + a;
}
