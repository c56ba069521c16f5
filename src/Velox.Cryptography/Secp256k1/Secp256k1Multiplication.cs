using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>Sums of multiples of points, in variable time: all of it is public.</summary>
internal static class Secp256k1Multiplication
{
    // 8 odd multiples: of wider windows the table costs more than it saves.
    private const int Width = 5;
    private const int TableSize = 1 << (Width - 2);

    // The powers of the fixed point come from tables that are made once: see Secp256k1BaseTable.
    private const int BaseWidth = Secp256k1BaseTable.Width;

    /// <summary>A cube root of 1 modulo p: (beta x, y) is lambda (x, y).</summary>
    private static readonly Secp256k1Field Beta =
        new(new UInt256(0xC1396C28719501EE, 0x9CF0497512F58995, 0x6E64479EAC3434E9, 0x7AE96A2B657C0710));

    /// <summary>baseScalar G + scalar point.</summary>
    /// <remarks>
    /// Four multiplications of 128 bits run in step and share their doublings: of G, of 2^128 G, of the point, and of lambda times
    /// the point. The point's odd multiples are left with the denominator that they have in common: they are points of an
    /// isomorphic curve, on which everything takes place, and whose Z is multiplied in at the end.
    /// </remarks>
    /// <param name="baseScalar">Below n.</param>
    /// <param name="scalar">Below n.</param>
    /// <param name="point">The point.</param>
    /// <param name="sum">The sum.</param>
    [SkipLocalsInit]
    internal static void MultiplyAdd(in UInt256 baseScalar, in UInt256 scalar, in Secp256k1Affine point, out Secp256k1Point sum)
    {
        Span<short> digits = stackalloc short[4 * SignedDigits.Count];
        Span<short> first = digits[..SignedDigits.Count];
        Span<short> second = digits.Slice(SignedDigits.Count, SignedDigits.Count);
        Span<short> baseLow = digits.Slice(2 * SignedDigits.Count, SignedDigits.Count);
        Span<short> baseHigh = digits.Slice(3 * SignedDigits.Count, SignedDigits.Count);
        Secp256k1Scalar.Split(scalar, out Secp256k1Scalar.SignedHalf half1, out Secp256k1Scalar.SignedHalf half2);
        int count = SignedDigits.Write(half1, Width, first);
        count = Math.Max(count, SignedDigits.Write(half2, Width, second));
        count = Math.Max(count, SignedDigits.Write(new(baseScalar.Limb0, baseScalar.Limb1), BaseWidth, baseLow));
        count = Math.Max(count, SignedDigits.Write(new(baseScalar.Limb2, baseScalar.Limb3), BaseWidth, baseHigh));

        Span<Secp256k1Affine> table = stackalloc Secp256k1Affine[2 * TableSize];
        FillTable(point, table[..TableSize], out Secp256k1Field commonZ);
        for (int i = 0; i < TableSize; i++)
        {
            Secp256k1Field.Multiply(table[i].X, Beta, out table[TableSize + i].X);
            table[TableSize + i].Y = table[i].Y;
        }

        sum = Secp256k1Point.Infinity;
        for (int bit = count - 1; bit >= 0; bit--)
        {
            sum.Double();
            if (first[bit] != 0)
                sum.Add(Multiple(table[..TableSize], first[bit]), first[bit] < 0);
            if (second[bit] != 0)
                sum.Add(Multiple(table[TableSize..], second[bit]), second[bit] < 0);
            if (baseLow[bit] != 0)
                sum.AddFrom(Multiple(Secp256k1BaseTable.Low, baseLow[bit]), baseLow[bit] < 0, commonZ);
            if (baseHigh[bit] != 0)
                sum.AddFrom(Multiple(Secp256k1BaseTable.High, baseHigh[bit]), baseHigh[bit] < 0, commonZ);
        }

        Secp256k1Field.Multiply(sum.Z, commonZ, out sum.Z);
    }

    /// <summary>Fills a table with 1, 3, 5, ... times a point, as points of the isomorphic curve that belongs to the Z.</summary>
    internal static void FillTable(in Secp256k1Affine point, Span<Secp256k1Affine> table, out Secp256k1Field commonZ)
    {
        // On the curve that belongs to the Z of 2 P, 2 P is affine and can be added cheaply.
        var doubled = new Secp256k1Point(point);
        doubled.Double();
        Secp256k1Affine step;
        step.X = doubled.X;
        step.Y = doubled.Y;
        table[0] = point;
        Secp256k1Point.Scale(ref table[0], doubled.Z);

        // No multiple below the size of the table is infinity or 2 P: the order is prime.
        Span<Secp256k1Field> ratios = stackalloc Secp256k1Field[TableSize];
        var multiple = new Secp256k1Point(table[0]);
        for (int i = 1; i < table.Length; i++)
        {
            multiple.Add(step, out ratios[i]);
            table[i].X = multiple.X;
            table[i].Y = multiple.Y;
        }

        // Multiplied with all later ratios the Z of each becomes the last one.
        Secp256k1Field product = Secp256k1Field.One;
        for (int i = table.Length - 1; i > 0; i--)
        {
            Secp256k1Field.Multiply(product, ratios[i], out product);
            Secp256k1Point.Scale(ref table[i - 1], product);
        }

        Secp256k1Field.Multiply(multiple.Z, doubled.Z, out commonZ);
    }

    /// <summary>The multiple of a digit's size.</summary>
    private static ref readonly Secp256k1Affine Multiple(ReadOnlySpan<Secp256k1Affine> oddMultiples, int digit) =>
        ref oddMultiples[Math.Abs(digit) >> 1];
}
