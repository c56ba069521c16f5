namespace Velox.Cryptography;

/// <summary>Multiples of the base point B, and of B and another point together.</summary>
internal static class PointMultiplication
{
    /// <summary>Bits of a digit of a point's scalar, with its sign.</summary>
    internal const int PointFormWidth = 5;

    /// <summary>Odd multiples of a point that such digits ask for.</summary>
    internal const int PointTableLength = 1 << (PointFormWidth - 2);

    private const int BaseFormWidth = 8;

    private const int RadixRows = Scalar.Radix16DigitCount / 2;
    private const int RadixRowLength = 8;

    // [j] = (2j + 1) B.
    private static readonly AffinePoint[] OddBaseMultiples = ComputeOddBaseMultiples();

    // [8 i + j] = (j + 1) 256^i B.
    private static readonly AffinePoint[] RadixBaseMultiples = ComputeRadixBaseMultiples();

    /// <summary>scalar * B in constant time, for a scalar below 2^255.</summary>
    internal static EdwardsPoint MultiplyBase(in Scalar scalar)
    {
        // The table has the even powers of 16 only: the odd digits are summed first and moved up by four doublings.
        Span<sbyte> digits = stackalloc sbyte[Scalar.Radix16DigitCount];
        scalar.WriteRadix16(digits);
        EdwardsPoint sum = EdwardsPoint.Identity;
        for (int row = 0; row < RadixRows; row++)
            sum += SelectMultiple(row, digits[(2 * row) + 1]);
        sum = sum.Double(4);
        for (int row = 0; row < RadixRows; row++)
            sum += SelectMultiple(row, digits[2 * row]);
        digits.Clear();
        return sum;
    }

    /// <summary>baseScalar * B + scalar * point in variable time, for public scalars below 2^255.</summary>
    internal static EdwardsPoint MultiplyBaseAdd(in Scalar baseScalar, in Scalar scalar, in EdwardsPoint point)
    {
        Span<sbyte> baseDigits = stackalloc sbyte[Scalar.BitCount];
        Span<sbyte> digits = stackalloc sbyte[Scalar.BitCount];
        baseScalar.WriteNonAdjacentForm(BaseFormWidth, baseDigits);
        scalar.WriteNonAdjacentForm(PointFormWidth, digits);
        OddMultiples multiples = default;
        WriteOddMultiples(point, multiples);

        // Doublings are gathered until something is to be added: a run of them is cheaper than single ones.
        EdwardsPoint sum = EdwardsPoint.Identity;
        int doublings = 0;
        for (int bit = Scalar.BitCount - 1; bit >= 0; bit--)
        {
            doublings++;
            int baseDigit = baseDigits[bit];
            int digit = digits[bit];
            if ((baseDigit | digit) == 0)
                continue;
            sum = sum.Double(doublings);
            doublings = 0;
            if (baseDigit != 0)
                sum += baseDigit > 0 ? OddBaseMultiples[baseDigit / 2] : -OddBaseMultiples[-baseDigit / 2];
            if (digit != 0)
                sum += digit > 0 ? multiples[digit / 2] : -multiples[-digit / 2];
        }

        return doublings > 0 ? sum.Double(doublings) : sum;
    }

    /// <summary>digit * 256^row * B for a secret digit in -8 to 8: reads the whole row, whatever the digit.</summary>
    private static AffinePoint SelectMultiple(int row, int digit)
    {
        int signMask = digit >> 31;
        int magnitude = (digit ^ signMask) - signMask;
        AffinePoint selected = AffinePoint.Identity;
        for (int j = 0; j < RadixRowLength; j++)
        {
            // All ones exactly if magnitude equals j + 1: only then the difference is zero and minus one borrows.
            ulong isWanted = (ulong)((long)((magnitude ^ (j + 1)) - 1) >> 63);
            selected = AffinePoint.Select(isWanted, RadixBaseMultiples[(row * RadixRowLength) + j], selected);
        }

        return AffinePoint.Select((ulong)(long)signMask, -selected, selected);
    }

    /// <summary>1, 2, ... count times a point.</summary>
    internal static AffinePoint[] ComputeMultiples(in EdwardsPoint point, int count)
    {
        var multiples = new EdwardsPoint[count];
        multiples[0] = point;
        CachedPoint step = point.ToCached();
        for (int i = 1; i < count; i++)
            multiples[i] = multiples[i - 1] + step;
        return ToAffine(multiples);
    }

    /// <summary>1, 3, 5, ... times a point: what the digits of form <see cref="PointFormWidth"/> ask for.</summary>
    /// <param name="point">The point.</param>
    /// <param name="multiples">Receives <see cref="PointTableLength"/> points.</param>
    internal static void WriteOddMultiples(in EdwardsPoint point, Span<CachedPoint> multiples)
    {
        multiples[0] = point.ToCached();
        EdwardsPoint twice = point.Double(1);
        for (int j = 1; j < PointTableLength; j++)
            multiples[j] = (twice + multiples[j - 1]).ToCached();
    }

    private static AffinePoint[] ComputeOddBaseMultiples()
    {
        var multiples = new EdwardsPoint[1 << (BaseFormWidth - 2)];
        multiples[0] = EdwardsPoint.BasePoint;
        CachedPoint twice = EdwardsPoint.BasePoint.Double(1).ToCached();
        for (int j = 1; j < multiples.Length; j++)
            multiples[j] = multiples[j - 1] + twice;
        return ToAffine(multiples);
    }

    private static AffinePoint[] ComputeRadixBaseMultiples()
    {
        var multiples = new EdwardsPoint[RadixRows * RadixRowLength];
        EdwardsPoint unit = EdwardsPoint.BasePoint;
        for (int row = 0; row < RadixRows; row++)
        {
            CachedPoint step = unit.ToCached();
            EdwardsPoint multiple = unit;
            for (int j = 0; j < RadixRowLength; j++)
            {
                multiples[(row * RadixRowLength) + j] = multiple;
                multiple += step;
            }

            unit = unit.Double(8);
        }

        return ToAffine(multiples);
    }

    private static AffinePoint[] ToAffine(EdwardsPoint[] points)
    {
        FieldElement[] inverses = EdwardsPoint.InvertZ(points);
        var affine = new AffinePoint[points.Length];
        for (int i = 0; i < points.Length; i++)
            affine[i] = points[i].ToAffine(inverses[i]);
        return affine;
    }

    [System.Runtime.CompilerServices.InlineArray(PointTableLength)]
    private struct OddMultiples
    {
        private CachedPoint _multiple;
    }
}
