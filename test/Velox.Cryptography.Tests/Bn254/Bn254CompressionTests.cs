using System.Numerics;
using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Bn254CompressionTests
{
    [Fact]
    public void Points_come_back_with_either_sign_of_y()
    {
        int larger = 0;
        for (int seed = 0; seed < 30; seed++)
        {
            byte[] scalar = new byte[32];
            new Random(seed).NextBytes(scalar);
            byte[] g1 = new byte[64], g2 = new byte[128];
            Assert.True(Bn254.TryMultiplyG1([.. Bn254Bytes.GeneratorG1, .. scalar], ByteOrder.BigEndian, g1));
            Assert.True(Bn254.TryMultiplyG2([.. Bn254Bytes.GeneratorG2, .. scalar], ByteOrder.BigEndian, g2));
            byte[] compressed = AssertRoundTrip(seed, Bn254.TryCompressG1, Bn254.TryDecompressG1, g1, 32);

            // The flag is the order of y and -y as numbers, and x is as it was.
            BigInteger y = PlainCurve.Number(g1.AsSpan(32..));
            larger += compressed[0] >> 7;
            Assert.Equal(y > (Bn254Fp.Modulus - 1) / 2, compressed[0] >> 7 == 1);
            compressed[0] &= 0x7F;
            Assert.Equal(g1[..32], compressed);

            compressed = AssertRoundTrip(seed, Bn254.TryCompressG2, Bn254.TryDecompressG2, g2, 64);
            Assert.Equal(PlainCurve.Number(g2.AsSpan(64, 32)) > (Bn254Fp.Modulus - 1) / 2, compressed[0] >> 7 == 1);
        }

        Assert.InRange(larger, 5, 25);
    }

    [Fact]
    public void Infinity_is_all_zeros_or_flagged()
    {
        foreach ((Bn254Operation compress, Bn254Operation decompress, int size) in
            new (Bn254Operation, Bn254Operation, int)[] { (Bn254.TryCompressG1, Bn254.TryDecompressG1, 32), (Bn254.TryCompressG2, Bn254.TryDecompressG2, 64) })
        {
            AssertRoundTrip(0, compress, decompress, new byte[2 * size], size);
            byte[] flagged = new byte[2 * size], compressed = new byte[size], point = new byte[2 * size];
            flagged[size] = 0x40;
            flagged[^1] = 9;
            Assert.True(compress(flagged, ByteOrder.BigEndian, compressed));
            Assert.Equal([0x40, .. new byte[size - 1]], compressed);
            compressed[^1] = 7;
            Assert.True(decompress(compressed, ByteOrder.BigEndian, point));
            Assert.Equal(new byte[2 * size], point);

            // (0, 0) with the other flag is no infinity to compress, and its y is not the larger one.
            flagged = new byte[2 * size];
            flagged[size] = 0x80;
            Assert.True(compress(flagged, ByteOrder.BigEndian, compressed));
            Assert.Equal(new byte[size], compressed);

            // Both flags are none.
            flagged[size] = 0xC0;
            Assert.False(compress(flagged, ByteOrder.BigEndian, compressed));
            Assert.False(decompress([0xC0, .. new byte[size - 1]], ByteOrder.BigEndian, point));
        }
    }

    [Fact]
    public void Compression_asks_for_numbers_and_decompression_for_points()
    {
        byte[] p = PlainCurve.Bytes(Bn254Fp.Modulus), compressed = new byte[32], point = new byte[64];
        Assert.True(Bn254.TryCompressG1([.. PlainCurve.Bytes(5), .. PlainCurve.Bytes(5)], ByteOrder.BigEndian, compressed));
        Assert.False(Bn254.TryCompressG1([.. p, .. PlainCurve.Bytes(5)], ByteOrder.BigEndian, compressed));
        Assert.False(Bn254.TryCompressG1([.. PlainCurve.Bytes(5), .. p], ByteOrder.BigEndian, compressed));
        Assert.False(Bn254.TryDecompressG1(p, ByteOrder.BigEndian, point));

        int none = 0;
        for (int x = 0; x < 64; x++)
        {
            BigInteger square = ((BigInteger)x * x * x) + 3;
            bool exists = BigInteger.ModPow(square, (Bn254Fp.Modulus - 1) / 2, Bn254Fp.Modulus).IsOne;
            byte[] flagged = PlainCurve.Bytes(x);
            flagged[0] |= 0x80;
            Assert.Equal(exists, Bn254.TryDecompressG1(flagged, ByteOrder.BigEndian, point));
            if (exists)
                Assert.Equal(square, BigInteger.ModPow(PlainCurve.Number(point.AsSpan(32..)), 2, Bn254Fp.Modulus));
            none += exists ? 0 : 1;
        }

        Assert.InRange(none, 10, 54);
    }

    [Fact]
    public void Wrong_lengths_are_refused()
    {
        foreach (ByteOrder order in Enum.GetValues<ByteOrder>())
        {
            foreach (int length in (int[])[0, 31, 33, 63, 65, 127, 129])
            {
                Assert.False(Bn254.TryCompressG1(new byte[length], order, new byte[32]));
                Assert.False(Bn254.TryDecompressG1(new byte[length], order, new byte[64]));
                Assert.False(Bn254.TryCompressG2(new byte[length], order, new byte[64]));
                Assert.False(Bn254.TryDecompressG2(new byte[length], order, new byte[128]));
            }
        }
    }

    private static byte[] AssertRoundTrip(int seed, Bn254Operation compress, Bn254Operation decompress, byte[] point, int size)
    {
        byte[] compressed = new byte[size], decompressed = new byte[2 * size], littleEndian = new byte[size];
        Assert.True(compress(point, ByteOrder.BigEndian, compressed), $"seed {seed}");
        Assert.True(decompress(compressed, ByteOrder.BigEndian, decompressed), $"seed {seed}");
        Assert.True(point.AsSpan().SequenceEqual(decompressed), $"seed {seed}");

        Assert.True(compress(Bn254Bytes.Reverse(point, size), ByteOrder.LittleEndian, littleEndian), $"seed {seed}");
        Assert.True(Bn254Bytes.Reverse(compressed, size).AsSpan().SequenceEqual(littleEndian), $"seed {seed}");
        Assert.True(decompress(littleEndian, ByteOrder.LittleEndian, decompressed), $"seed {seed}");
        Assert.True(Bn254Bytes.Reverse(point, size).AsSpan().SequenceEqual(decompressed), $"seed {seed}");
        return compressed;
    }
}
