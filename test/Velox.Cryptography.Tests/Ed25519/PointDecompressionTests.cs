using System.Numerics;
using System.Runtime.InteropServices;
using Xunit;

namespace Velox.Cryptography.Tests;

/// <summary>Reading compressed points in lanes, and what their bytes alone tell, against <see cref="EdwardsPoint"/>.</summary>
public sealed unsafe class PointDecompressionTests
{
    public static TheoryData<VectorWidth> Widths => LaneWidths.All;

    [Theory]
    [MemberData(nameof(Widths))]
    public void Every_lane_gets_the_point_of_its_bytes_or_the_identity(VectorWidth width) => LaneWidths.Run(
        width, Decompressions<DoubleLanes2>, Decompressions<DoubleLanes4>, Decompressions<DoubleLanes8>);

    [Fact]
    public void Small_order_is_what_three_doublings_say()
    {
        int smallOrder = 0;
        foreach (byte[] encoding in Encodings())
        {
            bool expected = EdwardsPoint.TryDecompress(encoding, out EdwardsPoint point) && point.IsSmallOrder;
            Assert.True(expected == PointEncoding.IsSmallOrder(encoding), Convert.ToHexString(encoding));
        }

        foreach (byte[] encoding in CurvePoints.SmallOrderEncodings)
        {
            Assert.True(EdwardsPoint.TryDecompress(encoding, out EdwardsPoint point) && point.IsSmallOrder);
            Assert.True(PointEncoding.IsSmallOrder(encoding), Convert.ToHexString(encoding));
            smallOrder++;
        }

        Assert.Equal(14, smallOrder);
    }

    [Fact]
    public void Canonical_is_what_compressing_gives_back()
    {
        byte[] compressed = new byte[EdwardsPoint.CompressedSize];
        int canonical = 0;
        var others = new HashSet<string>();
        foreach (byte[] encoding in Encodings())
        {
            if (!EdwardsPoint.TryDecompress(encoding, out EdwardsPoint point))
            {
                // What is no point may be called canonical: only y counts then.
                BigInteger y = new BigInteger(encoding, isUnsigned: true) & ((BigInteger.One << 255) - 1);
                Assert.True(y < CurvePoints.Prime == PointEncoding.IsCanonical(encoding), Convert.ToHexString(encoding));
                continue;
            }

            point.Compress(compressed);
            bool expected = encoding.AsSpan().SequenceEqual(compressed);
            Assert.True(expected == PointEncoding.IsCanonical(encoding), Convert.ToHexString(encoding));
            if (expected)
                canonical++;
            else
                others.Add(Convert.ToHexString(encoding));
        }

        Assert.True(canonical > 100);
        // Twenty of large order, y = 3, 4, 5, 6, 9, 10, 14, 15, 16, 18 plus p, and six of small order: there are no more.
        Assert.Equal(26, others.Count);
    }

    private static void Decompressions<T>()
        where T : unmanaged, IDoubleLanes<T>
    {
        byte[][] all = [.. Encodings()];
        byte* bytes = stackalloc byte[T.Count * EdwardsPoint.CompressedSize];
        byte** encodings = stackalloc byte*[T.Count];
        for (int lane = 0; lane < T.Count; lane++)
            encodings[lane] = bytes + (lane * EdwardsPoint.CompressedSize);
        int points = 0;
        for (int first = 0; first < all.Length; first++)
        {
            for (int lane = 0; lane < T.Count; lane++)
                Marshal.Copy(Encoding(first, lane), 0, (nint)encodings[lane], EdwardsPoint.CompressedSize);
            PointLanes<T> lanes = default;
            uint valid = PointDecompression<T>.Decompress(encodings, &lanes);
            Assert.True(valid >> T.Count == 0);
            Assert.True(
                LaneWidths.IsReduced(lanes.X) && LaneWidths.IsReduced(lanes.Y)
                && LaneWidths.IsReduced(lanes.Z) && LaneWidths.IsReduced(lanes.ProductXY));
            for (int lane = 0; lane < T.Count; lane++)
            {
                byte[] encoding = Encoding(first, lane);
                bool isPoint = EdwardsPoint.TryDecompress(encoding, out EdwardsPoint expected);
                Assert.True(isPoint == ((valid >> lane & 1) != 0), $"{Convert.ToHexString(encoding)}, lane {lane}");
                EdwardsPoint actual = lanes.Lane(lane);
                Assert.True(
                    CurvePoints.AreEqual(isPoint ? expected : EdwardsPoint.Identity, actual),
                    $"{Convert.ToHexString(encoding)}, lane {lane}");
                Assert.True(actual.Z.Equals(FieldElement.One) && CurvePoints.IsExtended(actual));
                points += isPoint ? 1 : 0;
            }
        }

        Assert.InRange(points, all.Length * T.Count / 3, all.Length * T.Count * 2 / 3);

        // The encodings are in an order that mixes points with what is none; lanes take them from different places.
        byte[] Encoding(int first, int lane) => all[(first + (lane * 31)) % all.Length];
    }

    /// <summary>All special encodings with their neighbours, and random ones.</summary>
    private static IEnumerable<byte[]> Encodings()
    {
        var random = new Random(5);
        foreach (byte[] encoding in CurvePoints.SmallOrderEncodings.Concat(CurvePoints.UnreducedEncodings))
        {
            yield return encoding;
            byte[] flipped = [.. encoding];
            flipped[random.Next(31)] ^= (byte)(1 << random.Next(8));
            yield return flipped;
            byte[] any = new byte[EdwardsPoint.CompressedSize];
            random.NextBytes(any);
            yield return any;
        }

        for (int offset = 1; offset <= 20; offset++)
        {
            yield return CurvePoints.Encoding(CurvePoints.Prime - offset, 0);
            yield return CurvePoints.Encoding(CurvePoints.Prime - offset, EdwardsPoint.SignBit);
            yield return CurvePoints.Encoding(offset, 0);
            yield return CurvePoints.Encoding(offset, EdwardsPoint.SignBit);
        }

        for (int i = 0; i < 200; i++)
        {
            byte[] any = new byte[EdwardsPoint.CompressedSize];
            random.NextBytes(any);
            yield return any;
        }
    }
}
