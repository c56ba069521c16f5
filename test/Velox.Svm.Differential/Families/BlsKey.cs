using Velox.Cryptography;
using Velox.Primitives;

namespace Velox.Svm.Differential;

/// <summary>A validator's BLS key, and the proof that it holds it. Takes variable time: for tests only.</summary>
public sealed class BlsKey
{
    private static readonly byte[] Generator = Convert.FromHexString(
        "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb");

    private readonly byte[] _secret = new byte[Bls12381.ScalarSize];

    public BlsKey(Random random)
    {
        random.NextBytes(_secret.AsSpan(1)); // less than r
        byte[] point = new byte[Bls12381.G1Size];
        Require(Bls12381.TryDecompressG1(Generator, ByteOrder.BigEndian, point)
            && Bls12381.TryMultiplyG1(_secret, point, ByteOrder.BigEndian, point)
            && Bls12381.TryCompressG1(point, ByteOrder.BigEndian, PublicKey));
    }

    /// <summary>48 bytes, compressed.</summary>
    public byte[] PublicKey { get; } = new byte[Bls12381.G1CompressedSize];

    /// <summary>96 bytes, compressed: the holder of the key wants it to be that of a vote account (SIMD-0387).</summary>
    public byte[] Prove(Address voteAccount)
    {
        byte[] point = new byte[Bls12381.G2Size], proof = new byte[Bls12381.G2CompressedSize];
        Bls12381.HashToG2(
            [.. "ALPENGLOW"u8, .. voteAccount.Span, .. PublicKey], "BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"u8, ByteOrder.BigEndian, point);
        Require(Bls12381.TryMultiplyG2(_secret, point, ByteOrder.BigEndian, point)
            && Bls12381.TryCompressG2(point, ByteOrder.BigEndian, proof));
        return proof;
    }

    private static void Require(bool isDone)
    {
        if (!isDone)
            throw new InvalidOperationException("A point of the group was refused.");
    }
}
