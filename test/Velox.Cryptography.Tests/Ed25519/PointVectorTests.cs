using Xunit;

namespace Velox.Cryptography.Tests;

/// <summary>One point in a vector, against <see cref="EdwardsPoint"/>.</summary>
public sealed unsafe class PointVectorTests
{
    [Fact]
    public void Every_pair_of_special_points_adds_up_and_doubles()
    {
        var random = new Random(11);
        EdwardsPoint some = CurvePoints.Random(random);
        EdwardsPoint scaled = some.Double(1) + (-some).ToCached(); // the same point with another Z
        EdwardsPoint[] points =
            [.. CurvePoints.SmallOrder, EdwardsPoint.BasePoint, some, scaled, -some, some + CurvePoints.SmallOrder[6].ToCached()];
        foreach (EdwardsPoint left in points)
        {
            foreach (EdwardsPoint right in points)
            {
                PointVector sum = PointVector.From(left), difference = PointVector.From(left);
                PointVector.From(right).ToCached(out CachedVector cached);
                sum.Add(in cached);
                AssertPoint(left + right.ToCached(), &sum, "sum");
                cached.Negate(out CachedVector negated);
                difference.Add(in negated);
                AssertPoint(left + (-right).ToCached(), &difference, "difference");
            }

            PointVector twice = PointVector.From(left);
            twice.Double();
            AssertPoint(left.Double(1), &twice, "double");
        }

        PointVector identity = PointVector.Identity;
        AssertPoint(EdwardsPoint.Identity, &identity, "identity");
    }

    [Fact]
    public void A_long_chain_of_doublings_and_additions_stays_on_the_reference()
    {
        PointVector vector = PointVector.Identity;
        EdwardsPoint expected = EdwardsPoint.Identity;
        for (int seed = 0; seed < 1000; seed++)
        {
            var random = new Random(seed);
            EdwardsPoint step = CurvePoints.Random(random);
            PointVector.From(step).ToCached(out CachedVector cached);
            vector.Add(in cached);
            vector.Double();
            expected = (expected + step.ToCached()).Double(1);
            AssertPoint(expected, &vector, $"seed {seed}");
        }
    }

    private static void AssertPoint(in EdwardsPoint expected, PointVector* actual, string context)
    {
        Assert.True(LaneWidths.IsReduced(actual->Coordinates), $"{context}: not reduced");
        var point = new EdwardsPoint(
            FieldLanes<DoubleLanes4>.Read(&actual->Coordinates, 0),
            FieldLanes<DoubleLanes4>.Read(&actual->Coordinates, 1),
            FieldLanes<DoubleLanes4>.Read(&actual->Coordinates, 2),
            FieldLanes<DoubleLanes4>.Read(&actual->Coordinates, 3));
        Assert.True(CurvePoints.AreEqual(expected, point), context);
        Assert.True(CurvePoints.IsExtended(point), $"{context}: T");
    }
}
