using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Edwards25519Tests
{
    private static readonly byte[] Untouched = [.. Enumerable.Repeat((byte)0xA5, 32)];

    /// <summary>The answers that the tests of Agave's syscalls expect (<c>syscalls/src/lib.rs</c>).</summary>
    [Fact]
    public void Published_answers_of_the_syscalls_come_out()
    {
        byte[] left = Convert.FromHexString("217c47aa754597f73b0c5f7d85a64005021b5a1bc8a73ba4343634c81d0d22d5");
        byte[] right = Convert.FromHexString("46de89ddfdcc47334e087c0143c866e17ae46fb7810e83d2d45f6df6370a9f5b");
        byte[] scalar = Convert.FromHexString("fec6178a43f3b86eec73eccdcdd74f722dfa4e89036b88ed317e75df25bf5806");
        byte[] result = new byte[32];
        Assert.False(Edwards25519.IsPoint(Convert.FromHexString("788c98e929e3cb1b577319fbdb0554947526543c5790a1922a225b9b9ebd794f")));
        Assert.True(Edwards25519.TryAdd(left, right, result));
        Assert.Equal("07fbbb56bae839f2c1ec31c85a1dfe522e505346f499179c028acf33a526c855", Convert.ToHexStringLower(result));
        Assert.True(Edwards25519.TrySubtract(left, right, result));
        Assert.Equal("3c575a44e81907acf7789e68347f5ef4054ffd0f304552869b46bc516c5fd409", Convert.ToHexStringLower(result));
        Assert.True(Edwards25519.TryMultiply(scalar, right, result));
        Assert.Equal("409628375031d9d169e5b541f144026adcead3479f4c9c72f244931ff3d3bf7c", Convert.ToHexStringLower(result));

        byte[] points = Convert.FromHexString(
            "fc1fe62ead5f90949e9d3f0a08443ab08ec0a8353d69c2a62b38f6ec1c927285" +
            "0a6f08ec61bd7c4559b0de27c7fd6f0bf8ba805a7880f8d2e8b75d686f9607f1");
        Assert.True(Edwards25519.TryMultiplySum([.. scalar, .. scalar], points, result));
        Assert.Equal("1eaea822a0463fa6ec124a90b9ded0f30536dfacb94bf41a4612f82ecfb8eb3c", Convert.ToHexStringLower(result));
    }

    [Fact]
    public void Points_of_any_order_and_any_encoding_count_and_results_are_canonical()
    {
        byte[] result = new byte[32], expected = new byte[32];
        byte[][] encodings = [.. CurvePoints.SmallOrderEncodings, .. CurvePoints.UnreducedEncodings];
        int points = 0;
        foreach (byte[] encoding in encodings)
        {
            bool isPoint = EdwardsPoint.TryDecompress(encoding, out EdwardsPoint point);
            Assert.Equal(isPoint, Edwards25519.IsPoint(encoding));
            Assert.Equal(isPoint, Edwards25519.TryAdd(encoding, CurvePoints.SmallOrderEncodings[0], result));
            if (!isPoint)
                continue;
            points++;
            point.Compress(expected);
            Assert.Equal(expected, result);
            for (int factor = 0; factor < 9; factor++)
            {
                Assert.True(Edwards25519.TryMultiply([(byte)factor, .. new byte[31]], encoding, result));
                CurvePoints.Multiple(point, factor).Compress(expected);
                Assert.Equal(expected, result);
            }
        }

        Assert.InRange(points, 20, encodings.Length - 1);
    }

    [Fact]
    public void A_scalar_is_not_reduced_modulo_the_order_of_the_point()
    {
        // L - 1 = 4 modulo 8: the multiple of a point of order 8 is that of 4.
        byte[] scalar = (CurvePoints.Order - 1).ToByteArray(isUnsigned: true);
        byte[] result = new byte[32];
        Assert.True(Edwards25519.TryMultiply(scalar, CurvePoints.SmallOrderEncodings[4], result));
        Assert.Equal(4, (int)((CurvePoints.Order - 1) % 8));
        Assert.Equal(CurvePoints.SmallOrderEncodings[1], result);
    }

    [Fact]
    public void Sums_of_products_are_what_single_products_add_up_to()
    {
        foreach (int count in (int[])[0, 1, 2, 31, 32, 33, 64, 100])
        {
            var random = new Random(count);
            byte[] scalars = new byte[32 * count], points = new byte[32 * count];
            EdwardsPoint sum = EdwardsPoint.Identity;
            for (int i = 0; i < count; i++)
            {
                Scalar scalar = CurvePoints.RandomScalar(random);
                EdwardsPoint point = CurvePoints.Random(random);
                scalar.WriteBytes(scalars.AsSpan(32 * i));
                point.Compress(points.AsSpan(32 * i));
                sum += PointMultiplication.MultiplyBaseAdd(default, scalar, point).ToCached();
            }

            byte[] expected = new byte[32], result = new byte[32];
            sum.Compress(expected);
            Assert.True(Edwards25519.TryMultiplySum(scalars, points, result));
            Assert.Equal(expected, result);
        }
    }

    [Fact]
    public void One_bad_scalar_or_point_among_many_refuses_and_leaves_the_result()
    {
        byte[] basePoint = new byte[32], result = [.. Untouched];
        EdwardsPoint.BasePoint.Compress(basePoint);
        byte[] order = CurvePoints.Order.ToByteArray(isUnsigned: true);
        byte[] noPoint = [2, .. new byte[31]];
        Assert.False(EdwardsPoint.TryDecompress(noPoint, out _));
        for (int position = 0; position < 40; position += 13)
        {
            byte[] scalars = new byte[32 * 40], points = [.. Enumerable.Repeat(basePoint, 40).SelectMany(point => point)];
            order.CopyTo(scalars, 32 * position);
            Assert.False(Edwards25519.TryMultiplySum(scalars, points, result));
            scalars.AsSpan().Clear();
            noPoint.CopyTo(points, 32 * position);
            Assert.False(Edwards25519.TryMultiplySum(scalars, points, result));
        }

        Assert.False(Edwards25519.TryAdd(noPoint, basePoint, result));
        Assert.False(Edwards25519.TryAdd(basePoint, noPoint, result));
        Assert.False(Edwards25519.TrySubtract(basePoint, noPoint, result));
        Assert.False(Edwards25519.TryMultiply(order, basePoint, result));
        Assert.False(Edwards25519.TryMultiply([.. Enumerable.Repeat((byte)0xFF, 32)], basePoint, result));
        Assert.Equal(Untouched, result);
    }

    [Fact]
    public void Results_may_overlap_inputs_and_wrong_lengths_name_the_argument()
    {
        byte[] point = new byte[32], sum = new byte[32];
        EdwardsPoint.BasePoint.Compress(point);
        EdwardsPoint.BasePoint.Double(1).Compress(sum);
        byte[] both = [.. point];
        Assert.True(Edwards25519.TryAdd(both, both, both));
        Assert.Equal(sum, both);

        Assert.Throws<ArgumentException>("point", () => Edwards25519.IsPoint(new byte[31]));
        Assert.Throws<ArgumentException>("left", () => Edwards25519.TryAdd(new byte[33], point, sum));
        Assert.Throws<ArgumentException>("right", () => Edwards25519.TrySubtract(point, new byte[31], sum));
        Assert.Throws<ArgumentException>("result", () => Edwards25519.TryAdd(point, point, new byte[31]));
        Assert.Throws<ArgumentException>("scalars", () => Edwards25519.TryMultiplySum(new byte[32], new byte[64], sum));
        Assert.Throws<ArgumentException>("points", () => Edwards25519.TryMultiplySum(new byte[32], new byte[33], sum));
    }
}
