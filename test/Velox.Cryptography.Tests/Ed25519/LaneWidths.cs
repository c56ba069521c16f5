using System.Numerics;
using Xunit;

namespace Velox.Cryptography.Tests;

/// <summary>Runs a check at one width of the vectors of doubles, and takes lanes apart.</summary>
internal static unsafe class LaneWidths
{
    internal static TheoryData<VectorWidth> All => [VectorWidth.Bits128, VectorWidth.Bits256, VectorWidth.Bits512];

    /// <summary>Runs the check that is of this width.</summary>
    internal static void Run(VectorWidth width, Action two, Action four, Action eight)
    {
        switch (width)
        {
            case VectorWidth.Bits128:
                two();
                break;
            case VectorWidth.Bits256:
                four();
                break;
            default:
                Assert.Equal(VectorWidth.Bits512, width);
                eight();
                break;
        }
    }

    /// <summary>A point in each lane: the points in turn, from one on.</summary>
    internal static PointLanes<T> Points<T>(ReadOnlySpan<EdwardsPoint> points, int first = 0)
        where T : unmanaged, IDoubleLanes<T>
    {
        PointLanes<T> lanes = default;
        for (int lane = 0; lane < T.Count; lane++)
        {
            EdwardsPoint point = points[(first + lane) % points.Length];
            FieldLanes<T>.Write(&lanes.X, lane, point.X);
            FieldLanes<T>.Write(&lanes.Y, lane, point.Y);
            FieldLanes<T>.Write(&lanes.Z, lane, point.Z);
            FieldLanes<T>.Write(&lanes.ProductXY, lane, point.T);
        }

        return lanes;
    }

    /// <summary>The integers that the limbs of each lane sum to.</summary>
    internal static BigInteger[] Values<T>(FieldLanes<T> lanes)
        where T : unmanaged, IDoubleLanes<T>
    {
        var values = new BigInteger[T.Count];
        for (int i = (FieldElement.LimbCount * T.Count) - 1; i >= 0; i--)
            values[i % T.Count] = (values[i % T.Count] << FieldLanes<T>.LimbBits) + new BigInteger(((double*)&lanes)[i]);
        return values;
    }

    /// <summary>Whether every limb of every lane is a whole number within the bound that results promise.</summary>
    internal static bool IsReduced<T>(FieldLanes<T> lanes)
        where T : unmanaged, IDoubleLanes<T>
    {
        const double Bound = (1L << 50) + (1L << 13);
        for (int i = 0; i < FieldElement.LimbCount * T.Count; i++)
        {
            double limb = ((double*)&lanes)[i];
            if (!(Math.Abs(limb) <= Bound) || limb != Math.Truncate(limb))
                return false;
        }

        return true;
    }
}
