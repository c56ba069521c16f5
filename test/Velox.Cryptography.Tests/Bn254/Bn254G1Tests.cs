using System.Numerics;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Bn254G1Tests
{
    private static readonly PlainCurve Curve = new(Bn254Fp.Modulus, Bn254Scalar.Modulus, 0, 3, new PlainPoint(1, 2));

    /// <summary>The cases chfast1 of go-ethereum's tests of EIP-196, which solana-bn254 takes over.</summary>
    [Fact]
    public void Published_sums_and_products_come_out()
    {
        byte[] result = new byte[64];
        Assert.True(Bn254.TryAddG1(Convert.FromHexString(
            "18b18acfb4c2c30276db5411368e7185b311dd124691610c5d3b74034e093dc9063c909c4720840cb5134cb9f59fa749755796819658d32efc0d288198f37266" +
            "07c2b7f58a84bd6145f00c9c2bc0bb1a187f20ff2c92963a88019e7c6a014eed06614e20c147e940f2d70da3f74c9a17df361706a4485c742bd6788478fa17d7"),
            ByteOrder.BigEndian,
            result));
        Assert.Equal(
            "2243525c5efd4b9c3d3c45ac0ca3fe4dd85e830a4ce6b65fa1eeaee202839703301d1d33be6da8e509df21cc35964723180eed7532537db9ae5e7d48f195c915",
            Convert.ToHexStringLower(result));

        Assert.True(Bn254.TryMultiplyG1(Convert.FromHexString(
            "2bd3e6d0f3b142924f5ca7b49ce5b9d54c4703d7ae5648e61d02268b1a0a9fb721611ce0a6af85915e2f1d70300909ce2e49dfad4a4619c8390cae66cefdb204" +
            "00000000000000000000000000000000000000000000000011138ce750fa15c2"),
            ByteOrder.BigEndian,
            result));
        Assert.Equal(
            "070a8d6a982153cae4be29d434e8faef8a47b274a053f5a4ee2a6c9c13c31e5c031b8ce914eba3a9ffb989f9cdd5b0f01943074bf4f0f315690ec3cec6981afc",
            Convert.ToHexStringLower(result));
    }

    [Fact]
    public void Sums_are_those_of_the_plain_reference_also_of_equal_and_opposite_points()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            PlainPoint? left = RandomPoint(random), right = random.Next(3) switch { 0 => left, 1 => Negate(left), _ => RandomPoint(random) };
            byte[] expected = Bytes(Curve.Add(left, right));
            AssertResult(seed, Bn254.TryAddG1, [.. Bytes(left), .. Bytes(right)], expected);
        }
    }

    [Fact]
    public void Products_are_those_of_the_plain_reference_for_any_scalar_of_256_bits()
    {
        BigInteger order = Curve.Order, largest = (BigInteger.One << 256) - 1;
        BigInteger[] edges = [0, 1, 2, 15, 16, 17, order - 1, order, order + 1, 2 * order, 5 * order, largest, largest - 1, BigInteger.One << 255];
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            byte[] scalar = new byte[32];
            random.NextBytes(scalar);
            if (seed < edges.Length)
                FieldNumbers.Write(edges[seed], scalar, ByteOrder.BigEndian);
            PlainPoint? point = seed == 20 ? null : RandomPoint(random);
            byte[] expected = Bytes(Curve.Multiply(PlainCurve.Number(scalar), point));
            AssertResult(seed, Bn254.TryMultiplyG1, [.. Bytes(point), .. scalar], expected);
        }
    }

    [Fact]
    public void Short_input_is_padded_if_it_is_big_endian()
    {
        byte[] generator = Bytes(Curve.Generator), result = new byte[64];
        Assert.True(Bn254.TryAddG1([], ByteOrder.BigEndian, result));
        Assert.Equal(new byte[64], result);
        Assert.True(Bn254.TryAddG1(generator, ByteOrder.BigEndian, result));
        Assert.Equal(generator, result);
        Assert.True(Bn254.TryMultiplyG1([.. generator, 0x80], ByteOrder.BigEndian, result));
        Assert.Equal(Bytes(Curve.Multiply(BigInteger.One << 255, Curve.Generator)), result);

        // A point that is cut short is another one, most probably none.
        Assert.False(Bn254.TryAddG1(generator.AsSpan(..63), ByteOrder.BigEndian, result));
        Assert.False(Bn254.TryAddG1(new byte[129], ByteOrder.BigEndian, result));
        Assert.False(Bn254.TryMultiplyG1(new byte[97], ByteOrder.BigEndian, result));
        foreach (int length in (int[])[0, 64, 127, 129])
            Assert.False(Bn254.TryAddG1(new byte[length], ByteOrder.LittleEndian, result));
        foreach (int length in (int[])[0, 64, 95, 97, 128])
            Assert.False(Bn254.TryMultiplyG1(new byte[length], ByteOrder.LittleEndian, result));
    }

    [Fact]
    public void What_is_no_point_is_refused_and_leaves_the_result()
    {
        byte[] p = PlainCurve.Bytes(Curve.Prime), zero = new byte[32], one = PlainCurve.Bytes(1), two = PlainCurve.Bytes(2);
        byte[][] refused = [[.. one, .. one], [.. p, .. zero], [.. zero, .. p], [.. PlainCurve.Bytes(Curve.Prime + 1), .. two], [.. zero, .. one], [.. one, .. zero]];
        foreach (byte[] point in refused)
        {
            AssertRefused(Bn254.TryAddG1, [.. point, .. one, .. two], 64);
            AssertRefused(Bn254.TryAddG1, [.. one, .. two, .. point], 64);
            AssertRefused(Bn254.TryMultiplyG1, [.. point, .. zero], 64);
        }
    }

    /// <summary>What arkworks' <c>SWFlags</c> make of the two highest bits of y (<c>serialization_flags.rs</c>).</summary>
    [Fact]
    public void The_highest_bits_of_y_are_flags()
    {
        byte[] generator = Bytes(Curve.Generator);
        byte[] Flagged(byte flags) => [.. generator[..32], (byte)(generator[32] | flags), .. generator[33..]];
        AssertResult(0, Bn254.TryAddG1, [.. Flagged(0x80), .. new byte[64]], generator);
        AssertResult(1, Bn254.TryAddG1, [.. Flagged(0x40), .. generator], generator);
        AssertRefused(Bn254.TryAddG1, [.. Flagged(0xC0), .. generator], 64);

        // At infinity x and y may be of no point, but not p or more.
        byte[] p = PlainCurve.Bytes(Curve.Prime), infinity = [0x40, .. new byte[31]];
        AssertResult(2, Bn254.TryAddG1, [.. PlainCurve.Bytes(Curve.Prime - 1), .. infinity, .. generator], generator);
        AssertRefused(Bn254.TryAddG1, [.. p, .. infinity, .. generator], 64);
        AssertRefused(Bn254.TryAddG1, [.. new byte[32], (byte)(p[0] | 0x40), .. p[1..], .. generator], 64);

        // (0, 0) with the other flag is not at infinity, and not on the curve.
        AssertRefused(Bn254.TryAddG1, [.. new byte[32], 0x80, .. new byte[31], .. generator], 64);
    }

    private static PlainPoint? RandomPoint(Random random)
    {
        byte[] scalar = new byte[32];
        random.NextBytes(scalar);
        return Curve.Multiply(random.Next(8) == 0 ? random.Next(4) : PlainCurve.Number(scalar), Curve.Generator);
    }

    private static PlainPoint? Negate(PlainPoint? point) =>
        point is null ? null : new PlainPoint(point.X, PlainCurve.Modulo(-point.Y, Curve.Prime));

    private static byte[] Bytes(PlainPoint? point) => point?.ToBytes() ?? new byte[64];

    /// <summary>Big-endian, and little-endian with every number turned around.</summary>
    private static void AssertResult(int seed, Bn254Operation operation, byte[] input, byte[] expected)
    {
        byte[] result = new byte[expected.Length];
        Assert.True(operation(input, ByteOrder.BigEndian, result), $"seed {seed}");
        Assert.True(expected.AsSpan().SequenceEqual(result), $"seed {seed}");
        Assert.True(operation(Bn254Bytes.Reverse(input, 32), ByteOrder.LittleEndian, result), $"seed {seed}");
        Assert.True(Bn254Bytes.Reverse(expected, 32).AsSpan().SequenceEqual(result), $"seed {seed}: little-endian");
    }

    private static void AssertRefused(Bn254Operation operation, byte[] input, int size)
    {
        byte[] result = [.. Enumerable.Repeat((byte)0xA5, size)], untouched = [.. result];
        Assert.False(operation(input, ByteOrder.BigEndian, result));
        Assert.False(operation(Bn254Bytes.Reverse(input, 32), ByteOrder.LittleEndian, result));
        Assert.Equal(untouched, result);
    }
}
