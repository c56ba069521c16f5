using System.Numerics;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Bn254PairingTests
{
    private static readonly BigInteger Order = Bn254Scalar.Modulus;

    /// <summary>The cases jeff1 and jeff6 of go-ethereum's tests of EIP-197, which differ in the last point only.</summary>
    [Fact]
    public void Published_answers_come_out()
    {
        const string Pairs =
            "1c76476f4def4bb94541d57ebba1193381ffa7aa76ada664dd31c16024c43f593034dd2920f673e204fee2811c678745fc819b55d3e9d294e45c9b03a76aef41" +
            "209dd15ebff5d46c4bd888e51a93cf99a7329636c63514396b4a452003a35bf704bf11ca01483bfa8b34b43561848d28905960114c8ac04049af4b6315a41678" +
            "2bb8324af6cfc93537a2ad1a445cfd0ca2a71acd7ac41fadbf933c2a51be344d120a2a4cf30c1bf9845f20c6fe39e07ea2cce61f0c9bb048165fe5e4de877550" +
            "111e129f1cf1097710d41c4ac70fcdfa5ba2023c6ff1cbeac322de49d1b6df7c";
        byte[] one = Convert.FromHexString(Pairs + "2032c61a830e3c17286de9462bf242fca2883585b93870a73853face6a6bf411");
        byte[] other = Convert.FromHexString(Pairs + "103188585e2364128fe25c70558f1560f4f9350baf3959e603cc91486e110936");
        AssertAnswer(0, true, [.. one, .. Bn254Bytes.GeneratorG2]);
        AssertAnswer(0, false, [.. other, .. Bn254Bytes.GeneratorG2]);
    }

    [Fact]
    public void A_factor_may_go_from_one_point_to_the_other()
    {
        for (int seed = 0; seed < 12; seed++)
        {
            var random = new Random(seed);
            BigInteger a = FieldNumbers.Random(random, Order), b = FieldNumbers.Random(random, Order), c = FieldNumbers.Random(random, Order);

            // e(a P, b Q) e(c P, Q) e(-(a b + c) P, Q) = 1.
            BigInteger last = PlainCurve.Modulo(-((a * b) + c), Order);
            AssertAnswer(seed, true, [.. Pair(a, b), .. Pair(c, 1), .. Pair(last, 1)]);
            AssertAnswer(seed, true, [.. Pair(a, b), .. Pair(1, c), .. Pair(1, last)]);
            AssertAnswer(seed, false, [.. Pair(a, b), .. Pair(c, 1), .. Pair((last + 1) % Order, 1)]);
        }
    }

    [Fact]
    public void Any_number_of_pairs_counts_and_those_with_infinity_are_one()
    {
        AssertAnswer(0, true, []);
        AssertAnswer(0, false, Pair(1, 1));
        AssertAnswer(0, true, [.. Pair(0, 1), .. Pair(1, 0), .. Pair(0, 0)]);
        foreach (int count in (int[])[15, 16, 17, 33])
        {
            byte[] pairs = [.. Enumerable.Range(1, count).SelectMany(i => Pair(i, i)), .. Pair(0, 5)];
            BigInteger sum = Enumerable.Range(1, count).Sum(i => i * i);
            AssertAnswer(count, true, [.. pairs, .. Pair(Order - sum, 1)]);
            AssertAnswer(count, false, [.. pairs, .. Pair(Order - sum + 1, 1)]);
        }
    }

    [Fact]
    public void Wrong_lengths_and_points_are_refused_wherever_they_are()
    {
        byte[] result = [.. Enumerable.Repeat((byte)0xA5, 32)], untouched = [.. result];
        foreach (int length in (int[])[1, 32, 191, 193, 384 + 64])
            Assert.False(Bn254.TryCheckPairing(new byte[length], ByteOrder.BigEndian, result));
        byte[] pairs = [.. Enumerable.Range(1, 18).SelectMany(i => Pair(i, i))];
        foreach (int position in (int[])[0, 17])
        {
            for (int number = 0; number < 6; number++)
            {
                byte[] bad = [.. pairs];
                bad[(position * 192) + (32 * number) + 31] ^= 1;
                Assert.False(Bn254.TryCheckPairing(bad, ByteOrder.BigEndian, result));
            }
        }

        Assert.Equal(untouched, result);
        Assert.Throws<ArgumentException>("result", () => Bn254.TryCheckPairing([], ByteOrder.BigEndian, new byte[31]));
    }

    private static byte[] Pair(BigInteger a, BigInteger b)
    {
        byte[] pair = new byte[192];
        Assert.True(Bn254.TryMultiplyG1([.. Bn254Bytes.GeneratorG1, .. PlainCurve.Bytes(a)], ByteOrder.BigEndian, pair.AsSpan(..64)));
        Assert.True(Bn254.TryMultiplyG2([.. Bn254Bytes.GeneratorG2, .. PlainCurve.Bytes(b)], ByteOrder.BigEndian, pair.AsSpan(64..)));
        return pair;
    }

    private static void AssertAnswer(int seed, bool isOne, byte[] pairs)
    {
        byte[] result = new byte[32], expected = PlainCurve.Bytes(isOne ? 1 : 0);
        Assert.True(Bn254.TryCheckPairing(pairs, ByteOrder.BigEndian, result), $"seed {seed}");
        Assert.True(expected.AsSpan().SequenceEqual(result), $"seed {seed}");
        Assert.True(Bn254.TryCheckPairing(Bn254Bytes.ReversePairs(pairs), ByteOrder.LittleEndian, result), $"seed {seed}");
        Assert.True(Bn254Bytes.Reverse(expected, 32).AsSpan().SequenceEqual(result), $"seed {seed}: little-endian");
    }
}
