using System.Numerics;
using Xunit;

namespace Velox.Cryptography.Tests;

/// <summary>Points for tests, special ones too, and what is asked of computed ones.</summary>
internal static class CurvePoints
{
    internal static BigInteger Prime => (BigInteger.One << 255) - 19;

    internal static BigInteger Order => (BigInteger.One << 252) + BigInteger.Parse("27742317777372353535851937790883648493");

    /// <summary>The encodings of the eight points of small order; those of order 8 from RFC 8032's curve, the first eight canonical.</summary>
    internal static byte[][] SmallOrderEncodings { get; } = [.. new[]
    {
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    }.Select(Convert.FromHexString)];

    /// <summary>The eight points whose order divides 8.</summary>
    internal static EdwardsPoint[] SmallOrder { get; } = [.. SmallOrderEncodings.Take(8).Select(encoding =>
    {
        Assert.True(EdwardsPoint.TryDecompress(encoding, out EdwardsPoint point));
        return point;
    })];

    /// <summary>Every encoding with y = p + 0 to p + 18, with either sign: what 255 bits hold and a field element does not.</summary>
    internal static IEnumerable<byte[]> UnreducedEncodings =>
        from offset in Enumerable.Range(0, 19)
        from sign in (byte[])[0, EdwardsPoint.SignBit]
        select Encoding(Prime + offset, sign);

    internal static byte[] Encoding(BigInteger y, byte sign)
    {
        byte[] bytes = new byte[EdwardsPoint.CompressedSize];
        Assert.True(y.TryWriteBytes(bytes, out _, isUnsigned: true));
        bytes[^1] |= sign;
        return bytes;
    }

    internal static Scalar RandomScalar(Random random)
    {
        byte[] bytes = new byte[2 * Scalar.Size];
        random.NextBytes(bytes);
        return Scalar.Reduce(bytes);
    }

    /// <summary>A random point, with Z that is not 1, sometimes plus one of small order.</summary>
    internal static EdwardsPoint Random(Random random)
    {
        EdwardsPoint point = PointMultiplication.MultiplyBase(RandomScalar(random));
        return random.Next(3) == 0 ? point + SmallOrder[random.Next(SmallOrder.Length)].ToCached() : point;
    }

    /// <summary>The multiple by repeated addition, for small factors of either sign.</summary>
    internal static EdwardsPoint Multiple(in EdwardsPoint point, int factor)
    {
        EdwardsPoint sum = EdwardsPoint.Identity;
        CachedPoint step = (factor < 0 ? -point : point).ToCached();
        for (int i = 0; i < Math.Abs(factor); i++)
            sum += step;
        return sum;
    }

    internal static bool AreEqual(in EdwardsPoint left, in EdwardsPoint right) =>
        !left.Z.IsZero && !right.Z.IsZero
        && (left.X * right.Z).Equals(right.X * left.Z)
        && (left.Y * right.Z).Equals(right.Y * left.Z);

    /// <summary>Whether T is X Y / Z, as additions rely on.</summary>
    internal static bool IsExtended(in EdwardsPoint point) => (point.X * point.Y).Equals(point.Z * point.T);
}
