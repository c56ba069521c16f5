using System.Numerics;
using System.Security.Cryptography;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Bls12381PairingTests
{
    private static readonly BigInteger Order = Bls12381Points.Order;

    /// <summary>PAIRING_ONE_PAIR of the tests of <c>solana-bls12-381-syscall</c>; of its 576 bytes the SHA-256.</summary>
    [Fact]
    public void Published_pairing_comes_out_in_both_orders()
    {
        byte[] g1 = Convert.FromHexString(
            "03a16836f27410320f712a266c0b7f402bf93285690885ee2206bd7799244b4157f95a6d85c8cb197f44fbf30ed2cc23" +
            "127c950544b239e6fd9ac0a3059290640766094c43fb932d1b6fccd5db8d3a0beb6406dc4de6e8c8d2c803b80a5017a4");
        byte[] g2 = Convert.FromHexString(
            "08f9da9ae87dfab9993c849bbc7732cd204cb8b5a49e400cb3b5965fe209af33a9b922b2f9a11ba4d26babcbf60b9e56" +
            "0e87c5e1072c5ef3d8c864c7760e6ab558cacf9ce3657eec2ebdee49dc769749fff96767ffb95b52d4946e13d46fc7c5" +
            "04901991c48ecdfc555530f3d13e39d42c955171ab3cc149280b2478133e021916e8e332234baccd02251b41b6064a2b" +
            "01ef6981b862d7510f13ab27fc39b0abb5477cfb35cad5213aaf342959e6d9b1201852a6f0e8df188d46791933ad1e06");
        byte[] result = new byte[576];
        Assert.True(Bls12381.TryPair(g1, g2, ByteOrder.BigEndian, result));
        Assert.Equal("b0775ed104a17c69806b37cc77a34abd96f1bd186ccd4fdd08ae96814e27b5d6", Convert.ToHexStringLower(SHA256.HashData(result)));
        Assert.True(Bls12381.TryPair(Bls12381Points.Reverse(g1, 48), Bls12381Points.Reverse(g2, 96), ByteOrder.LittleEndian, result));
        Assert.Equal("911dce8dae1550c292c0c0f0f156781096acadf58bea1b30692c3aa6211bc32c", Convert.ToHexStringLower(SHA256.HashData(result)));
    }

    [Fact]
    public void A_factor_may_go_from_one_point_to_the_other()
    {
        for (int seed = 0; seed < 6; seed++)
        {
            var random = new Random(seed);
            BigInteger a = FieldNumbers.Random(random, Order), b = FieldNumbers.Random(random, Order), c = FieldNumbers.Random(random, Order);
            byte[] expected = Pair([a * b % Order], [1]);
            Assert.True(expected.AsSpan().SequenceEqual(Pair([a], [b])), $"seed {seed}");
            Assert.True(expected.AsSpan().SequenceEqual(Pair([1], [a * b % Order])), $"seed {seed}");
            Assert.True(Pair([((a * b) + c) % Order], [1]).AsSpan().SequenceEqual(Pair([a, c], [b, 1])), $"seed {seed}");
        }

        Assert.NotEqual(Pair([1], [1]), Pair([1], [2]));
    }

    [Fact]
    public void Up_to_eight_pairs_count_and_those_with_infinity_are_one()
    {
        byte[] one = [.. new byte[575], 1];
        Assert.Equal(one, Pair([], []));
        Assert.Equal(one, Pair([0, 5], [5, 0]));
        Assert.Equal(one, Pair([1, Order - 1], [7, 7]));
        BigInteger[] eight = [.. Enumerable.Range(1, 8).Select(i => (BigInteger)i)];
        Assert.Equal(Pair([204], [1]), Pair(eight, eight));
        Assert.Equal(Pair([3], [2]), Pair([0, 3], [9, 2]));

        byte[] result = new byte[576], nine = [.. Enumerable.Repeat(Bls12381Points.GeneratorG1, 9).SelectMany(point => point)];
        Assert.False(Bls12381.TryPair(nine, [.. Enumerable.Repeat(Bls12381Points.GeneratorG2, 9).SelectMany(point => point)], ByteOrder.BigEndian, result));
        Assert.Equal(new byte[576], result);
        Assert.Throws<ArgumentException>("g2Points", () => Bls12381.TryPair(new byte[96], [], ByteOrder.BigEndian, result));
        Assert.Throws<ArgumentException>("g1Points", () => Bls12381.TryPair(new byte[95], [], ByteOrder.BigEndian, result));
        Assert.Throws<ArgumentException>("result", () => Bls12381.TryPair([], [], ByteOrder.BigEndian, new byte[575]));
    }

    private static byte[] Pair(BigInteger[] a, BigInteger[] b)
    {
        byte[] result = new byte[576];
        byte[] g1 = [.. a.SelectMany(Bls12381Points.MultipleG1)], g2 = [.. b.SelectMany(Bls12381Points.MultipleG2)];
        Assert.True(Bls12381.TryPair(g1, g2, ByteOrder.BigEndian, result));
        return result;
    }
}
