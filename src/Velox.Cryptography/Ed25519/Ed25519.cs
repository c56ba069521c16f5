using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Velox.Cryptography;

/// <summary>Ed25519 signatures (RFC 8032), one at a time, under the accept rule of Solana's consensus today.</summary>
/// <remarks>No call allocates, but for each thread's first message above 1,984 bytes.</remarks>
public static class Ed25519
{
    /// <summary>Bytes of a public key.</summary>
    public const int PublicKeySize = 32;

    /// <summary>Bytes of a secret seed.</summary>
    public const int SeedSize = 32;

    /// <summary>Bytes of a signature: the point R, then the scalar S.</summary>
    public const int SignatureSize = 64;

    private const int DigestSize = 64;

    // R and A, or the secret prefix alone.
    private const int MaxPrefixLength = 64;

    // Any Solana packet (1,232 bytes) fits with room to spare.
    private const int MaxBufferedMessageLength = 2048 - MaxPrefixLength;

    [ThreadStatic]
    private static IncrementalHash? StreamedHash;

    /// <summary>Whether the signature holds under the strict rule.</summary>
    /// <remarks>
    /// <para>
    /// The accepted inputs are those of ed25519-dalek 2.x <c>verify_strict</c>: S is below the group order L; A
    /// decompresses (its y may be p or more); neither A nor R is of small order; and S B - k A, compressed, equals the
    /// bytes of R, where k = SHA-512(R || A || M) modulo L. There is no cofactor.
    /// </para>
    /// <para>R is never decompressed: if the bytes are equal, the computed point is R and has its order.</para>
    /// <para>Takes variable time: all inputs are public.</para>
    /// </remarks>
    /// <returns>False too for a key or signature of the wrong length; never throws.</returns>
    [SkipLocalsInit]
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message)
    {
        if (publicKey.Length != PublicKeySize || signature.Length != SignatureSize)
            return false;

        ReadOnlySpan<byte> pointR = signature[..EdwardsPoint.CompressedSize];
        var scalarS = new Scalar(signature[EdwardsPoint.CompressedSize..]);
        if (!scalarS.IsReduced)
            return false;
        if (!EdwardsPoint.TryDecompress(publicKey, out EdwardsPoint pointA) || pointA.IsSmallOrder)
            return false;

        Scalar challenge = HashToScalar(pointR, publicKey, message);
        EdwardsPoint expectedR = PointMultiplication.MultiplyBaseAdd(scalarS, challenge, -pointA);
        Span<byte> expectedBytes = stackalloc byte[EdwardsPoint.CompressedSize];
        expectedR.Compress(expectedBytes);
        return expectedBytes.SequenceEqual(pointR) && !expectedR.IsSmallOrder;
    }

    /// <summary>Signs as RFC 8032 says: the same input always gives the same 64 bytes.</summary>
    /// <remarks>
    /// Takes constant time for a given message length. <paramref name="publicKey"/> must be the one of the seed: two
    /// signatures of one message under different public keys reveal the secret. <see cref="Keypair"/> sees to it.
    /// </remarks>
    /// <param name="message">Any length.</param>
    /// <param name="seed">32 secret bytes.</param>
    /// <param name="publicKey">What <see cref="DerivePublicKey"/> makes of the seed.</param>
    /// <param name="signature">Receives 64 bytes.</param>
    /// <exception cref="ArgumentException">A key or the signature has the wrong length.</exception>
    [SkipLocalsInit]
    public static void Sign(
        ReadOnlySpan<byte> message, ReadOnlySpan<byte> seed, ReadOnlySpan<byte> publicKey, Span<byte> signature)
    {
        CheckLength(seed.Length, SeedSize, nameof(seed));
        CheckLength(publicKey.Length, PublicKeySize, nameof(publicKey));
        CheckLength(signature.Length, SignatureSize, nameof(signature));

        Span<byte> expanded = stackalloc byte[DigestSize];
        Scalar secret = ExpandSeed(seed, expanded);
        Scalar nonce = HashToScalar(expanded[SeedSize..], default, message);
        CryptographicOperations.ZeroMemory(expanded);

        // R is kept aside so that a signature span that overlaps the message does not change it before it is hashed.
        Span<byte> pointR = stackalloc byte[EdwardsPoint.CompressedSize];
        PointMultiplication.MultiplyBase(nonce).Compress(pointR);
        Scalar challenge = HashToScalar(pointR, publicKey, message);
        pointR.CopyTo(signature);
        Scalar.MultiplyAdd(challenge, secret, nonce).WriteBytes(signature[EdwardsPoint.CompressedSize..]);
    }

    /// <summary>The public key of a seed, in constant time.</summary>
    /// <param name="seed">32 secret bytes.</param>
    /// <param name="publicKey">Receives 32 bytes.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    [SkipLocalsInit]
    public static void DerivePublicKey(ReadOnlySpan<byte> seed, Span<byte> publicKey)
    {
        CheckLength(seed.Length, SeedSize, nameof(seed));
        CheckLength(publicKey.Length, PublicKeySize, nameof(publicKey));

        Span<byte> expanded = stackalloc byte[DigestSize];
        Scalar secret = ExpandSeed(seed, expanded);
        CryptographicOperations.ZeroMemory(expanded);
        PointMultiplication.MultiplyBase(secret).Compress(publicKey);
    }

    /// <summary>Whether 32 bytes decompress to a point, which no program derived address may.</summary>
    /// <remarks>As curve25519-dalek: y of p and above counts as reduced, and x = 0 may have either sign.</remarks>
    /// <returns>False too for any other length.</returns>
    public static bool IsOnCurve(ReadOnlySpan<byte> point) =>
        point.Length == EdwardsPoint.CompressedSize && EdwardsPoint.TryDecompress(point, out _);

    private static void CheckLength(int length, int expected, string name)
    {
        if (length != expected)
            throw new ArgumentException($"Expected {expected} bytes, got {length}.", name);
    }

    /// <summary>Fills <paramref name="expanded"/> with SHA-512 of the seed; returns its clamped first half.</summary>
    private static Scalar ExpandSeed(ReadOnlySpan<byte> seed, Span<byte> expanded)
    {
        SHA512.HashData(seed, expanded);
        expanded[0] &= 0xf8;
        expanded[31] &= 0x7f;
        expanded[31] |= 0x40;
        return new Scalar(expanded[..Scalar.Size]);
    }

    /// <summary>SHA-512(first || second || message) modulo L.</summary>
    [SkipLocalsInit]
    private static Scalar HashToScalar(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> message)
    {
        Span<byte> digest = stackalloc byte[DigestSize];
        if (message.Length <= MaxBufferedMessageLength)
            HashBuffered(first, second, message, digest);
        else
            HashStreamed(first, second, message, digest);
        Scalar scalar = Scalar.Reduce(digest);
        CryptographicOperations.ZeroMemory(digest);
        return scalar;
    }

    // One call over a copy: the framework's one-shot form is the fastest and allocates nothing.
    [SkipLocalsInit]
    private static void HashBuffered(
        ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> message, Span<byte> digest)
    {
        int prefixLength = first.Length + second.Length;
        Span<byte> input = stackalloc byte[MaxPrefixLength + MaxBufferedMessageLength];
        first.CopyTo(input);
        second.CopyTo(input[first.Length..]);
        message.CopyTo(input[prefixLength..]);
        SHA512.HashData(input[..(prefixLength + message.Length)], digest);
        // When signing, the prefix is secret.
        CryptographicOperations.ZeroMemory(input[..prefixLength]);
    }

    private static void HashStreamed(
        ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> message, Span<byte> digest)
    {
        IncrementalHash hash = StreamedHash ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        hash.AppendData(first);
        hash.AppendData(second);
        hash.AppendData(message);
        hash.GetHashAndReset(digest);
    }
}
