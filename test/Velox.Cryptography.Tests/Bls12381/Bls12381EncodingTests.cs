using System.Numerics;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Bls12381EncodingTests
{
    [Fact]
    public void Compressed_points_of_either_sign_come_back_in_both_orders()
    {
        int larger = 0;
        for (int seed = 0; seed < 12; seed++)
        {
            BigInteger scalar = FieldNumbers.Random(new Random(seed), Bls12381Points.Order - 1) + 1;
            byte[] g1 = Bls12381Points.MultipleG1(scalar), g2 = Bls12381Points.MultipleG2(scalar);
            larger += AssertComesBack(seed, g1, 48, Bls12381.TryDecompressG1, Bls12381.TryCompressG1);
            larger += AssertComesBack(seed, g2, 96, Bls12381.TryDecompressG2, Bls12381.TryCompressG2);
        }

        Assert.InRange(larger, 4, 20);
    }

    [Fact]
    public void Infinity_is_one_flag_and_zeros()
    {
        foreach (ByteOrder order in Enum.GetValues<ByteOrder>())
        {
            byte[] g1 = new byte[96], g2 = new byte[192], compressed1 = new byte[48], compressed2 = new byte[96], result1 = new byte[96], result2 = new byte[192];
            int position1 = order == ByteOrder.BigEndian ? 0 : 47, position2 = order == ByteOrder.BigEndian ? 0 : 95;
            Assert.False(Bls12381.IsInG1(g1, order));
            Assert.False(Bls12381.IsInG2(g2, order));
            (g1[position1], g2[position2], compressed1[position1], compressed2[position2]) = (0x40, 0x40, 0xC0, 0xC0);
            Assert.True(Bls12381.IsInG1(g1, order));
            Assert.True(Bls12381.IsInG2(g2, order));
            Assert.True(Bls12381.TryDecompressG1(compressed1, order, result1));
            Assert.Equal(g1, result1);
            Assert.True(Bls12381.TryDecompressG2(compressed2, order, result2));
            Assert.Equal(g2, result2);
            byte[] again = new byte[96];
            Assert.True(Bls12381.TryCompressG1(g1, order, again.AsSpan(..48)));
            Assert.Equal(compressed1, again[..48]);
            Assert.True(Bls12381.TryCompressG2(g2, order, again));
            Assert.Equal(compressed2, again);

            foreach (byte more in (byte[])[0x01, 0x20, 0x80])
            {
                foreach (int position in (int[])[0, 24, 47])
                {
                    byte[] bad = [.. g1], badCompressed = [.. compressed1];
                    bad[position] |= more;
                    badCompressed[position] ^= more;
                    Assert.False(Bls12381.IsInG1(bad, order));
                    Assert.False(Bls12381.TryDecompressG1(badCompressed, order, result1));
                }
            }
        }
    }

    [Fact]
    public void Flags_and_numbers_out_of_place_are_refused()
    {
        byte[] g = Bls12381Points.GeneratorG1, result = new byte[96];
        foreach (byte flags in (byte[])[0x20, 0x40, 0x60, 0x80, 0xA0, 0xC0, 0xE0])
        {
            byte[] flagged = [(byte)(g[0] | flags), .. g[1..]];
            Assert.False(Bls12381.IsInG1(flagged, ByteOrder.BigEndian));
            Assert.False(Bls12381.TryCompressG1(flagged, ByteOrder.BigEndian, result.AsSpan(..48)));
            Assert.False(Bls12381.TryAddG1(flagged, g, ByteOrder.BigEndian, result));
            Assert.Equal(flags is 0x80 or 0xA0, Bls12381.TryDecompressG1(flagged.AsSpan(..48), ByteOrder.BigEndian, result));
        }

        Assert.False(Bls12381.TryDecompressG1(g.AsSpan(..48), ByteOrder.BigEndian, result));

        Assert.Throws<ArgumentException>("point", () => Bls12381.TryCompressG1(g.AsSpan(1), ByteOrder.BigEndian, new byte[48]));
        Assert.Throws<ArgumentException>("result", () => Bls12381.TryCompressG1(g, ByteOrder.BigEndian, new byte[47]));

        // Of y no bit is a flag.
        byte[] high = [.. g];
        high[48] |= 0x20;
        Assert.False(Bls12381.IsInG1(high, ByteOrder.BigEndian));

        byte[] p = new byte[48], g2 = Bls12381Points.GeneratorG2;
        FieldNumbers.Write(Bls12381Fp.Modulus, p, ByteOrder.BigEndian);
        Assert.False(Bls12381.IsInG1([.. p, .. g[48..]], ByteOrder.BigEndian));
        Assert.False(Bls12381.IsInG1([.. g[..48], .. p], ByteOrder.BigEndian));
        p[0] |= 0x80;
        Assert.False(Bls12381.TryDecompressG1(p, ByteOrder.BigEndian, result));
        for (int number = 0; number < 4; number++)
        {
            byte[] bad = [.. g2];
            FieldNumbers.Write(Bls12381Fp.Modulus, bad.AsSpan(48 * number, 48), ByteOrder.BigEndian);
            Assert.False(Bls12381.IsInG2(bad, ByteOrder.BigEndian));
            bad = [.. g2];
            bad[(48 * number) + 47] ^= 1;
            Assert.False(Bls12381.IsInG2(bad, ByteOrder.BigEndian));
            Assert.False(Bls12381.TryCompressG2(bad, ByteOrder.BigEndian, result));
        }
    }

    /// <returns>One if y is the larger one.</returns>
    private static int AssertComesBack(
        int seed, byte[] point, int size, Bls12381Points.Operation decompress, Bls12381Points.Operation compress)
    {
        BigInteger y = PlainCurve.Number(point.AsSpan(size, 48));
        bool isLarger = y > (Bls12381Fp.Modulus - 1) / 2;
        byte[] compressed = [(byte)(point[0] | (isLarger ? 0xA0 : 0x80)), .. point[1..size]], result = new byte[2 * size];
        Assert.True(decompress(compressed, ByteOrder.BigEndian, result), $"seed {seed}");
        Assert.True(point.AsSpan().SequenceEqual(result), $"seed {seed}");
        Assert.True(decompress(Bls12381Points.Reverse(compressed, size), ByteOrder.LittleEndian, result), $"seed {seed}");
        Assert.True(Bls12381Points.Reverse(point, size).AsSpan().SequenceEqual(result), $"seed {seed}: little-endian");
        byte[] again = new byte[size];
        Assert.True(compress(point, ByteOrder.BigEndian, again), $"seed {seed}");
        Assert.True(compressed.AsSpan().SequenceEqual(again), $"seed {seed}");
        Assert.True(compress(result, ByteOrder.LittleEndian, again), $"seed {seed}");
        Assert.True(Bls12381Points.Reverse(compressed, size).AsSpan().SequenceEqual(again), $"seed {seed}: little-endian");
        return isLarger ? 1 : 0;
    }
}
