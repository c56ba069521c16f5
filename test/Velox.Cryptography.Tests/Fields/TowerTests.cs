using System.Numerics;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class TowerTests
{
    [Fact]
    public void Fields_over_bn254_are_fields() => Laws<Bn254Fp, Bn254Tower>.Assert();

    [Fact]
    public void Fields_over_bls12_381_are_fields() => Laws<Bls12381Fp, Bls12381Tower>.Assert();

    /// <summary>The laws that make a field, and what each shortcut must equal.</summary>
    private static class Laws<TBase, TTower>
        where TBase : struct, IPrimeField<TBase>
        where TTower : struct, ITower<TBase>
    {
        internal static void Assert()
        {
            for (int seed = 0; seed < 40; seed++)
            {
                var random = new Random(seed);
                AssertFp2(seed, random);
                AssertFp12(seed, random);
            }
        }

        private static void AssertFp2(int seed, Random random)
        {
            Fp2<TBase> a = FieldNumbers.RandomFp2<TBase>(random), b = FieldNumbers.RandomFp2<TBase>(random);
            BigInteger p = TBase.Modulus;
            (BigInteger a0, BigInteger a1) = (FieldNumbers.Value(a.C0), FieldNumbers.Value(a.C1));
            (BigInteger b0, BigInteger b1) = (FieldNumbers.Value(b.C0), FieldNumbers.Value(b.C1));
            Fp2<TBase> product = a * b;
            True(seed, FieldNumbers.Value(product.C0) == PlainCurve.Modulo((a0 * b0) - (a1 * b1), p), "product");
            True(seed, FieldNumbers.Value(product.C1) == PlainCurve.Modulo((a0 * b1) + (a1 * b0), p), "product");
            True(seed, a.Square() == a * a, "square");
            True(seed, a + b - b == a && a + -a == default && a.Double() == a + a, "sum");
            True(seed, a.IsZero || a * a.Invert() == Fp2<TBase>.One, "inverse");
            True(seed, a.Square().TrySquareRoot(out Fp2<TBase> root) && (root == a || root == -a), "root");
            True(seed, a.IsZero || !(a.Square() * TTower.NonResidue).TrySquareRoot(out _), "no root");
            True(seed, new Fp2<TBase>(a.C0, default).TrySquareRoot(out root) && root.Square() == new Fp2<TBase>(a.C0, default), "real root");
            True(seed, TTower.MultiplyByNonResidue(a) == a * TTower.NonResidue, "non-residue");
            True(seed, FieldPower.Raise(a, FieldPower.Words(p)) == a.Conjugate(), "conjugate");
            True(seed, a.IsLargerThanNegative() == (a1.IsZero ? a0 > (p - 1) / 2 : a1 > (p - 1) / 2), "order");
        }

        private static void AssertFp12(int seed, Random random)
        {
            Fp12<TBase, TTower> a = RandomFp12(random), b = RandomFp12(random), c = RandomFp12(random);
            True(seed, AreEqual(a * b * c, a * (b * c)) && AreEqual(a * b, b * a), "product");
            True(seed, AreEqual(a.Square(), a * a), "square");
            True(seed, (a * a.Invert()).IsOne && !a.IsOne, "inverse");

            Fp2<TBase> x = FieldNumbers.RandomFp2<TBase>(random), y = FieldNumbers.RandomFp2<TBase>(random), z = FieldNumbers.RandomFp2<TBase>(random);
            True(seed, AreEqual(a.MultiplyBy013(x, y, z), a * new Fp12<TBase, TTower>(new(x, default, default), new(y, z, default))), "013");
            True(seed, AreEqual(a.MultiplyBy023(x, y, z), a * new Fp12<TBase, TTower>(new(x, y, default), new(default, z, default))), "023");

            // w^2 = v, v^3 = the non-residue.
            var w = new Fp12<TBase, TTower>(default, Fp6<TBase, TTower>.One);
            var nonResidue = new Fp12<TBase, TTower>(new(TTower.NonResidue, default, default), default);
            True(seed, AreEqual(w.Square() * w.Square() * w.Square(), nonResidue), "w");
            if (seed < 3)
            {
                True(seed, AreEqual(a.Frobenius(), Raise(a, TBase.Modulus)), "Frobenius");
                Fp12<TBase, TTower> sixth = a.Frobenius().Frobenius().Frobenius().Frobenius().Frobenius().Frobenius();
                True(seed, AreEqual(sixth, a.Conjugate()), "conjugate");
            }

            Fp12<TBase, TTower> unit = a.Conjugate() * a.Invert();
            unit *= unit.Frobenius().Frobenius();
            True(seed, AreEqual(unit.SquareCyclotomic(), unit * unit), "cyclotomic square");
            True(seed, (unit.Conjugate() * unit).IsOne, "cyclotomic inverse");
            ulong exponent = (ulong)random.NextInt64() >> random.Next(63) | 1;
            True(seed, AreEqual(unit.RaiseCyclotomic(exponent), Raise(unit, exponent)), "cyclotomic power");
        }

        private static Fp12<TBase, TTower> RandomFp12(Random random) => new(RandomFp6(random), RandomFp6(random));

        private static Fp6<TBase, TTower> RandomFp6(Random random) => new(
            FieldNumbers.RandomFp2<TBase>(random), FieldNumbers.RandomFp2<TBase>(random), FieldNumbers.RandomFp2<TBase>(random));

        private static bool AreEqual(in Fp12<TBase, TTower> left, in Fp12<TBase, TTower> right) =>
            (left.C0 - right.C0).IsZero && (left.C1 - right.C1).IsZero;

        private static Fp12<TBase, TTower> Raise(in Fp12<TBase, TTower> value, BigInteger exponent)
        {
            Fp12<TBase, TTower> power = Fp12<TBase, TTower>.One;
            for (int bit = (int)exponent.GetBitLength() - 1; bit >= 0; bit--)
            {
                power *= power;
                if (!((exponent >> bit) & 1).IsZero)
                    power *= value;
            }

            return power;
        }

        private static void True(int seed, bool condition, string law) => Xunit.Assert.True(condition, $"seed {seed}: {law}");
    }
}
