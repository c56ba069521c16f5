using System.Numerics;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Bls12381GroupTests
{
    private static readonly BigInteger Order = Bls12381Points.Order;

    /// <summary>G1_MUL_RANDOM and G2_MUL_RANDOM of the tests of <c>solana-bls12-381-syscall</c>.</summary>
    [Fact]
    public void Published_products_come_out()
    {
        byte[] scalar = Convert.FromHexString("1dc06f97bb256d5b81dfbce1750378a26b429fff3d802920f25fe8ca6abc9a93");
        byte[] result = new byte[96];
        Assert.True(Bls12381.TryMultiplyG1(
            scalar,
            Convert.FromHexString(
                "1412e9c96ece3820082c8c7925c49d38b486a421b48293071aefb7a3db558fc5f7f375fcc9ab9c5ad2072b5c5982a5e0" +
                "05651836bd16494c9188633b33ff7c2b3d08791e765afe0c7e5c984e2ce77e38dc23367502afbe698abcca24ab0ce7e1"),
            ByteOrder.BigEndian,
            result));
        Assert.Equal(
            "166548ff03f727daea75d05b9e727e37a647e3cd067c37ffa7429aed538f08b362b9a2a4aa3e8d0401b329315fd48be3" +
            "127df50aa9c9abac980169519fa0fcb8503ba5aab972f8d0e46fe5c8ddcc0978998e58f0e4a49d4f483777ef3868363a",
            Convert.ToHexStringLower(result));

        result = new byte[192];
        Assert.True(Bls12381.TryMultiplyG2(
            scalar,
            Convert.FromHexString(
                "015f105a75b9fd4c1944366f9aa17dcb79049a43cd9d4c0980e02551d6e2473be0bb9899c73e3a4a89f52e659b11d440" +
                "058600b91384cd654dcc763f47acd01dd23d3304bebfd3af69f5cc393854d2b8eba9e7a18053fceae3ffa6dbc9b0a910" +
                "14dacb26b562d559987be6c9045f2a561d8943e9e6a1cee7c9b04f0cc538d424ebd8a01bdd637cdc854c7bd1c84e7a24" +
                "10ab12f76f6f8426f0b71b4c87d388ca375df6ebbf92b7a16e81043aee3b4df23858609692f789e68923096c5f7f4b4e"),
            ByteOrder.BigEndian,
            result));
        Assert.Equal(
            "0a5c58c01ac82680bc94fe10ca27aefc216f2979d309d18a2b687ad604fb2251245c8f1397d56ff0640f214a7b8fb599" +
            "066b52608d933fc80d1f4205b8871852bdf03afa303d840d17f01feefc21bff1265addc9a489625c94f6e116ef6361b3" +
            "14fb27720e9ca5b63ae96429223b776728ce32afdf7e9211a10e542b953ad4c5fa0fd07a210457db52c90c0b2c4c3bb6" +
            "124c26b8af0bd30440852968b9993ff627912671a2b74d023386f3c44a6fb7a9dee4bf358135ba5e61901f75dacfd6bd",
            Convert.ToHexStringLower(result));
    }

    [Fact]
    public void Multiples_of_the_generator_are_those_of_the_plain_reference()
    {
        BigInteger[] edges = [0, 1, 2, 3, Order - 2, Order - 1];
        for (int seed = 0; seed < 30; seed++)
        {
            BigInteger scalar = seed < edges.Length ? edges[seed] : FieldNumbers.Random(new Random(seed), Order);
            Assert.True(Bls12381Points.PlainMultiple(scalar).AsSpan().SequenceEqual(Bls12381Points.MultipleG1(scalar)), $"seed {seed}");
        }
    }

    [Fact]
    public void Sums_and_differences_of_multiples_are_multiples_in_both_groups_and_orders()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            BigInteger a = FieldNumbers.Random(random, Order), b = FieldNumbers.Random(random, Order);
            if (seed % 4 == 0)
                (a, b) = seed % 8 == 0 ? (a, a) : (0, b);
            AssertSum(seed, Bls12381Points.MultipleG1(a), Bls12381Points.MultipleG1(b), Bls12381Points.MultipleG1((a + b) % Order), 48, Bls12381.TryAddG1);
            AssertSum(seed, Bls12381Points.MultipleG1(a), Bls12381Points.MultipleG1(b), Bls12381Points.MultipleG1((a - b + Order) % Order), 48, Bls12381.TrySubtractG1);
            AssertSum(seed, Bls12381Points.MultipleG2(a), Bls12381Points.MultipleG2(b), Bls12381Points.MultipleG2((a + b) % Order), 96, Bls12381.TryAddG2);
            AssertSum(seed, Bls12381Points.MultipleG2(a), Bls12381Points.MultipleG2(b), Bls12381Points.MultipleG2((a - b + Order) % Order), 96, Bls12381.TrySubtractG2);
        }
    }

    [Fact]
    public void Points_outside_of_the_groups_are_told_as_multiplying_by_the_order_tells_them()
    {
        for (int seed = 0; seed < 12; seed++)
        {
            var random = new Random(seed);
            AffineCurvePoint<Bls12381Fp> p = Bls12381Points.Random(Bls12381G1.B, () => FieldNumbers.Random<Bls12381Fp>(random));
            AffineCurvePoint<Bls12381Fp2> q = Bls12381Points.Random(Bls12381G2.B, () => FieldNumbers.RandomFp2<Bls12381Fp>(random));
            Assert.True(HasOrder(p) == Bls12381G1.Contains(p), $"seed {seed}");
            Assert.True(HasOrder(q) == Bls12381G2.Contains(q), $"seed {seed}");
            Assert.False(Bls12381G1.Contains(p) && Bls12381G2.Contains(q));

            // The cofactor of G1 is (x - 1)^2 / 3. A multiple by the order is of what else there is.
            BigInteger cofactor = BigInteger.Pow(new BigInteger(Bls12381Curve.NegatedX) + 1, 2) / 3;
            AffineCurvePoint<Bls12381Fp> cleared = CurvePoint<Bls12381Fp>.FromAffine(p).Multiply(ToUInt256(cofactor)).ToAffine();
            Assert.True(HasOrder(cleared) && Bls12381G1.Contains(cleared), $"seed {seed}");
            AffineCurvePoint<Bls12381Fp> rest = CurvePoint<Bls12381Fp>.FromAffine(p).Multiply(Bls12381Curve.Order).ToAffine();
            Assert.True(rest.IsInfinity == Bls12381G1.Contains(p), $"seed {seed}");
            Assert.True(rest.IsInfinity || !Bls12381G1.Contains(rest), $"seed {seed}");
        }
    }

    /// <summary>Only the sum does not ask for the group; blst refuses points of G1's curve with x = 0 all the same (<c>src/e1.c</c>).</summary>
    [Fact]
    public void Points_of_the_curves_outside_of_the_groups_are_added_only()
    {
        byte[] zeroX = [.. new byte[95], 2], result = new byte[192];
        var random = new Random(1);
        AffineCurvePoint<Bls12381Fp> p = Bls12381Points.Random(Bls12381G1.B, () => FieldNumbers.Random<Bls12381Fp>(random));
        byte[] outside = new byte[96];
        p.X.Write(outside.AsSpan(..48), ByteOrder.BigEndian);
        p.Y.Write(outside.AsSpan(48..), ByteOrder.BigEndian);
        Assert.True(Bls12381.TryAddG1(outside, Bls12381Points.GeneratorG1, ByteOrder.BigEndian, result.AsSpan(..96)));
        Assert.True(Bls12381.TrySubtractG1(result.AsSpan(..96), outside, ByteOrder.BigEndian, result.AsSpan(..96)));
        Assert.Equal(Bls12381Points.GeneratorG1, result[..96]);
        Assert.False(Bls12381.IsInG1(outside, ByteOrder.BigEndian));
        Assert.False(Bls12381.TryMultiplyG1(PlainCurve.Bytes(1), outside, ByteOrder.BigEndian, result.AsSpan(..96)));
        Assert.False(Bls12381.TryPair(outside, Bls12381Points.GeneratorG2, ByteOrder.BigEndian, new byte[576]));
        Assert.False(Bls12381.TryAddG1(zeroX, Bls12381Points.GeneratorG1, ByteOrder.BigEndian, result.AsSpan(..96)));
        Assert.False(Bls12381.TryAddG1(Bls12381Points.GeneratorG1, zeroX, ByteOrder.BigEndian, result.AsSpan(..96)));

        AffineCurvePoint<Bls12381Fp2> q = Bls12381Points.Random(Bls12381G2.B, () => FieldNumbers.RandomFp2<Bls12381Fp>(random));
        byte[] outside2 = new byte[192];
        ExtensionCoordinate<Bls12381Fp>.Write(q.X, outside2, ByteOrder.BigEndian);
        ExtensionCoordinate<Bls12381Fp>.Write(q.Y, outside2.AsSpan(96..), ByteOrder.BigEndian);
        Assert.True(Bls12381.TryAddG2(outside2, Bls12381Points.GeneratorG2, ByteOrder.BigEndian, result));
        Assert.False(Bls12381.IsInG2(outside2, ByteOrder.BigEndian));
        Assert.False(Bls12381.TryMultiplyG2(PlainCurve.Bytes(1), outside2, ByteOrder.BigEndian, result));
        Assert.False(Bls12381.TryPair(Bls12381Points.GeneratorG1, outside2, ByteOrder.BigEndian, new byte[576]));
    }

    [Fact]
    public void Scalars_below_the_order_only_and_wrong_lengths_name_the_argument()
    {
        byte[] g = Bls12381Points.GeneratorG1, result = new byte[96], scalar = PlainCurve.Bytes(Order);
        Assert.False(Bls12381.TryMultiplyG1(scalar, g, ByteOrder.BigEndian, result));
        Assert.False(Bls12381.TryMultiplyG1(Bls12381Points.Reverse(scalar, 32), Bls12381Points.Reverse(g, 48), ByteOrder.LittleEndian, result));
        Assert.Equal(new byte[96], result);
        Assert.Throws<ArgumentException>("scalar", () => Bls12381.TryMultiplyG1(new byte[31], g, ByteOrder.BigEndian, result));
        Assert.Throws<ArgumentException>("point", () => Bls12381.IsInG2(g, ByteOrder.BigEndian));
        Assert.Throws<ArgumentException>("right", () => Bls12381.TryAddG1(g, new byte[95], ByteOrder.BigEndian, result));
        Assert.Throws<ArgumentException>("compressed", () => Bls12381.TryDecompressG1(g, ByteOrder.BigEndian, result));
        Assert.Throws<ArgumentException>("result", () => Bls12381.TrySubtractG2(new byte[192], new byte[192], ByteOrder.BigEndian, result));
    }

    private delegate bool Sum(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, ByteOrder order, Span<byte> result);

    private static void AssertSum(int seed, byte[] left, byte[] right, byte[] expected, int size, Sum sum)
    {
        byte[] result = new byte[expected.Length];
        Assert.True(sum(left, right, ByteOrder.BigEndian, result), $"seed {seed}");
        Assert.True(expected.AsSpan().SequenceEqual(result), $"seed {seed}");
        Assert.True(sum(Bls12381Points.Reverse(left, size), Bls12381Points.Reverse(right, size), ByteOrder.LittleEndian, result), $"seed {seed}");
        Assert.True(Bls12381Points.Reverse(expected, size).AsSpan().SequenceEqual(result), $"seed {seed}: little-endian");
    }

    private static bool HasOrder<TField>(in AffineCurvePoint<TField> point)
        where TField : struct, IField<TField> =>
        CurvePoint<TField>.FromAffine(point).Multiply(Bls12381Curve.Order).IsInfinity;

    private static UInt256 ToUInt256(BigInteger number) => UInt256.ReadBigEndian(PlainCurve.Bytes(number));
}
