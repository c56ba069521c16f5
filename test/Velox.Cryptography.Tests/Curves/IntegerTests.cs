using System.Numerics;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class IntegerTests
{
    private static readonly BigInteger Radix = BigInteger.One << 256;

    private static readonly BigInteger[] Moduli =
        [PlainCurve.Secp256k1.Prime, PlainCurve.Secp256k1.Order, PlainCurve.Secp256r1.Prime, PlainCurve.Secp256r1.Order];

    [Fact]
    public void Sums_differences_and_products_are_those_of_big_integers()
    {
        for (int seed = 0; seed < 3_000; seed++)
        {
            var random = new Random(seed);
            BigInteger a = RandomNumber(random), b = RandomNumber(random);
            UInt256 shortA = Make(a), shortB = Make(b);
            Assert.True(Read(shortA + shortB) == (a + b) % Radix, $"seed {seed}: +");
            Assert.True(Read(shortA - shortB) == PlainCurve.Modulo(a - b, Radix), $"seed {seed}: -");
            Assert.True((shortA < shortB) == (a < b) && (shortA > shortB) == (a > b), $"seed {seed}: <");
            Assert.True((shortA <= shortB) == (a <= b) && (shortA >= shortB) == (a >= b), $"seed {seed}: <=");
            Assert.True(Make(a) <= shortA && Make(a) >= shortA && !(Make(a) < shortA));

            ulong[] product = new ulong[8];
            UInt256.Multiply(shortA, shortB, product);
            Assert.True(product.Reverse().Aggregate(BigInteger.Zero, (sum, limb) => (sum << 64) + limb) == a * b, $"seed {seed}: *");
        }
    }

    [Fact]
    public void Arithmetic_modulo_an_odd_number_is_that_of_big_integers()
    {
        foreach (BigInteger n in Moduli)
        {
            var modulus = new OddModulus(Make(n));
            for (int seed = 0; seed < 600; seed++)
            {
                var random = new Random(seed);
                BigInteger a = RandomNumber(random), b = RandomNumber(random) % n;
                Assert.True(Read(modulus.Reduce(Make(a))) == a % n, $"seed {seed}: reduce");
                a = seed < 4 ? PlainCurve.Modulo(seed - 2, n) : a % n;
                Assert.True(Read(modulus.Add(Make(a), Make(b))) == (a + b) % n, $"seed {seed}: +");
                Assert.True(Read(modulus.Subtract(Make(a), Make(b))) == PlainCurve.Modulo(a - b, n), $"seed {seed}: -");
                Assert.True(Read(modulus.Multiply(Make(a), Make(b))) == a * b % n, $"seed {seed}: *");
                Assert.True(Read(modulus.FromMontgomery(modulus.ToMontgomery(Make(a)))) == a, $"seed {seed}: form");
                BigInteger inverse = Read(modulus.Invert(Make(a)));
                Assert.True(inverse < n && inverse * a % n == (a.IsZero ? 0 : 1), $"seed {seed}: inverse of {a}");
            }

            Assert.True(modulus.Invert(default).IsZero);
        }
    }

    private static UInt256 Make(BigInteger number) => UInt256.ReadBigEndian(PlainCurve.Bytes(number));

    private static BigInteger Read(UInt256 number)
    {
        byte[] bytes = new byte[32];
        number.WriteBigEndian(bytes);
        return PlainCurve.Number(bytes);
    }

    /// <summary>Limbs of all ones and all zeros come often.</summary>
    private static BigInteger RandomNumber(Random random)
    {
        byte[] bytes = new byte[32];
        random.NextBytes(bytes);
        for (int limb = 0; limb < 4; limb++)
        {
            if (random.Next(3) == 0)
                bytes.AsSpan(8 * limb, 8).Fill((byte)-random.Next(2));
        }

        return PlainCurve.Number(bytes);
    }
}
