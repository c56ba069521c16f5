using Xunit;

namespace Velox.Cryptography.Tests;

/// <summary>Points in lanes, and tables of their multiples, against <see cref="EdwardsPoint"/>.</summary>
public sealed unsafe class PointLanesTests
{
    public static TheoryData<VectorWidth> Widths => LaneWidths.All;

    /// <summary>No pair is special: not the identity, nor equal, opposite or small-order points.</summary>
    private static readonly EdwardsPoint[] SpecialPoints = MakeSpecialPoints();

    [Theory]
    [MemberData(nameof(Widths))]
    public void Every_pair_of_special_points_adds_up(VectorWidth width) => LaneWidths.Run(
        width, SpecialAdditions<DoubleLanes2>, SpecialAdditions<DoubleLanes4>, SpecialAdditions<DoubleLanes8>);

    [Theory]
    [MemberData(nameof(Widths))]
    public void Long_chains_of_doublings_and_additions_stay_on_the_reference(VectorWidth width) => LaneWidths.Run(
        width, Chains<DoubleLanes2>, Chains<DoubleLanes4>, Chains<DoubleLanes8>);

    [Theory]
    [MemberData(nameof(Widths))]
    public void Every_digit_selects_its_multiple_in_every_lane(VectorWidth width) => LaneWidths.Run(
        width, TableDigits<DoubleLanes2>, TableDigits<DoubleLanes4>, TableDigits<DoubleLanes8>);

    [Theory]
    [MemberData(nameof(Widths))]
    public void Every_digit_selects_its_multiple_of_the_base_point(VectorWidth width) => LaneWidths.Run(
        width, BaseDigits<DoubleLanes2>, BaseDigits<DoubleLanes4>, BaseDigits<DoubleLanes8>);

    private static void SpecialAdditions<T>()
        where T : unmanaged, IDoubleLanes<T>
    {
        FieldLanes<T> twiceD = FieldLanes<T>.Broadcast(EdwardsPoint.TwiceCurveD);
        for (int first = 0; first < SpecialPoints.Length; first++)
        {
            for (int second = 0; second < SpecialPoints.Length; second++)
            {
                PointLanes<T> left = LaneWidths.Points<T>(SpecialPoints, first), right = LaneWidths.Points<T>(SpecialPoints, second);
                right.ToCached(in twiceD, out CachedLanes<T> cached);
                left.Add(in cached, withT: true);
                AssertPoints(left, lane => Special(first + lane) + Special(second + lane).ToCached(), $"{first} + {second}");
            }

            PointLanes<T> point = LaneWidths.Points<T>(SpecialPoints, first);
            point.Double(withT: true);
            AssertPoints(point, lane => Special(first + lane).Double(1), $"twice {first}");
            point = LaneWidths.Points<T>(SpecialPoints, first);
            point.Negate();
            AssertPoints(point, lane => -Special(first + lane), $"minus {first}");
        }
    }

    private static void Chains<T>()
        where T : unmanaged, IDoubleLanes<T>
    {
        FieldLanes<T> twiceD = FieldLanes<T>.Broadcast(EdwardsPoint.TwiceCurveD);
        PointLanes<T> lanes = default;
        lanes.SetIdentity();
        EdwardsPoint[] expected = [.. Enumerable.Repeat(EdwardsPoint.Identity, T.Count)];
        for (int seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            EdwardsPoint[] steps = [.. Enumerable.Range(0, T.Count).Select(_ => CurvePoints.Random(random))];
            LaneWidths.Points<T>(steps).ToCached(in twiceD, out CachedLanes<T> cached);
            lanes.Add(in cached, withT: false);
            // T is stale now: doublings do not read it, and the last one makes it.
            int doublings = random.Next(1, 5);
            for (int i = 1; i <= doublings; i++)
                lanes.Double(withT: i == doublings);
            for (int lane = 0; lane < T.Count; lane++)
                expected[lane] = (expected[lane] + steps[lane].ToCached()).Double(doublings);
            AssertPoints(lanes, lane => expected[lane], $"seed {seed}");
        }
    }

    private static void TableDigits<T>()
        where T : unmanaged, IDoubleLanes<T>
    {
        FieldLanes<T> twiceD = FieldLanes<T>.Broadcast(EdwardsPoint.TwiceCurveD);
        double* tables = stackalloc double[T.Count * PointTable<T>.Length];
        double** laneTables = stackalloc double*[T.Count];
        PointTable<T>.Locate(tables, laneTables);
        sbyte* digits = stackalloc sbyte[T.Count];
        const int DigitCount = (2 * PointTable<T>.MaxMultiple) + 1;
        for (int first = 0; first < SpecialPoints.Length; first++)
        {
            PointLanes<T> points = LaneWidths.Points<T>(SpecialPoints, first);
            PointTable<T>.Build(in points, in twiceD, tables);
            for (int digit = 0; digit < DigitCount; digit++)
            {
                // Other digits in neighbouring lanes, of both signs.
                for (int lane = 0; lane < T.Count; lane++)
                    digits[lane] = (sbyte)(((digit + (5 * lane)) % DigitCount) - PointTable<T>.MaxMultiple);
                CachedLanes<T> selected;
                PointTable<T>.Select(laneTables, 0, digits, &selected);
                PointLanes<T> sum = LaneWidths.Points<T>(SpecialPoints, first + 1);
                sum.Add(in selected, withT: true);
                AssertPoints(
                    sum,
                    lane => Special(first + 1 + lane) + CurvePoints.Multiple(Special(first + lane), digits[lane]).ToCached(),
                    $"points from {first}, digits from {digit}");
            }
        }
    }

    private static void BaseDigits<T>()
        where T : unmanaged, IDoubleLanes<T>
    {
        EdwardsPoint point = EdwardsPoint.BasePoint;
        for (int part = 0; part < KeyTable.Parts; part++)
        {
            BaseDigits<T>(part, point);
            point = point.Double(KeyTable.PartBits);
        }
    }

    private static void BaseDigits<T>(int part, EdwardsPoint point)
        where T : unmanaged, IDoubleLanes<T>
    {
        const int DigitCount = (2 * BaseTable.MaxMultiple) + 1;
        EdwardsPoint[] multiples = new EdwardsPoint[DigitCount];
        for (int i = 0; i < DigitCount; i++)
            multiples[i] = CurvePoints.Multiple(point, i - BaseTable.MaxMultiple);
        short* digits = stackalloc short[T.Count];
        for (int first = 0; first < DigitCount; first++)
        {
            for (int lane = 0; lane < T.Count; lane++)
                digits[lane] = (short)(((first + (101 * lane)) % DigitCount) - BaseTable.MaxMultiple);
            AffineLanes<T> selected;
            BaseTable.Select(part, digits, &selected);
            PointLanes<T> sum = LaneWidths.Points<T>(SpecialPoints, first);
            sum.Add(in selected, withT: true);
            AssertPoints(
                sum,
                lane => Special(first + lane) + multiples[digits[lane] + BaseTable.MaxMultiple].ToCached(),
                $"part {part}, digits from {first}");
        }
    }

    private static EdwardsPoint[] MakeSpecialPoints()
    {
        var random = new Random(7);
        EdwardsPoint some = CurvePoints.Random(random);
        EdwardsPoint scaled = some.Double(1) + (-some).ToCached(); // the same point with another Z
        return
        [
            .. CurvePoints.SmallOrder,
            EdwardsPoint.BasePoint,
            -EdwardsPoint.BasePoint,
            some,
            scaled,
            -some,
            some + CurvePoints.SmallOrder[4].ToCached(),
            CurvePoints.Random(random),
        ];
    }

    private static EdwardsPoint Special(int index) => SpecialPoints[index % SpecialPoints.Length];

    private static void AssertPoints<T>(PointLanes<T> actual, Func<int, EdwardsPoint> expected, string context)
        where T : unmanaged, IDoubleLanes<T>
    {
        Assert.True(
            LaneWidths.IsReduced(actual.X) && LaneWidths.IsReduced(actual.Y)
                && LaneWidths.IsReduced(actual.Z) && LaneWidths.IsReduced(actual.ProductXY),
            $"{context}: not reduced");
        for (int lane = 0; lane < T.Count; lane++)
        {
            EdwardsPoint point = actual.Lane(lane);
            Assert.True(CurvePoints.AreEqual(expected(lane), point), $"{context}: lane {lane}");
            Assert.True(CurvePoints.IsExtended(point), $"{context}: T of lane {lane}");
        }
    }
}
