namespace Velox.Cryptography;

/// <summary>Odd multiples of the fixed points G and 2^128 G, made at the first use.</summary>
internal static class Secp256k1BaseTable
{
    /// <summary>Bits of a digit. Two tables of 80 KiB stay in a second-level cache.</summary>
    internal const int Width = 12;

    private const int Size = 1 << (Width - 2);

    private static readonly Secp256k1Affine[] LowMultiples = Create(Secp256k1Affine.Generator);
    private static readonly Secp256k1Affine[] HighMultiples = Create(TimesTwoToThe128(Secp256k1Affine.Generator));

    /// <summary>1, 3, 5, ... times G.</summary>
    internal static ReadOnlySpan<Secp256k1Affine> Low => LowMultiples;

    /// <summary>1, 3, 5, ... times 2^128 G.</summary>
    internal static ReadOnlySpan<Secp256k1Affine> High => HighMultiples;

    private static Secp256k1Affine TimesTwoToThe128(in Secp256k1Affine point)
    {
        var multiple = new Secp256k1Point(point);
        for (int i = 0; i < 128; i++)
            multiple.Double();
        multiple.ToAffine(out Secp256k1Affine affine);
        return affine;
    }

    private static Secp256k1Affine[] Create(in Secp256k1Affine point)
    {
        var doubled = new Secp256k1Point(point);
        doubled.Double();
        doubled.ToAffine(out Secp256k1Affine step);

        var multiples = new Secp256k1Point[Size];
        multiples[0] = new Secp256k1Point(point);
        for (int i = 1; i < Size; i++)
        {
            multiples[i] = multiples[i - 1];
            multiples[i].Add(step, isNegated: false);
        }

        return ToAffine(multiples);
    }

    // One inversion for all: of the product of the Z, from which those of the Z are taken one after the other.
    private static Secp256k1Affine[] ToAffine(Secp256k1Point[] points)
    {
        var products = new Secp256k1Field[points.Length];
        Secp256k1Field product = Secp256k1Field.One;
        for (int i = 0; i < points.Length; i++)
        {
            products[i] = product;
            Secp256k1Field.Multiply(product, points[i].Z, out product);
        }

        Secp256k1Field.Invert(product, out Secp256k1Field inverse);
        var affine = new Secp256k1Affine[points.Length];
        for (int i = points.Length - 1; i >= 0; i--)
        {
            affine[i].X = points[i].X;
            affine[i].Y = points[i].Y;
            Secp256k1Field.Multiply(inverse, products[i], out Secp256k1Field inverseZ);
            Secp256k1Point.Scale(ref affine[i], inverseZ);
            Secp256k1Field.Multiply(inverse, points[i].Z, out inverse);
        }

        return affine;
    }
}
