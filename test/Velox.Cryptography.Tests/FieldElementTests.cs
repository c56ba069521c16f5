using System.Numerics;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class FieldElementTests
{
    private const int RoundCount = 3000;
    private const ulong MaxLimb = (1UL << 54) - 1;

    private static BigInteger Prime => (BigInteger.One << 255) - 19;

    [Fact]
    public void Every_operator_equals_big_integer_arithmetic_up_to_the_largest_limbs()
    {
        for (int seed = 0; seed < RoundCount; seed++)
        {
            var random = new Random(seed);
            (FieldElement a, BigInteger bigA) = RandomElement(random);
            (FieldElement b, BigInteger bigB) = RandomElement(random);
            AssertValue(seed, "*", bigA * bigB, a * b);
            AssertValue(seed, "-", bigA - bigB, a - b);
            AssertValue(seed, "negate", -bigA, -a);
            AssertValue(seed, "square", bigA * bigA, a.Square());
            AssertValue(seed, "bytes", bigA, a);
            Assert.Equal((bigA - bigB) % Prime == 0, a.Equals(b));
        }
    }

    [Fact]
    public void Results_stay_within_the_bound_that_lets_seven_of_them_be_summed()
    {
        var largest = new FieldElement(MaxLimb, MaxLimb, MaxLimb, MaxLimb, MaxLimb);
        BigInteger value = LimbSum(MaxLimb, MaxLimb, MaxLimb, MaxLimb, MaxLimb);
        foreach ((FieldElement result, BigInteger expected) in new[]
        {
            (largest * largest, value * value),
            (largest - FieldElement.Zero, value),
            (FieldElement.Zero - largest, -value),
        })
        {
            FieldElement sum = result + result + result + result + result + result + result;
            AssertValue(0, "sum of seven", 7 * expected, sum);
            AssertValue(0, "product of sums", 49 * expected * expected, sum * sum);
            AssertValue(0, "square of sum", 49 * expected * expected, sum.Square());
            AssertValue(0, "difference of sums", -7 * expected, FieldElement.Zero - sum);
        }
    }

    [Fact]
    public void Exponentiations_equal_their_definition()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            (FieldElement a, BigInteger bigA) = RandomElement(new Random(seed));
            AssertValue(seed, "invert", BigInteger.ModPow(bigA, Prime - 2, Prime), a.Invert());
            AssertValue(seed, "root", BigInteger.ModPow(bigA, (Prime - 5) / 8, Prime), a.RaiseToSquareRootPower());
        }

        AssertValue(0, "square root of -1", -1, FieldElement.SquareRootOfMinusOne.Square());
        Assert.True(FieldElement.Zero.Invert().IsZero);
    }

    [Fact]
    public void Values_around_the_prime_are_written_reduced()
    {
        for (int offset = -20; offset < 19; offset++)
        {
            BigInteger value = Prime + offset;
            byte[] bytes = value.ToByteArray(isUnsigned: true);
            AssertValue(offset, "reduce", value, new FieldElement(bytes));
            bytes[31] |= 0x80;
            AssertValue(offset, "ignore the top bit", value, new FieldElement(bytes));
        }
    }

    [Fact]
    public void Selection_and_sign_follow_the_mask_and_the_lowest_bit()
    {
        (FieldElement a, BigInteger bigA) = RandomElement(new Random(1));
        (FieldElement b, BigInteger bigB) = RandomElement(new Random(2));
        AssertValue(0, "set", bigA, FieldElement.Select(ulong.MaxValue, a, b));
        AssertValue(0, "clear", bigB, FieldElement.Select(0, a, b));
        Assert.Equal((bigA % Prime).IsEven ? 0 : ulong.MaxValue, a.NegativeMask);
        Assert.Equal(ulong.MaxValue, FieldElement.One.NegativeMask);
        Assert.Equal(0UL, (-FieldElement.One).NegativeMask);
    }

    private static void AssertValue(int seed, string what, BigInteger expected, FieldElement actual)
    {
        byte[] bytes = new byte[FieldElement.Size];
        actual.WriteBytes(bytes);
        BigInteger reduced = ((expected % Prime) + Prime) % Prime;
        Assert.True(reduced == new BigInteger(bytes, isUnsigned: true), $"{what}, seed {seed}");
    }

    private static (FieldElement Element, BigInteger Value) RandomElement(Random random)
    {
        ulong[] limbs = new ulong[5];
        foreach (ref ulong limb in limbs.AsSpan())
        {
            limb = random.Next(5) switch
            {
                0 => MaxLimb,
                1 => 0,
                2 => (1UL << 51) - (ulong)random.Next(20),
                _ => (ulong)random.NextInt64((long)MaxLimb + 1),
            };
        }

        return (new FieldElement(limbs[0], limbs[1], limbs[2], limbs[3], limbs[4]),
            LimbSum(limbs[0], limbs[1], limbs[2], limbs[3], limbs[4]));
    }

    private static BigInteger LimbSum(params ulong[] limbs)
    {
        BigInteger sum = 0;
        for (int i = 0; i < limbs.Length; i++)
            sum += (BigInteger)limbs[i] << (51 * i);
        return sum;
    }
}
