using System.Numerics;
using Xunit;

namespace Velox.Cryptography.Tests;

/// <summary>Field arithmetic in lanes of doubles against integers of any size, up to the largest limbs that are allowed.</summary>
public sealed unsafe class FieldLanesTests
{
    private const int RoundCount = 600;
    private const int LimbCount = FieldElement.LimbCount;
    private const int SignPatterns = 1 << LimbCount;

    // What results promise, and what a product takes: limbs whose magnitudes multiply to at most 2^102.
    private const double ReducedLimb = (1L << 50) + (1L << 13);

    private static readonly (double Left, double Right)[] FactorBounds =
    [
        (ReducedLimb, ReducedLimb),
        (3 * ReducedLimb, ReducedLimb),
        (ReducedLimb, 3 * ReducedLimb),
        (1L << 51, 1L << 51),
        (1L << 50, 1L << 52),
        (1L << 52, 1L << 50),
        (1, 1L << 52),
    ];

    public static TheoryData<VectorWidth> Widths => LaneWidths.All;

    private static BigInteger Prime => (BigInteger.One << 255) - 19;

    [Theory]
    [MemberData(nameof(Widths))]
    public void Products_of_random_limbs_are_exact_and_reduced(VectorWidth width) => LaneWidths.Run(
        width, RandomProducts<DoubleLanes2>, RandomProducts<DoubleLanes4>, RandomProducts<DoubleLanes8>);

    [Theory]
    [MemberData(nameof(Widths))]
    public void Products_of_the_largest_limbs_of_every_sign_are_exact_and_reduced(VectorWidth width) => LaneWidths.Run(
        width, ExtremeProducts<DoubleLanes2>, ExtremeProducts<DoubleLanes4>, ExtremeProducts<DoubleLanes8>);

    [Theory]
    [MemberData(nameof(Widths))]
    public void Carries_reduce_limbs_up_to_their_bound(VectorWidth width) => LaneWidths.Run(
        width, Carries<DoubleLanes2>, Carries<DoubleLanes4>, Carries<DoubleLanes8>);

    [Theory]
    [MemberData(nameof(Widths))]
    public void Sums_and_differences_are_exact(VectorWidth width) => LaneWidths.Run(
        width, Sums<DoubleLanes2>, Sums<DoubleLanes4>, Sums<DoubleLanes8>);

    [Theory]
    [MemberData(nameof(Widths))]
    public void Every_set_of_lanes_can_be_selected_and_negated(VectorWidth width) => LaneWidths.Run(
        width, Masks<DoubleLanes2>, Masks<DoubleLanes4>, Masks<DoubleLanes8>);

    [Theory]
    [MemberData(nameof(Widths))]
    public void Powers_equal_their_definition(VectorWidth width) => LaneWidths.Run(
        width, Powers<DoubleLanes2>, Powers<DoubleLanes4>, Powers<DoubleLanes8>);

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_lane_that_is_written_reads_back_and_no_other_changes(VectorWidth width) => LaneWidths.Run(
        width, ReadsAndWrites<DoubleLanes2>, ReadsAndWrites<DoubleLanes4>, ReadsAndWrites<DoubleLanes8>);

    private static void RandomProducts<T>()
        where T : unmanaged, IDoubleLanes<T>
    {
        for (int seed = 0; seed < RoundCount; seed++)
        {
            var random = new Random(seed);
            (double leftBound, double rightBound) = FactorBounds[seed % FactorBounds.Length];
            AssertProduct(RandomLanes<T>(random, leftBound), RandomLanes<T>(random, rightBound), $"seed {seed}");
            AssertSquare(RandomLanes<T>(random, ReducedLimb), $"seed {seed}");
        }
    }

    private static void ExtremeProducts<T>()
        where T : unmanaged, IDoubleLanes<T>
    {
        foreach ((double leftBound, double rightBound) in FactorBounds)
        {
            for (int pattern = 0; pattern < SignPatterns * SignPatterns; pattern += T.Count)
            {
                FieldLanes<T> left = default, right = default;
                for (int lane = 0; lane < T.Count; lane++)
                {
                    WriteSigned(&left, lane, leftBound, (pattern + lane) / SignPatterns);
                    WriteSigned(&right, lane, rightBound, (pattern + lane) % SignPatterns);
                }

                AssertProduct(left, right, $"limbs of {leftBound} and {rightBound}, signs {pattern}");
            }
        }

        for (int pattern = 0; pattern < SignPatterns; pattern += T.Count)
        {
            FieldLanes<T> value = default;
            for (int lane = 0; lane < T.Count; lane++)
                WriteSigned(&value, lane, ReducedLimb, pattern + lane);
            AssertSquare(value, $"signs {pattern}");
        }
    }

    private static void AssertProduct<T>(FieldLanes<T> left, FieldLanes<T> right, string context)
        where T : unmanaged, IDoubleLanes<T>
    {
        FieldLanes<T> product, overLeft = left, overRight = right;
        FieldLanes<T>.Multiply(in left, in right, out product);
        AssertReduced(
            product,
            [.. LaneWidths.Values(left).Zip(LaneWidths.Values(right), (first, second) => first * second)],
            $"product, {context}");

        FieldLanes<T>.Multiply(in overLeft, in right, out overLeft);
        AssertSame(product, overLeft, $"over the left factor, {context}");
        FieldLanes<T>.Multiply(in left, in overRight, out overRight);
        AssertSame(product, overRight, $"over the right factor, {context}");
    }

    private static void AssertSquare<T>(FieldLanes<T> value, string context)
        where T : unmanaged, IDoubleLanes<T>
    {
        FieldLanes<T> square, inPlace = value, product = value;
        BigInteger[] expected = [.. LaneWidths.Values(value).Select(number => number * number)];
        FieldLanes<T>.Square(in value, out square);
        AssertReduced(square, expected, $"square, {context}");

        FieldLanes<T>.Square(in inPlace, out inPlace);
        AssertSame(square, inPlace, $"square in place, {context}");
        FieldLanes<T>.Multiply(in product, in product, out product);
        AssertReduced(product, expected, $"over both factors, {context}");
    }

    private static void Carries<T>()
        where T : unmanaged, IDoubleLanes<T>
    {
        // Limbs below 2^56: a double holds every eighth whole number up there.
        const double Step = 8;
        const double Bound = (1L << 53) - 1;
        for (int seed = 0; seed < RoundCount; seed++)
        {
            FieldLanes<T> value = RandomLanes<T>(new Random(seed), Bound);
            for (int i = 0; seed % 2 == 0 && i < LimbCount * T.Count; i++)
                ((double*)&value)[i] *= Step;
            AssertCarry(value, $"seed {seed}");
        }

        for (int pattern = 0; pattern < SignPatterns; pattern += T.Count)
        {
            FieldLanes<T> value = default;
            for (int lane = 0; lane < T.Count; lane++)
                WriteSigned(&value, lane, Step * Bound, pattern + lane);
            AssertCarry(value, $"signs {pattern}");
        }
    }

    private static void AssertCarry<T>(FieldLanes<T> value, string context)
        where T : unmanaged, IDoubleLanes<T>
    {
        FieldLanes<T> reduced, inPlace = value;
        FieldLanes<T>.Carry(in value, out reduced);
        AssertReduced(reduced, LaneWidths.Values(value), context);
        FieldLanes<T>.Carry(in inPlace, out inPlace);
        AssertSame(reduced, inPlace, $"in place, {context}");
    }

    private static void Sums<T>()
        where T : unmanaged, IDoubleLanes<T>
    {
        for (int seed = 0; seed < RoundCount; seed++)
        {
            var random = new Random(seed);
            FieldLanes<T> left = RandomLanes<T>(random, 1L << 52), right = RandomLanes<T>(random, 1L << 52);
            FieldLanes<T> sum, difference, sumOverLeft = left, differenceOverRight = right;
            FieldLanes<T>.Add(in left, in right, out sum);
            FieldLanes<T>.Subtract(in left, in right, out difference);
            BigInteger[] first = LaneWidths.Values(left), second = LaneWidths.Values(right);
            BigInteger[] sums = LaneWidths.Values(sum), differences = LaneWidths.Values(difference);
            for (int lane = 0; lane < T.Count; lane++)
            {
                Assert.True(first[lane] + second[lane] == sums[lane], $"sum, seed {seed}, lane {lane}");
                Assert.True(first[lane] - second[lane] == differences[lane], $"difference, seed {seed}, lane {lane}");
            }

            FieldLanes<T>.Add(in sumOverLeft, in right, out sumOverLeft);
            AssertSame(sum, sumOverLeft, $"sum over the left operand, seed {seed}");
            FieldLanes<T>.Subtract(in left, in differenceOverRight, out differenceOverRight);
            AssertSame(difference, differenceOverRight, $"difference over the right operand, seed {seed}");
        }
    }

    private static void Masks<T>()
        where T : unmanaged, IDoubleLanes<T>
    {
        var random = new Random(1);
        for (uint set = 0; set < 1u << T.Count; set++)
        {
            FieldLanes<T> whenSet = RandomLanes<T>(random, ReducedLimb), whenClear = RandomLanes<T>(random, ReducedLimb);
            FieldLanes<T> selected, overClear = whenClear, negated;
            T mask = T.MaskOf(set);
            FieldLanes<T>.Select(mask, in whenSet, in whenClear, out selected);
            FieldLanes<T>.Select(mask, in whenSet, in overClear, out overClear);
            AssertSame(selected, overClear, $"over an operand, set {set}");
            FieldLanes<T>.Negate(T.AndBits(mask, T.Broadcast(-0.0)), in whenSet, out negated);
            for (int lane = 0; lane < T.Count; lane++)
            {
                bool isSet = (set >> lane & 1) != 0;
                BigInteger value = LaneWidths.Values(whenSet)[lane];
                Assert.Equal(isSet ? value : LaneWidths.Values(whenClear)[lane], LaneWidths.Values(selected)[lane]);
                Assert.Equal(isSet ? -value : value, LaneWidths.Values(negated)[lane]);
            }
        }
    }

    private static void Powers<T>()
        where T : unmanaged, IDoubleLanes<T>
    {
        for (int seed = 0; seed < 12; seed++)
        {
            var random = new Random(seed);
            FieldLanes<T> value = RandomLanes<T>(random, ReducedLimb), inverse, root, squared;
            if (seed == 0)
                value = default; // zero has zero for an inverse
            FieldPowers<T>.Invert(in value, out inverse);
            AssertReduced(inverse, Powers(value, Prime - 2), $"inverse, seed {seed}");
            FieldPowers<T>.RaiseToSquareRootPower(in value, out root);
            AssertReduced(root, Powers(value, (Prime - 5) / 8), $"root, seed {seed}");

            int count = random.Next(1, 60);
            FieldLanes<T>.Square(in value, count, out squared);
            AssertReduced(squared, Powers(value, BigInteger.One << count), $"{count} squares, seed {seed}");
        }
    }

    private static void ReadsAndWrites<T>()
        where T : unmanaged, IDoubleLanes<T>
    {
        for (int seed = 0; seed < RoundCount; seed++)
        {
            var random = new Random(seed);
            byte[] bytes = new byte[FieldElement.Size];
            random.NextBytes(bytes);
            if (seed % 4 == 0)
                bytes.AsSpan(0, 31).Fill(seed % 8 == 0 ? byte.MaxValue : (byte)0);
            bytes[31] &= 0x7f;
            var element = new FieldElement(bytes);
            FieldLanes<T> before = RandomLanes<T>(random, ReducedLimb), after = before;
            int written = random.Next(T.Count);
            FieldLanes<T>.Write(&after, written, element);
            Assert.True(LaneWidths.IsReduced(after), $"seed {seed}");
            for (int lane = 0; lane < T.Count; lane++)
            {
                BigInteger expected = lane == written ? new BigInteger(bytes, isUnsigned: true) : LaneWidths.Values(before)[lane];
                Assert.True(Modulo(expected - LaneWidths.Values(after)[lane]) == 0, $"seed {seed}, lane {lane}");
                FieldLanes<T>.Read(&after, lane).WriteBytes(bytes);
                Assert.True(Modulo(expected) == new BigInteger(bytes, isUnsigned: true), $"read, seed {seed}, lane {lane}");
                element.WriteBytes(bytes);
            }

            FieldLanes<T> broadcast = FieldLanes<T>.Broadcast(element);
            for (int lane = 0; lane < T.Count; lane++)
                Assert.True(FieldLanes<T>.Read(&broadcast, lane).Equals(element), $"broadcast, seed {seed}, lane {lane}");
        }
    }

    /// <summary>Limbs of either sign up to a bound, and often exactly there, at zero or at a power of two.</summary>
    private static FieldLanes<T> RandomLanes<T>(Random random, double bound)
        where T : unmanaged, IDoubleLanes<T>
    {
        FieldLanes<T> lanes = default;
        for (int i = 0; i < LimbCount * T.Count; i++)
        {
            double magnitude = random.Next(5) switch
            {
                0 => bound,
                1 => 0,
                2 => Math.Min(bound, Math.ScaleB(1, random.Next(53))),
                _ => Math.Floor(random.NextDouble() * bound),
            };
            ((double*)&lanes)[i] = random.Next(2) == 0 ? magnitude : -magnitude;
        }

        return lanes;
    }

    private static void WriteSigned<T>(FieldLanes<T>* lanes, int lane, double magnitude, int signs)
        where T : unmanaged, IDoubleLanes<T>
    {
        for (int limb = 0; limb < LimbCount; limb++)
            ((double*)lanes)[(limb * T.Count) + lane] = (signs >> limb & 1) == 0 ? magnitude : -magnitude;
    }

    private static void AssertReduced<T>(FieldLanes<T> actual, BigInteger[] expected, string context)
        where T : unmanaged, IDoubleLanes<T>
    {
        Assert.True(LaneWidths.IsReduced(actual), $"{context}: not reduced");
        BigInteger[] values = LaneWidths.Values(actual);
        for (int lane = 0; lane < T.Count; lane++)
            Assert.True(Modulo(expected[lane] - values[lane]) == 0, $"{context}: lane {lane}");
    }

    private static void AssertSame<T>(FieldLanes<T> expected, FieldLanes<T> actual, string context)
        where T : unmanaged, IDoubleLanes<T> =>
        Assert.True(
            new ReadOnlySpan<double>(&expected, LimbCount * T.Count).SequenceEqual(new ReadOnlySpan<double>(&actual, LimbCount * T.Count)),
            context);

    private static BigInteger[] Powers<T>(FieldLanes<T> lanes, BigInteger exponent)
        where T : unmanaged, IDoubleLanes<T> =>
        [.. LaneWidths.Values(lanes).Select(value => BigInteger.ModPow(Modulo(value), exponent, Prime))];

    private static BigInteger Modulo(BigInteger value) => ((value % Prime) + Prime) % Prime;
}
