using System.Numerics;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Bn254G2Tests
{
    /// <summary>G2_ADD_RANDOM and G2_MUL_RANDOM of solana-bn254's tests.</summary>
    [Fact]
    public void Published_sums_and_products_come_out()
    {
        AssertResult(Bn254.TryAddG2, Convert.FromHexString(
            "0c637909c3dbd27b0213aeda88ffda5ac18f44db6b830e56c252516d7dd918ff164a7ec20e94fae519d9b1a2bae8271ca148c612b4f848ed7f07c6b628789075" +
            "02de1901d7640f75ac5748db8e635af2ad81f09988f709dcc66ca54cd606c7e7025f43a1dbfc8c4651077239091e76dc248cd99d1c8af399f40c8916d4fc0aae" +
            "07923af190d825e959dd7b95a67fab44917c4e8da278a06edd2c7aea35bcc8b019b62074331470c83e17134374ffadb0baf84312194fda3caf795c84c92b216d" +
            "11ee8bcd475511c468d9983a288302e8673cdcc714a6ddc180d35d7dd0cfac4915e9eb42bb760271829b224aeb2ae0c06e800348e0d1cf6f712817768007cc7a"),
            "265f7dc03c5cca900001c251258fb56ca82611538570917db731b39c66d5f28a2e667015f89fc1b7579451bdaa212b98c58f01849a40783697a8f5e110781980" +
            "1608ac87fa00ea9702a1c07a0a36fb494ceea2a2a40b8cd8d8451eb21dab812229fe448304a1819068b2d267252059a45f0c2d169dfed1c4f1bcc075a3761c2f");
        AssertResult(Bn254.TryMultiplyG2, Convert.FromHexString(
            "24b96ea5d95769cdd611ef3be56658a26e4e390e293616b8ece193a023317925073fe1cb76ebafbcd1d7983e5cc1fe43610ace18e41460f8269aa450bddb7886" +
            "008d6719fe6394737077ce2534f1846f86d6b5ccb40fbd2a05608b123025f7b9085a5a52e30f2e403c29ec97036c880b497f2efa60a5e28aa91307ebfaf5e85a" +
            "09ea9b2b89d9e9b7296c67452f9e685f0366533e9d2f12b509a03a8068359585"),
            "106513b05f2d798f05f4bf84864c9909b26ead36ea46a2c3b25c9ad0c8ae952d2706c764d7a14f926efd438aae65f207d4a22970ed3dccf12f13219a21a05242" +
            "120a602d47b0cd6c471b0dcc28336e340da9fa71fab8ec923af7bf9304c9b20d0e8af2947a9c5089df09d629670f01b50bd757f04f99af42ef8455b38ac3f31e");
    }

    [Fact]
    public void Sums_of_multiples_are_the_multiples_of_sums()
    {
        for (int seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            BigInteger a = FieldNumbers.Random(random, Bn254Scalar.Modulus), b = FieldNumbers.Random(random, Bn254Scalar.Modulus);
            if (seed % 5 == 0)
                b = seed % 2 == 0 ? a : Bn254Scalar.Modulus - a;
            byte[] sum = new byte[128];
            Assert.True(Bn254.TryAddG2([.. Multiple(a), .. Multiple(b)], ByteOrder.BigEndian, sum));
            Assert.True(Multiple((a + b) % Bn254Scalar.Modulus).AsSpan().SequenceEqual(sum), $"seed {seed}");
        }

        Assert.Equal(new byte[128], Multiple(Bn254Scalar.Modulus));
        Assert.Equal(Bn254Bytes.GeneratorG2, Multiple(Bn254Scalar.Modulus + 1));
    }

    [Fact]
    public void Points_of_the_twist_outside_of_G2_are_added_and_not_multiplied_or_paired()
    {
        int outside = 0;
        for (int seed = 0; seed < 20; seed++)
        {
            AffineCurvePoint<Bn254Fp2> point = RandomOfTwist(new Random(seed));
            bool isInG2 = CurvePoint<Bn254Fp2>.FromAffine(point).Multiply(Order).IsInfinity;
            Assert.True(isInG2 == Bn254Curve.IsInG2(point), $"seed {seed}");
            outside += isInG2 ? 0 : 1;

            byte[] bytes = Bytes(point), result = new byte[128];
            Assert.True(Bn254.TryAddG2([.. bytes, .. Bn254Bytes.GeneratorG2], ByteOrder.BigEndian, result));
            Assert.Equal(isInG2, Bn254.TryMultiplyG2([.. bytes, .. new byte[32]], ByteOrder.BigEndian, result));
            Assert.Equal(isInG2, Bn254.TryCheckPairing([.. new byte[64], .. bytes], ByteOrder.BigEndian, result.AsSpan(..32)));

            // The twist has r (2 p - r) points: this multiple is in G2.
            BigInteger cofactor = (2 * Bn254Fp.Modulus) - Bn254Scalar.Modulus;
            byte[] cofactorBytes = new byte[32];
            FieldNumbers.Write(cofactor, cofactorBytes, ByteOrder.BigEndian);
            CurvePoint<Bn254Fp2> cleared = CurvePoint<Bn254Fp2>.FromAffine(point).Multiply(UInt256.ReadBigEndian(cofactorBytes));
            Assert.True(cleared.Multiply(Order).IsInfinity, $"seed {seed}");
            Assert.True(Bn254Curve.IsInG2(cleared.ToAffine()), $"seed {seed}");
        }

        Assert.Equal(20, outside);
        Assert.True(Bn254Curve.IsInG2(default));
    }

    [Fact]
    public void Wrong_lengths_numbers_and_flags_are_refused()
    {
        byte[] g = Bn254Bytes.GeneratorG2, p = PlainCurve.Bytes(Bn254Fp.Modulus), result = [.. Enumerable.Repeat((byte)0xA5, 128)], untouched = [.. result];
        foreach (ByteOrder order in Enum.GetValues<ByteOrder>())
        {
            foreach (int length in (int[])[0, 128, 255, 257])
                Assert.False(Bn254.TryAddG2(new byte[length], order, result));
            foreach (int length in (int[])[0, 128, 159, 161])
                Assert.False(Bn254.TryMultiplyG2(new byte[length], order, result));
        }

        for (int number = 0; number < 4; number++)
        {
            byte[] bad = [.. g];
            p.CopyTo(bad, 32 * number);
            Assert.False(Bn254.TryAddG2([.. bad, .. g], ByteOrder.BigEndian, result));
            Assert.False(Bn254.TryAddG2([.. Bn254Bytes.Reverse(bad, 64), .. Bn254Bytes.Reverse(g, 64)], ByteOrder.LittleEndian, result));
            bad = [.. g];
            bad[(32 * number) + 31] ^= 1;
            Assert.False(Bn254.TryAddG2([.. g, .. bad], ByteOrder.BigEndian, result));
            Assert.False(Bn254.TryMultiplyG2([.. bad, .. new byte[32]], ByteOrder.BigEndian, result));

            // Flags are in y1 only.
            bad = [.. g];
            bad[32 * number] |= 0x80;
            Assert.Equal(number == 2, Bn254.TryAddG2([.. bad, .. new byte[128]], ByteOrder.BigEndian, result));
            untouched.CopyTo(result, 0);
        }

        byte[] infinity = [.. g];
        infinity[64] |= 0x40;
        Assert.True(Bn254.TryAddG2([.. infinity, .. g], ByteOrder.BigEndian, result));
        Assert.Equal(g, result);
        infinity[64] |= 0x80;
        Assert.False(Bn254.TryAddG2([.. infinity, .. g], ByteOrder.BigEndian, result));
    }

    private static UInt256 Order => UInt256.ReadBigEndian(PlainCurve.Bytes(Bn254Scalar.Modulus));

    private static byte[] Multiple(BigInteger scalar)
    {
        byte[] result = new byte[128];
        Assert.True(Bn254.TryMultiplyG2([.. Bn254Bytes.GeneratorG2, .. PlainCurve.Bytes(scalar)], ByteOrder.BigEndian, result));
        return result;
    }

    private static AffineCurvePoint<Bn254Fp2> RandomOfTwist(Random random)
    {
        while (true)
        {
            Bn254Fp2 x = FieldNumbers.RandomFp2<Bn254Fp>(random);
            if (AffineCurvePoint<Bn254Fp2>.TryFromX(x, Bn254Curve.TwistB, isLarger: true, out AffineCurvePoint<Bn254Fp2> point))
                return point;
        }
    }

    private static byte[] Bytes(in AffineCurvePoint<Bn254Fp2> point)
    {
        byte[] bytes = new byte[128];
        Bn254Encoding<Bn254Fp2, ExtensionCoordinate<Bn254Fp>>.Write(point, bytes, ByteOrder.BigEndian);
        return bytes;
    }

    private static void AssertResult(Bn254Operation operation, byte[] input, string expected)
    {
        byte[] result = new byte[128];
        Assert.True(operation(input, ByteOrder.BigEndian, result));
        Assert.Equal(expected, Convert.ToHexStringLower(result));

        // Coordinates are turned around; what is left after whole ones is a scalar.
        Assert.True(operation(Bn254Bytes.Reverse(input, 64), ByteOrder.LittleEndian, result));
        Assert.Equal(expected, Convert.ToHexStringLower(Bn254Bytes.Reverse(result, 64)));
    }
}
