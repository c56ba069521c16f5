using System.Numerics;
using System.Runtime.InteropServices;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Secp256k1FieldTests
{
    private const int LimbBits = 52;
    private const ulong LargestLimb = (1UL << LimbBits) + (1UL << 12) - 1;

    private static readonly BigInteger Prime = PlainCurve.Secp256k1.Prime;

    [Fact]
    public void Products_are_those_of_big_integers_up_to_the_largest_magnitudes()
    {
        (int, int)[] magnitudes = [(1, 1), (2, 5), (16, 16), (22, 23), (8, 63), (63, 8), (1, 63), (13, 13)];
        for (int seed = 0; seed < 4_000; seed++)
        {
            var random = new Random(seed);
            (int magnitudeA, int magnitudeB) = magnitudes[seed % magnitudes.Length];
            (Secp256k1Field a, BigInteger bigA) = RandomElement(random, magnitudeA);
            (Secp256k1Field b, BigInteger bigB) = RandomElement(random, magnitudeB);
            Secp256k1Field.Multiply(a, b, out Secp256k1Field product);
            AssertValue(seed, bigA * bigB, product, 1);
            Secp256k1Field.Multiply(a, b, out a);
            AssertValue(seed, bigA * bigB, a, 1);

            (a, bigA) = RandomElement(random, Math.Min(magnitudeA, 16));
            Secp256k1Field.Square(a, out a);
            AssertValue(seed, bigA * bigA, a, 1);
        }
    }

    [Fact]
    public void Sums_keep_their_values_and_magnitudes()
    {
        for (int seed = 0; seed < 4_000; seed++)
        {
            var random = new Random(seed);
            int magnitude = 1 + random.Next(15);
            (Secp256k1Field a, BigInteger bigA) = RandomElement(random, magnitude);
            (Secp256k1Field b, BigInteger bigB) = RandomElement(random, magnitude);
            Secp256k1Field.Add(a, b, out Secp256k1Field result);
            AssertValue(seed, bigA + bigB, result, 2 * magnitude);
            Secp256k1Field.Subtract(a, b, (uint)magnitude, out result);
            AssertValue(seed, bigA - bigB, result, 3 * magnitude);
            result = a;
            result.Negate((uint)magnitude);
            AssertValue(seed, -bigA, result, 2 * magnitude);
            Secp256k1Field.AddWithTwice(a, b, a, out result);
            AssertValue(seed, (3 * bigA) + bigB, result, 4 * magnitude);
            Secp256k1Field.ThreeHalves(a, out result);
            AssertValue(seed, 3 * bigA * ((Prime + 1) / 2), result, (3 * magnitude / 2) + 2);
            (b, bigB) = RandomElement(random, 1);
            Secp256k1Field.SubtractTwice(a, b, out result);
            AssertValue(seed, bigA - (2 * bigB), result, magnitude + 4);
        }
    }

    [Fact]
    public void Zero_is_told_in_all_its_forms_and_from_its_neighbours()
    {
        // All multiples of p that limbs of magnitude 63 can hold, with limbs that are as full as may be.
        BigInteger largest = Value([.. Enumerable.Repeat(63 * LargestLimb, 5)]);
        for (BigInteger multiple = 0; multiple <= largest; multiple += Prime)
        {
            for (int offset = -1; offset <= 1; offset++)
            {
                if (multiple + offset < 0 || multiple + offset > largest)
                    continue;
                Secp256k1Field element = Spread(multiple + offset);
                Assert.Equal(offset == 0, element.IsZero);
                AssertValue(offset, multiple + offset, element, 63);
            }
        }
    }

    [Fact]
    public void Inverses_and_roots_are_such()
    {
        int roots = 0;
        for (int seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            (Secp256k1Field a, BigInteger bigA) = RandomElement(random, 10);
            Secp256k1Field.Invert(a, out Secp256k1Field inverse);
            AssertValue(seed, PlainCurve.Invert(bigA, Prime), inverse, 1);

            bool isSquare = BigInteger.ModPow(bigA, (Prime - 1) / 2, Prime).IsOne;
            Assert.True(isSquare == Secp256k1Field.TrySquareRoot(a, out Secp256k1Field root), $"seed {seed}");
            if (isSquare)
            {
                Secp256k1Field.Square(root, out root);
                AssertValue(seed, bigA, root, 1);
                roots++;
            }
        }

        Assert.InRange(roots, 150, 350);
    }

    /// <summary>Limbs that are as large as the magnitude allows come often, and so do zeros.</summary>
    private static (Secp256k1Field Element, BigInteger Value) RandomElement(Random random, int magnitude)
    {
        ulong[] limbs = [.. Enumerable.Range(0, 5).Select(_ => random.Next(4) switch
        {
            0 => (ulong)magnitude * LargestLimb,
            1 => (ulong)random.Next(2),
            _ => (ulong)random.NextInt64((long)((ulong)magnitude * LargestLimb)),
        })];
        return (Make(limbs), Value(limbs));
    }

    private static Secp256k1Field Spread(BigInteger value)
    {
        ulong[] limbs = new ulong[5];
        for (int i = 4; i >= 0; i--)
        {
            limbs[i] = (ulong)BigInteger.Min(63 * LargestLimb, value >> (LimbBits * i));
            value -= (BigInteger)limbs[i] << (LimbBits * i);
        }

        Assert.True(value.IsZero);
        return Make(limbs);
    }

    private static void AssertValue(int seed, BigInteger expected, Secp256k1Field actual, int magnitude)
    {
        byte[] bytes = new byte[32];
        actual.ToUInt256().WriteBigEndian(bytes);
        Assert.True(PlainCurve.Modulo(expected, Prime) == PlainCurve.Number(bytes), $"seed {seed}: another value");
        Assert.True(Limbs(actual).All(limb => limb <= (ulong)magnitude * LargestLimb), $"seed {seed}: above magnitude {magnitude}");
    }

    // The structure is its limbs.
    private static Secp256k1Field Make(ulong[] limbs) => MemoryMarshal.Cast<ulong, Secp256k1Field>(limbs)[0];

    private static ulong[] Limbs(Secp256k1Field element) =>
        MemoryMarshal.Cast<Secp256k1Field, ulong>(MemoryMarshal.CreateSpan(ref element, 1)).ToArray();

    private static BigInteger Value(ulong[] limbs) =>
        limbs.Reverse().Aggregate(BigInteger.Zero, (sum, limb) => (sum << LimbBits) + limb);
}
