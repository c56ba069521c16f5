using Xunit;

namespace Velox.Cryptography.Tests;

/// <summary>
/// Encodings with y of p and more whose points are not of small order: nobody can sign for them, so no signature shows whether
/// they are refused, and the parts of the check are asked instead.
/// </summary>
public sealed class NonCanonicalEncodingTests
{
    private const int PointsNotOfSmallOrder = 20;

    public static TheoryData<VectorWidth> Widths => [VectorWidth.None, VectorWidth.Bits256];

    [Fact]
    public void The_cofactored_rule_refuses_each_as_key_and_as_R_and_the_strict_rule_leaves_it_to_the_equation()
    {
        byte[] good = Canonical(EdwardsPoint.BasePoint);
        foreach (byte[] encoding in Encodings())
        {
            Assert.False(Ed25519.IsCandidate(encoding, good, default, Ed25519Rule.Cofactored));
            Assert.False(Ed25519.IsCandidate(good, encoding, default, Ed25519Rule.Cofactored));
            Assert.True(Ed25519.IsCandidate(encoding, good, default, Ed25519Rule.Strict));
            Assert.True(Ed25519.IsCandidate(good, encoding, default, Ed25519Rule.Strict));
        }

        Assert.True(Ed25519.IsCandidate(good, good, default, Ed25519Rule.Cofactored));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_strict_equation_holds_for_the_bytes_of_R_and_not_for_others_of_its_point(VectorWidth width)
    {
        byte[] one = new byte[Scalar.Size];
        one[0] = 1;
        foreach (byte[] encoding in Encodings())
        {
            // 0 B - 1 (-R) = R, whatever R is.
            Assert.True(EdwardsPoint.TryDecompress(encoding, out EdwardsPoint point));
            byte[] key = Canonical(-point);
            Assert.True(Ed25519.Holds(key, Canonical(point), default, new Scalar(one), Ed25519Rule.Strict, width));
            Assert.False(Ed25519.Holds(key, encoding, default, new Scalar(one), Ed25519Rule.Strict, width));
        }
    }

    private static List<byte[]> Encodings()
    {
        var encodings = new List<byte[]>();
        for (int excess = 0; excess < 19; excess++)
        {
            foreach (byte top in (byte[])[0x7f, 0xff])
            {
                byte[] encoding = new byte[EdwardsPoint.CompressedSize];
                encoding.AsSpan().Fill(0xff);
                encoding[0] = (byte)(0xed + excess);
                encoding[^1] = top;
                if (EdwardsPoint.TryDecompress(encoding, out EdwardsPoint point) && !point.IsSmallOrder)
                    encodings.Add(encoding);
            }
        }

        Assert.Equal(PointsNotOfSmallOrder, encodings.Count);
        return encodings;
    }

    private static byte[] Canonical(in EdwardsPoint point)
    {
        byte[] bytes = new byte[EdwardsPoint.CompressedSize];
        point.Compress(bytes);
        return bytes;
    }
}
