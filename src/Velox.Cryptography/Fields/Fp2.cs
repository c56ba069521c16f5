namespace Velox.Cryptography;

/// <summary>c0 + c1 i with i^2 = -1, which has no root modulo a prime that is 3 modulo 4.</summary>
internal readonly struct Fp2<TBase>(in TBase c0, in TBase c1) : IField<Fp2<TBase>>
    where TBase : struct, IPrimeField<TBase>
{
    private static readonly TBase Half = TBase.One.Double().Invert();

    internal readonly TBase C0 = c0;
    internal readonly TBase C1 = c1;

    public static Fp2<TBase> One => new(TBase.One, default);

    public bool IsZero => C0.IsZero && C1.IsZero;

    public static bool operator ==(in Fp2<TBase> left, in Fp2<TBase> right) => left.C0 == right.C0 && left.C1 == right.C1;

    public static bool operator !=(in Fp2<TBase> left, in Fp2<TBase> right) => !(left == right);

    public static Fp2<TBase> operator +(in Fp2<TBase> left, in Fp2<TBase> right) => new(left.C0 + right.C0, left.C1 + right.C1);

    public static Fp2<TBase> operator -(in Fp2<TBase> left, in Fp2<TBase> right) => new(left.C0 - right.C0, left.C1 - right.C1);

    public static Fp2<TBase> operator -(in Fp2<TBase> value) => new(-value.C0, -value.C1);

    /// <summary>Karatsuba's three products.</summary>
    public static Fp2<TBase> operator *(in Fp2<TBase> left, in Fp2<TBase> right)
    {
        TBase product0 = left.C0 * right.C0;
        TBase product1 = left.C1 * right.C1;
        TBase mixed = TBase.AddUnreduced(left.C0, left.C1) * TBase.AddUnreduced(right.C0, right.C1);
        return new Fp2<TBase>(product0 - product1, mixed - product0 - product1);
    }

    public static Fp2<TBase> operator *(in Fp2<TBase> left, in TBase right) => new(left.C0 * right, left.C1 * right);

    public Fp2<TBase> Square() => new(TBase.AddUnreduced(C0, C1) * (C0 - C1), TBase.AddUnreduced(C0, C0) * C1);

    public Fp2<TBase> Double() => new(C0.Double(), C1.Double());

    /// <summary>The power p: c0 - c1 i.</summary>
    internal Fp2<TBase> Conjugate() => new(C0, -C1);

    public Fp2<TBase> Invert()
    {
        TBase inverse = Norm().Invert();
        return new Fp2<TBase>(C0 * inverse, -(C1 * inverse));
    }

    /// <summary>The complex method: Adj and Rodríguez-Henríquez, "Square root computation over even extension fields" (2012).</summary>
    public bool TrySquareRoot(out Fp2<TBase> root)
    {
        if (C1.IsZero)
        {
            // Of a number and its negative one has a root; -1 is the square of i.
            root = C0.TrySquareRoot(out TBase real) ? new Fp2<TBase>(real, default)
                : (-C0).TrySquareRoot(out real) ? new Fp2<TBase>(default, real) : default;
            return true;
        }

        root = default;
        if (!Norm().TrySquareRoot(out TBase length))
            return false;

        // x^2 = (c0 + length) / 2 or (c0 - length) / 2, of which one is a square, as their product is minus one.
        if (!((C0 + length) * Half).TrySquareRoot(out TBase x) && !((C0 - length) * Half).TrySquareRoot(out x))
            return false;
        root = new Fp2<TBase>(x, C1 * Half * x.Invert());
        return true;
    }

    public bool IsLargerThanNegative() => C1.IsZero ? C0.IsLargerThanNegative() : C1.IsLargerThanNegative();

    public override bool Equals(object? obj) => obj is Fp2<TBase> other && this == other;

    public override int GetHashCode() => HashCode.Combine(C0, C1);

    private TBase Norm() => C0.Square() + C1.Square();
}
