using System.Security.Cryptography;

namespace Velox.Cryptography;

/// <summary>ECDSA on P-256 (secp256r1, FIPS 186-5) over SHA-256, verified under the rule of SIMD-0075.</summary>
/// <remarks>
/// <para>
/// The rule is that of Agave 4.3, <c>precompiles/src/secp256r1.rs</c>: r from 1 to n - 1, s from 1 to (n - 1) / 2
/// (<c>SECP256R1_HALF_ORDER</c> of crate <c>solana-secp256r1-program</c> 3.0.0), a key in 33 bytes as OpenSSL's
/// <c>EC_POINT_oct2point</c> takes it, and then what OpenSSL says. The range comes first, the key second.
/// </para>
/// <para>
/// The equation is checked by the framework (OpenSSL on Linux), which takes no compressed keys: they are decompressed here. A
/// call that gets so far allocates the framework's key, and gives it back. Takes variable time: all inputs are public.
/// </para>
/// </remarks>
public static class Secp256r1
{
    /// <summary>Bytes of a public key: 2 or 3 for an even or odd y, then x with the most significant byte first.</summary>
    public const int PublicKeySize = 1 + UInt256.Size;

    /// <summary>Bytes of a signature: r, then s, each with the most significant byte first.</summary>
    public const int SignatureSize = 2 * UInt256.Size;

    private const byte EvenTag = 2;
    private const byte OddTag = 3;

    private static readonly UInt256 One = new(1, 0, 0, 0);
    private static readonly UInt256 Order = new(0xF3B9CAC2FC632551, 0xBCE6FAADA7179E84, ulong.MaxValue, 0xFFFFFFFF00000000);
    private static readonly UInt256 HalfOrder = new(0x79DCE5617E3192A8, 0xDE737D56D38BCF42, 0x7FFFFFFFFFFFFFFF, 0x7FFFFFFF80000000);

    /// <summary>Whether the signature holds for the SHA-256 hash of the message.</summary>
    /// <param name="publicKey">33 bytes.</param>
    /// <param name="signature">64 bytes.</param>
    /// <param name="message">Any length.</param>
    /// <returns><see cref="Secp256r1Result.Valid"/>, or what is wrong: any bytes of the right length are a result.</returns>
    /// <exception cref="ArgumentException">The key or the signature has the wrong length.</exception>
    public static Secp256r1Result Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message)
    {
        CheckLength(publicKey.Length, PublicKeySize, nameof(publicKey));
        CheckLength(signature.Length, SignatureSize, nameof(signature));

        var r = UInt256.ReadBigEndian(signature);
        var s = UInt256.ReadBigEndian(signature[UInt256.Size..]);
        bool isInRange = r >= One && r < Order && s >= One && s <= HalfOrder;
        if (!isInRange)
            return Secp256r1Result.InvalidSignature;

        var x = UInt256.ReadBigEndian(publicKey[1..]);
        if (publicKey[0] is not (EvenTag or OddTag) || !Secp256r1Point.TryFindY(x, publicKey[0] == OddTag, out UInt256 y))
            return Secp256r1Result.InvalidPublicKey;

        using ECDsa key = CreateKey(x, y);
        return key.VerifyData(message, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
            ? Secp256r1Result.Valid
            : Secp256r1Result.InvalidSignature;
    }

    private static ECDsa CreateKey(in UInt256 x, in UInt256 y)
    {
        byte[] bytesX = new byte[UInt256.Size], bytesY = new byte[UInt256.Size];
        x.WriteBigEndian(bytesX);
        y.WriteBigEndian(bytesY);
        return ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = bytesX, Y = bytesY } });
    }

    private static void CheckLength(int length, int expected, string name)
    {
        if (length != expected)
            throw new ArgumentException($"Expected {expected} bytes, got {length}.", name);
    }
}
