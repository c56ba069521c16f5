namespace Velox.Cryptography;

/// <summary>c0 + c1 v + c2 v^2, where v^3 is the tower's non-residue.</summary>
internal readonly struct Fp6<TBase, TTower>(in Fp2<TBase> c0, in Fp2<TBase> c1, in Fp2<TBase> c2)
    where TBase : struct, IPrimeField<TBase>
    where TTower : struct, ITower<TBase>
{
    internal readonly Fp2<TBase> C0 = c0;
    internal readonly Fp2<TBase> C1 = c1;
    internal readonly Fp2<TBase> C2 = c2;

    internal static Fp6<TBase, TTower> One => new(Fp2<TBase>.One, default, default);

    internal bool IsZero => C0.IsZero && C1.IsZero && C2.IsZero;

    public static Fp6<TBase, TTower> operator +(in Fp6<TBase, TTower> left, in Fp6<TBase, TTower> right) =>
        new(left.C0 + right.C0, left.C1 + right.C1, left.C2 + right.C2);

    public static Fp6<TBase, TTower> operator -(in Fp6<TBase, TTower> left, in Fp6<TBase, TTower> right) =>
        new(left.C0 - right.C0, left.C1 - right.C1, left.C2 - right.C2);

    public static Fp6<TBase, TTower> operator -(in Fp6<TBase, TTower> value) => new(-value.C0, -value.C1, -value.C2);

    /// <summary>Karatsuba's six products.</summary>
    public static Fp6<TBase, TTower> operator *(in Fp6<TBase, TTower> left, in Fp6<TBase, TTower> right)
    {
        Fp2<TBase> product0 = left.C0 * right.C0;
        Fp2<TBase> product1 = left.C1 * right.C1;
        Fp2<TBase> product2 = left.C2 * right.C2;
        Fp2<TBase> mixed01 = ((left.C0 + left.C1) * (right.C0 + right.C1)) - product0 - product1;
        Fp2<TBase> mixed02 = ((left.C0 + left.C2) * (right.C0 + right.C2)) - product0 - product2;
        Fp2<TBase> mixed12 = ((left.C1 + left.C2) * (right.C1 + right.C2)) - product1 - product2;
        return new Fp6<TBase, TTower>(
            product0 + TTower.MultiplyByNonResidue(mixed12),
            mixed01 + TTower.MultiplyByNonResidue(product2),
            mixed02 + product1);
    }

    public static Fp6<TBase, TTower> operator *(in Fp6<TBase, TTower> left, in Fp2<TBase> right) =>
        new(left.C0 * right, left.C1 * right, left.C2 * right);

    /// <summary>Times c0 + c1 v.</summary>
    internal Fp6<TBase, TTower> MultiplyBy01(in Fp2<TBase> c0, in Fp2<TBase> c1)
    {
        Fp2<TBase> product0 = C0 * c0;
        Fp2<TBase> product1 = C1 * c1;
        return new Fp6<TBase, TTower>(
            product0 + TTower.MultiplyByNonResidue(C2 * c1),
            ((C0 + C1) * (c0 + c1)) - product0 - product1,
            (C2 * c0) + product1);
    }

    /// <summary>Times v.</summary>
    internal Fp6<TBase, TTower> MultiplyByV() => new(TTower.MultiplyByNonResidue(C2), C0, C1);

    internal Fp6<TBase, TTower> Invert()
    {
        Fp2<TBase> cofactor0 = C0.Square() - TTower.MultiplyByNonResidue(C1 * C2);
        Fp2<TBase> cofactor1 = TTower.MultiplyByNonResidue(C2.Square()) - (C0 * C1);
        Fp2<TBase> cofactor2 = C1.Square() - (C0 * C2);
        Fp2<TBase> norm = (C0 * cofactor0) + TTower.MultiplyByNonResidue((C2 * cofactor1) + (C1 * cofactor2));
        return new Fp6<TBase, TTower>(cofactor0, cofactor1, cofactor2) * norm.Invert();
    }
}
