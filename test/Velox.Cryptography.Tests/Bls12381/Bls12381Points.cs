using System.Numerics;
using Xunit;

namespace Velox.Cryptography.Tests;

/// <summary>Points and numbers of BLS12-381 for tests, big-endian where they are bytes.</summary>
internal static class Bls12381Points
{
    internal static readonly BigInteger Order = PlainCurve.Number("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001");

    internal static readonly byte[] GeneratorG1 = Decompress(
        "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb",
        Bls12381.TryDecompressG1);

    internal static readonly byte[] GeneratorG2 = Decompress(
        "93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e" +
        "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8",
        Bls12381.TryDecompressG2);

    private static readonly PlainCurve Curve = new(
        Bls12381Fp.Modulus, Order, 0, 4, new PlainPoint(PlainCurve.Number(GeneratorG1.AsSpan(..48)), PlainCurve.Number(GeneratorG1.AsSpan(48..))));

    internal delegate bool Operation(ReadOnlySpan<byte> input, ByteOrder order, Span<byte> result);

    /// <summary>A multiple of the generator of G1 by the plain reference.</summary>
    internal static byte[] PlainMultiple(BigInteger scalar)
    {
        PlainPoint? point = Curve.Multiply(scalar, Curve.Generator);
        byte[] bytes = new byte[96];
        if (point is null)
        {
            bytes[0] = 0x40;
            return bytes;
        }

        FieldNumbers.Write(point.X, bytes.AsSpan(..48), ByteOrder.BigEndian);
        FieldNumbers.Write(point.Y, bytes.AsSpan(48..), ByteOrder.BigEndian);
        return bytes;
    }

    internal static byte[] MultipleG1(BigInteger scalar)
    {
        byte[] result = new byte[96];
        Assert.True(Bls12381.TryMultiplyG1(PlainCurve.Bytes(scalar), GeneratorG1, ByteOrder.BigEndian, result));
        return result;
    }

    internal static byte[] MultipleG2(BigInteger scalar)
    {
        byte[] result = new byte[192];
        Assert.True(Bls12381.TryMultiplyG2(PlainCurve.Bytes(scalar), GeneratorG2, ByteOrder.BigEndian, result));
        return result;
    }

    /// <summary>The other byte order: of coordinates (48 or 96 bytes), or of whole scalars.</summary>
    internal static byte[] Reverse(byte[] bytes, int size) => [.. bytes.Chunk(size).SelectMany(piece => piece.Reverse())];

    /// <summary>A random point of the curve, most probably outside of the group.</summary>
    internal static AffineCurvePoint<TField> Random<TField>(TField b, Func<TField> randomX)
        where TField : struct, IField<TField>
    {
        while (true)
        {
            if (AffineCurvePoint<TField>.TryFromX(randomX(), b, isLarger: true, out AffineCurvePoint<TField> point))
                return point;
        }
    }

    private static byte[] Decompress(string compressed, Operation decompress)
    {
        byte[] bytes = Convert.FromHexString(compressed), point = new byte[2 * bytes.Length];
        Assert.True(decompress(bytes, ByteOrder.BigEndian, point));
        return point;
    }
}
