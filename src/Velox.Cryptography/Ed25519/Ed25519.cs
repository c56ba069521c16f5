using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Velox.Cryptography;

/// <summary>Ed25519 signatures (RFC 8032), one at a time.</summary>
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

    /// <summary>Whether the signature holds under the rule; many at once are checked faster by <see cref="Ed25519Batch"/>.</summary>
    /// <remarks>Takes variable time: all inputs are public.</remarks>
    /// <param name="publicKey">A: 32 bytes.</param>
    /// <param name="signature">R, then S: 64 bytes.</param>
    /// <param name="message">Any length.</param>
    /// <param name="rule">Which signatures hold.</param>
    /// <returns>False too for a key or signature of the wrong length; never throws.</returns>
    public static bool Verify(
        ReadOnlySpan<byte> publicKey,
        ReadOnlySpan<byte> signature,
        ReadOnlySpan<byte> message,
        Ed25519Rule rule = Ed25519Rule.Strict)
    {
        if (publicKey.Length != PublicKeySize || signature.Length != SignatureSize)
            return false;

        ReadOnlySpan<byte> pointR = signature[..EdwardsPoint.CompressedSize];
        var scalarS = new Scalar(signature[EdwardsPoint.CompressedSize..]);
        return IsCandidate(publicKey, pointR, scalarS, rule)
            && Holds(publicKey, pointR, scalarS, HashToScalar(pointR, publicKey, message), rule, VectorPolicy.Width);
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

    /// <summary>What a rule asks of the bytes alone: without it, no equation is looked at.</summary>
    internal static bool IsCandidate(
        ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> pointR, in Scalar scalarS, Ed25519Rule rule) =>
        scalarS.IsReduced
        && !PointEncoding.IsSmallOrder(publicKey)
        && !PointEncoding.IsSmallOrder(pointR)
        && (rule == Ed25519Rule.Strict || (PointEncoding.IsCanonical(publicKey) && PointEncoding.IsCanonical(pointR)));

    /// <summary>The equation of a rule, for a candidate.</summary>
    /// <remarks>
    /// R is not decompressed under the strict rule: if the bytes are equal, the computed point is R, and R is canonical.
    /// </remarks>
    internal static bool Holds(
        ReadOnlySpan<byte> publicKey,
        ReadOnlySpan<byte> pointR,
        in Scalar scalarS,
        in Scalar challenge,
        Ed25519Rule rule,
        VectorWidth width) =>
        width >= VectorWidth.Bits256
            ? VectorVerification.Holds(publicKey, pointR, scalarS, challenge, rule)
            : HoldsScalar(publicKey, pointR, scalarS, challenge, rule);

    [SkipLocalsInit]
    private static bool HoldsScalar(
        ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> pointR, in Scalar scalarS, in Scalar challenge, Ed25519Rule rule)
    {
        if (!EdwardsPoint.TryDecompress(publicKey, out EdwardsPoint pointA))
            return false;
        EdwardsPoint computedR = PointMultiplication.MultiplyBaseAdd(scalarS, challenge, -pointA);
        if (rule == Ed25519Rule.Cofactored)
            return EdwardsPoint.TryDecompress(pointR, out EdwardsPoint point) && (computedR + (-point).ToCached()).IsSmallOrder;

        Span<byte> computedBytes = stackalloc byte[EdwardsPoint.CompressedSize];
        computedR.Compress(computedBytes);
        return computedBytes.SequenceEqual(pointR);
    }

    internal static void CheckLength(int length, int expected, string name)
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
    internal static Scalar HashToScalar(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> message)
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
