using System.Numerics;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class PrimeFieldTests
{
    private const int RoundCount = 1_500;

    [Fact]
    public void Moduli_are_those_of_the_standards()
    {
        // BLS12-381: p and r are polynomials of x.
        BigInteger x = -new BigInteger(Bls12381Curve.NegatedX);
        Assert.Equal(BigInteger.Pow(x, 4) - (x * x) + 1, Bls12381Points.Order);
        Assert.Equal(((x - 1) * (x - 1) * Bls12381Points.Order / 3) + x, Bls12381Fp.Modulus);

        // BN254: EIP-196 writes both out.
        Assert.Equal(BigInteger.Parse("21888242871839275222246405745257275088696311157297823662689037894645226208583"), Bn254Fp.Modulus);
        Assert.Equal(BigInteger.Parse("21888242871839275222246405745257275088548364400416034343698204186575808495617"), Bn254Scalar.Modulus);
    }

    [Fact]
    public void Arithmetic_is_that_of_big_integers_modulo_p_of_bn254() => AssertArithmetic<Bn254Fp>();

    [Fact]
    public void Arithmetic_is_that_of_big_integers_modulo_r_of_bn254() => AssertArithmetic<Bn254Scalar>();

    [Fact]
    public void Roots_and_order_are_those_of_big_integers_modulo_p_of_bn254() => AssertRoots<Bn254Fp>();

    [Fact]
    public void Numbers_are_read_below_the_modulus_only_of_bn254() => AssertReading<Bn254Fp>();

    [Fact]
    public void Arithmetic_is_that_of_big_integers_modulo_p_of_bls12_381() => AssertArithmetic<Bls12381Fp>();

    [Fact]
    public void Roots_and_order_are_those_of_big_integers_modulo_p_of_bls12_381() => AssertRoots<Bls12381Fp>();

    [Fact]
    public void Numbers_are_read_below_the_modulus_only_of_bls12_381() => AssertReading<Bls12381Fp>();

    private static void AssertArithmetic<TField>()
        where TField : struct, IPrimeField<TField>
    {
        BigInteger p = TField.Modulus;
        for (int seed = 0; seed < RoundCount; seed++)
        {
            var random = new Random(seed);
            BigInteger a = FieldNumbers.Random(random, p), b = FieldNumbers.Random(random, p);
            TField left = FieldNumbers.Read<TField>(a), right = FieldNumbers.Read<TField>(b);
            AssertValue(seed, a + b, left + right);
            AssertValue(seed, a - b, left - right);
            AssertValue(seed, -a, -left);
            AssertValue(seed, a * b, left * right);
            AssertValue(seed, a * a, left.Square());
            AssertValue(seed, 2 * a, left.Double());
            AssertValue(seed, a.IsZero ? 0 : PlainCurve.Invert(a, p), left.Invert());
            Assert.True((a == b) == (left == right) && (a == b) != (left != right) && a.IsZero == left.IsZero, $"seed {seed}");
        }

        AssertValue(0, 1, TField.One);
    }

    private static void AssertRoots<TField>()
        where TField : struct, IPrimeField<TField>
    {
        BigInteger p = TField.Modulus;
        int roots = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            BigInteger a = FieldNumbers.Random(new Random(seed), p);
            TField value = FieldNumbers.Read<TField>(a);
            Assert.True(a > (p - 1) / 2 == value.IsLargerThanNegative(), $"seed {seed}");
            bool isSquare = BigInteger.ModPow(a, (p - 1) / 2, p) <= 1;
            Assert.True(isSquare == value.TrySquareRoot(out TField root), $"seed {seed}");
            if (!isSquare)
                continue;
            AssertValue(seed, a, root.Square());
            roots++;
        }

        Assert.InRange(roots, 50, 190);
    }

    private static void AssertReading<TField>()
        where TField : struct, IPrimeField<TField>
    {
        byte[] bytes = new byte[TField.Size], written = new byte[TField.Size];
        BigInteger largest = (BigInteger.One << (8 * TField.Size)) - 1;
        foreach (ByteOrder order in Enum.GetValues<ByteOrder>())
        {
            foreach (BigInteger number in new[] { 0, 1, 256, TField.Modulus - 1, TField.Modulus, TField.Modulus + 1, largest })
            {
                FieldNumbers.Write(number, bytes, order);
                Assert.Equal(number < TField.Modulus, TField.TryRead(bytes, order, out TField value));
                value.Write(written, order);
                Assert.Equal(number < TField.Modulus ? bytes : new byte[TField.Size], written);
            }
        }
    }

    private static void AssertValue<TField>(int seed, BigInteger expected, TField actual)
        where TField : struct, IPrimeField<TField> =>
        Assert.True(PlainCurve.Modulo(expected, TField.Modulus) == FieldNumbers.Value(actual), $"seed {seed}");
}
