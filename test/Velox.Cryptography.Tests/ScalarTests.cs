using System.Numerics;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class ScalarTests
{
    private const int RoundCount = 2000;

    private static BigInteger Order =>
        (BigInteger.One << 252) + BigInteger.Parse("27742317777372353535851937790883648493");

    private static BigInteger[] ExtremeNumbers { get; } =
    [
        0,
        1,
        2,
        Order - 1,
        Order,
        Order + 1,
        (2 * Order) - 1,
        15 * Order,
        BigInteger.One << 252,
        (BigInteger.One << 252) - 1,
        (BigInteger.One << 255) - 1,
        BigInteger.One << 255,
        (BigInteger.One << 256) - 1,
        new(Enumerable.Repeat((byte)0x80, 32).ToArray(), isUnsigned: true),
        new(Enumerable.Repeat((byte)0x7f, 32).ToArray(), isUnsigned: true),
        new(Enumerable.Repeat((byte)0x88, 32).ToArray(), isUnsigned: true),
        new(Enumerable.Repeat((byte)0x77, 32).ToArray(), isUnsigned: true),
    ];

    [Fact]
    public void Reduction_and_multiply_add_equal_big_integer_arithmetic()
    {
        for (int seed = 0; seed < RoundCount; seed++)
        {
            var random = new Random(seed);
            BigInteger wide = RandomNumber(random, 512);
            Scalar left = Scalar.Reduce(Bytes(wide, 64));
            Assert.True(Value(left) == wide % Order, $"reduce, seed {seed}");

            BigInteger right = RandomNumber(random, 256);
            BigInteger addend = RandomNumber(random, 256) % Order;
            Scalar result = Scalar.MultiplyAdd(left, ToScalar(right), ToScalar(addend));
            Assert.True(Value(result) == ((wide * right) + addend) % Order, $"multiply and add, seed {seed}");
        }
    }

    [Fact]
    public void Numbers_around_multiples_of_the_order_reduce_exactly()
    {
        BigInteger last = (BigInteger.One << 512) / Order;
        foreach (BigInteger multiple in new[] { 0, 1, 2, 15, 16, last / 2, last })
        {
            for (int offset = -2; offset <= 2; offset++)
            {
                BigInteger wide = (multiple * Order) + offset;
                if (wide < 0 || wide >> 512 != 0)
                    continue;
                Assert.Equal(wide % Order, Value(Scalar.Reduce(Bytes(wide, 64))));
            }
        }
    }

    [Fact]
    public void Only_numbers_below_the_order_count_as_reduced()
    {
        for (int offset = -3; offset <= 3; offset++)
            Assert.Equal(offset < 0, ToScalar(Order + offset).IsReduced);
        Assert.True(ToScalar(0).IsReduced);
        Assert.False(ToScalar((BigInteger.One << 256) - 1).IsReduced);
    }

    [Fact]
    public void Radix_16_digits_are_small_and_sum_to_the_scalar()
    {
        Span<sbyte> digits = stackalloc sbyte[Scalar.Radix16DigitCount];
        for (int seed = 0; seed < RoundCount; seed++)
        {
            BigInteger value = RandomNumber(new Random(seed), 255);
            ToScalar(value).WriteRadix16(digits);
            BigInteger sum = 0;
            for (int i = digits.Length - 1; i >= 0; i--)
            {
                Assert.InRange(digits[i], -8, 8);
                sum = (sum * 16) + digits[i];
            }

            Assert.True(value == sum, $"seed {seed}");
        }
    }

    [Fact]
    public void Radix_256_digits_are_small_and_sum_to_the_scalar()
    {
        Span<short> digits = stackalloc short[Scalar.Radix256DigitCount];
        for (int seed = -ExtremeNumbers.Length; seed < RoundCount; seed++)
        {
            BigInteger value = Number(seed) & ((BigInteger.One << 255) - 1);
            ToScalar(value).WriteRadix256(digits);
            BigInteger sum = 0;
            for (int i = digits.Length - 1; i >= 0; i--)
            {
                Assert.InRange(digits[i], (short)-128, (short)128);
                sum = (sum * 256) + digits[i];
            }

            Assert.True(value == sum, $"seed {seed}");
        }
    }

    [Fact]
    public void Sums_of_reduced_numbers_are_reduced()
    {
        for (int first = -ExtremeNumbers.Length; first < 60; first++)
        {
            for (int second = -ExtremeNumbers.Length; second < 60; second++)
            {
                BigInteger left = Number(first) % Order, right = Number(second + 1) % Order;
                Assert.True(
                    (left + right) % Order == Value(Scalar.Add(ToScalar(left), ToScalar(right))), $"numbers {first} and {second}");
            }
        }
    }

    [Fact]
    public void Extreme_numbers_multiply_and_reduce_exactly()
    {
        foreach (BigInteger low in ExtremeNumbers)
        {
            foreach (BigInteger high in ExtremeNumbers)
            {
                BigInteger wide = low + (high << 256);
                Assert.Equal(wide % Order, Value(Scalar.Reduce(Bytes(wide, 64))));
                foreach (BigInteger addend in ExtremeNumbers)
                {
                    BigInteger left = low % Order, reduced = addend % Order;
                    Scalar result = Scalar.MultiplyAdd(ToScalar(left), ToScalar(high), ToScalar(reduced));
                    Assert.Equal(((left * high) + reduced) % Order, Value(result));
                }
            }
        }
    }

    [Fact]
    public void Extreme_numbers_have_small_digits_that_sum_to_them()
    {
        Span<sbyte> digits = stackalloc sbyte[Scalar.Radix16DigitCount];
        foreach (BigInteger number in ExtremeNumbers)
        {
            BigInteger value = number & ((BigInteger.One << 255) - 1);
            ToScalar(value).WriteRadix16(digits);
            BigInteger sum = 0;
            for (int i = digits.Length - 1; i >= 0; i--)
            {
                Assert.InRange(digits[i], (sbyte)-8, (sbyte)8);
                sum = (sum * 16) + digits[i];
            }

            Assert.Equal(value, sum);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(8)]
    public void Non_adjacent_digits_are_odd_and_sparse_and_sum_to_the_scalar(int width)
    {
        Span<sbyte> digits = stackalloc sbyte[Scalar.BitCount];
        for (int seed = 0; seed < RoundCount; seed++)
        {
            BigInteger value = RandomNumber(new Random(seed), 255);
            ToScalar(value).WriteNonAdjacentForm(width, digits);
            BigInteger sum = 0;
            int lastUsed = Scalar.BitCount + width;
            for (int i = digits.Length - 1; i >= 0; i--)
            {
                sum = (sum * 2) + digits[i];
                if (digits[i] == 0)
                    continue;
                Assert.True(digits[i] % 2 != 0 && Math.Abs((int)digits[i]) < 1 << (width - 1), $"seed {seed}");
                Assert.True(lastUsed - i >= width, $"seed {seed}: neighbours at {i}");
                lastUsed = i;
            }

            Assert.True(value == sum, $"seed {seed}");
        }
    }

    /// <summary>Of 256 bits; negative seeds give the extreme ones.</summary>
    private static BigInteger Number(int seed) =>
        seed < 0 ? ExtremeNumbers[-1 - seed] : RandomNumber(new Random(seed), 256);

    /// <summary>Random, but often with long runs of ones or zeros, where carries travel far.</summary>
    private static BigInteger RandomNumber(Random random, int bitCount)
    {
        byte[] bytes = new byte[bitCount / 8 + 1];
        random.NextBytes(bytes);
        if (random.Next(2) == 0)
            bytes.AsSpan(random.Next(bytes.Length)).Fill(random.Next(2) == 0 ? (byte)0 : byte.MaxValue);
        return new BigInteger(bytes, isUnsigned: true) & ((BigInteger.One << bitCount) - 1);
    }

    private static Scalar ToScalar(BigInteger value) => new(Bytes(value, Scalar.Size));

    private static BigInteger Value(Scalar scalar)
    {
        byte[] bytes = new byte[Scalar.Size];
        scalar.WriteBytes(bytes);
        return new BigInteger(bytes, isUnsigned: true);
    }

    private static byte[] Bytes(BigInteger value, int length)
    {
        byte[] bytes = new byte[length];
        Assert.True(value.TryWriteBytes(bytes, out _, isUnsigned: true));
        return bytes;
    }
}
