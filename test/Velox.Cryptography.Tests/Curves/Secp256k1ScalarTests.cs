using System.Numerics;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Secp256k1ScalarTests
{
    // The root of x^2 + x + 1 modulo n by which points are multiplied when their x is multiplied with beta.
    private static readonly BigInteger Lambda = PlainCurve.Number("5363AD4CC05C30E0A5261C028812645A122E22EA20816678DF02967C1B23BD72");

    private static readonly PlainCurve Curve = PlainCurve.Secp256k1;

    private static readonly int[] Widths = [2, 3, 5, 12, 16];

    [Fact]
    public void Halves_are_short_and_sum_up_to_the_number()
    {
        BigInteger[] edges =
            [0, 1, 2, Lambda, Lambda - 1, Lambda + 1, Curve.Order - 1, Curve.Order / 2, Curve.Order / 3, (BigInteger.One << 128) - 1, BigInteger.One << 255];
        for (int seed = 0; seed < 5_000; seed++)
        {
            BigInteger number = seed < edges.Length ? edges[seed] : RandomNumber(seed) % Curve.Order;
            Secp256k1Scalar.Split(UInt256.ReadBigEndian(PlainCurve.Bytes(number)), out Secp256k1Scalar.SignedHalf first, out Secp256k1Scalar.SignedHalf second);
            Assert.True(((Value(first) + (Value(second) * Lambda) - number) % Curve.Order).IsZero, $"seed {seed}");

            // They fit the 128 bits that a half holds with some to spare, so nothing was cut off.
            Assert.True(BigInteger.Max(BigInteger.Abs(Value(first)), BigInteger.Abs(Value(second))) < (BigInteger.One << 128) - (BigInteger.One << 124), $"seed {seed}: long");
        }
    }

    [Fact]
    public void Lambda_is_a_root_that_multiplies_x_by_a_cube_root_of_1()
    {
        Assert.True((((Lambda * Lambda) + Lambda + 1) % Curve.Order).IsZero);
        PlainPoint point = Curve.Multiply(Lambda, Curve.Generator)!;
        BigInteger beta = point.X * PlainCurve.Invert(Curve.Generator.X, Curve.Prime) % Curve.Prime;
        Assert.Equal(Curve.Generator.Y, point.Y);
        Assert.True(BigInteger.ModPow(beta, 3, Curve.Prime).IsOne);
        Assert.Equal(PlainCurve.Number("7AE96A2B657C07106E64479EAC3434E99CF0497512F58995C1396C28719501EE"), beta);
    }

    [Fact]
    public void Digits_are_odd_and_small_and_far_apart_and_sum_up_to_the_number()
    {
        ulong[] edges = [0, 1, 2, 3, ulong.MaxValue, ulong.MaxValue - 1, 1UL << 63, 0xAAAAAAAAAAAAAAAA, 0x5555555555555555];
        short[] digits = new short[SignedDigits.Count];
        for (int seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            ulong low = seed < 81 ? edges[seed % 9] : (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            ulong high = seed < 81 ? edges[seed / 9] : (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            foreach (int width in Widths)
            {
                int count = SignedDigits.Write(new Secp256k1Scalar.SignedHalf(low, high), width, digits);
                BigInteger sum = 0;
                int last = -width;
                for (int bit = 0; bit < digits.Length; bit++)
                {
                    sum += (BigInteger)digits[bit] << bit;
                    if (digits[bit] == 0)
                        continue;
                    Assert.True(digits[bit] % 2 != 0 && Math.Abs(digits[bit]) < 1 << (width - 1), $"seed {seed}, width {width}: {digits[bit]}");
                    Assert.True(bit - last >= width && bit < count, $"seed {seed}, width {width}: bit {bit}");
                    last = bit;
                }

                Assert.True(sum == ((BigInteger)high << 64) + low, $"seed {seed}, width {width}");
            }
        }
    }

    private static BigInteger Value(in Secp256k1Scalar.SignedHalf half)
    {
        BigInteger size = ((BigInteger)half.High << 64) + half.Low;
        return half.IsNegative ? -size : size;
    }

    private static BigInteger RandomNumber(int seed)
    {
        byte[] bytes = new byte[32];
        new Random(seed).NextBytes(bytes);
        return PlainCurve.Number(bytes);
    }
}
