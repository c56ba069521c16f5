using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>Reckoning with encoded points: decodes, adds or multiplies, encodes.</summary>
internal static class CurveGroup<TEncoding>
    where TEncoding : struct, ICurveEncoding
{
    private const int PointSize = EdwardsPoint.CompressedSize;

    // 48 KiB of the stack; the 256 doublings are then 8 for each point, beside some 50 additions.
    private const int MaxPointsAtOnce = 32;

    internal static bool IsPoint(ReadOnlySpan<byte> point)
    {
        SpanLength.Check(point.Length, PointSize, nameof(point));
        return TEncoding.TryDecode(point, out _);
    }

    internal static bool TryAdd(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> result)
    {
        if (!TryDecodePair(left, right, result, out EdwardsPoint leftPoint, out EdwardsPoint rightPoint))
            return false;
        TEncoding.Encode(leftPoint + rightPoint.ToCached(), result);
        return true;
    }

    internal static bool TrySubtract(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> result)
    {
        if (!TryDecodePair(left, right, result, out EdwardsPoint leftPoint, out EdwardsPoint rightPoint))
            return false;
        TEncoding.Encode(leftPoint + -rightPoint.ToCached(), result);
        return true;
    }

    internal static bool TryMultiplySum(ReadOnlySpan<byte> scalars, ReadOnlySpan<byte> points, Span<byte> result)
    {
        if (points.Length % PointSize != 0)
            throw new ArgumentException($"Expected a multiple of {PointSize} bytes, got {points.Length}.", nameof(points));
        SpanLength.Check(scalars.Length, points.Length / PointSize * Scalar.Size, nameof(scalars));
        SpanLength.Check(result.Length, PointSize, nameof(result));
        if (!AreReduced(scalars))
            return false;

        EdwardsPoint sum = EdwardsPoint.Identity;
        while (!points.IsEmpty)
        {
            int count = Math.Min(points.Length / PointSize, MaxPointsAtOnce);
            if (!TryAddProducts(ref sum, scalars[..(count * Scalar.Size)], points[..(count * PointSize)]))
                return false;
            scalars = scalars[(count * Scalar.Size)..];
            points = points[(count * PointSize)..];
        }

        TEncoding.Encode(sum, result);
        return true;
    }

    private static bool AreReduced(ReadOnlySpan<byte> scalars)
    {
        for (; !scalars.IsEmpty; scalars = scalars[Scalar.Size..])
        {
            if (!new Scalar(scalars[..Scalar.Size]).IsReduced)
                return false;
        }

        return true;
    }

    /// <summary>Adds the products of at most <see cref="MaxPointsAtOnce"/> points, whose doublings are done together (Straus).</summary>
    [SkipLocalsInit]
    private static bool TryAddProducts(ref EdwardsPoint sum, ReadOnlySpan<byte> scalars, ReadOnlySpan<byte> points)
    {
        int count = points.Length / PointSize;
        Span<CachedPoint> multiples = stackalloc CachedPoint[count * PointMultiplication.PointTableLength];
        Span<sbyte> digits = stackalloc sbyte[count * Scalar.BitCount];
        for (int i = 0; i < count; i++)
        {
            if (!TEncoding.TryDecode(points.Slice(i * PointSize, PointSize), out EdwardsPoint point))
                return false;
            PointMultiplication.WriteOddMultiples(point, multiples[(i * PointMultiplication.PointTableLength)..]);
            new Scalar(scalars.Slice(i * Scalar.Size, Scalar.Size))
                .WriteNonAdjacentForm(PointMultiplication.PointFormWidth, digits.Slice(i * Scalar.BitCount, Scalar.BitCount));
        }

        sum += SumProducts(multiples, digits).ToCached();
        return true;
    }

    private static EdwardsPoint SumProducts(ReadOnlySpan<CachedPoint> multiples, ReadOnlySpan<sbyte> digits)
    {
        EdwardsPoint sum = EdwardsPoint.Identity;
        for (int bit = Scalar.BitCount - 1; bit >= 0; bit--)
        {
            sum = sum.Double(1);
            for (int i = 0; i < digits.Length / Scalar.BitCount; i++)
            {
                int digit = digits[(i * Scalar.BitCount) + bit];
                int table = i * PointMultiplication.PointTableLength;
                if (digit > 0)
                    sum += multiples[table + (digit / 2)];
                else if (digit < 0)
                    sum += -multiples[table - (digit / 2)];
            }
        }

        return sum;
    }

    private static bool TryDecodePair(
        ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> result, out EdwardsPoint leftPoint, out EdwardsPoint rightPoint)
    {
        SpanLength.Check(left.Length, PointSize, nameof(left));
        SpanLength.Check(right.Length, PointSize, nameof(right));
        SpanLength.Check(result.Length, PointSize, nameof(result));
        rightPoint = default;
        return TEncoding.TryDecode(left, out leftPoint) && TEncoding.TryDecode(right, out rightPoint);
    }
}
