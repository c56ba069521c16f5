using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Velox.Primitives;

namespace Velox.Cryptography;

/// <summary>An Ed25519 seed with its public key. Immutable and safe for concurrent use.</summary>
public sealed class Keypair
{
    /// <summary>Bytes of the secret form: the seed, then the public key.</summary>
    public const int SecretSize = Ed25519.SeedSize + Ed25519.PublicKeySize;

    private readonly byte[] _seed;

    private Keypair(ReadOnlySpan<byte> seed)
    {
        _seed = seed.ToArray();
        Span<byte> publicKey = stackalloc byte[Ed25519.PublicKeySize];
        Ed25519.DerivePublicKey(_seed, publicKey);
        PublicKey = new Address(publicKey);
    }

    public Address PublicKey { get; }

    /// <summary>A new pair from the operating system's random source.</summary>
    public static Keypair Generate()
    {
        Span<byte> seed = stackalloc byte[Ed25519.SeedSize];
        RandomNumberGenerator.Fill(seed);
        var keypair = new Keypair(seed);
        CryptographicOperations.ZeroMemory(seed);
        return keypair;
    }

    /// <param name="seed">32 bytes.</param>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public static Keypair FromSeed(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != Ed25519.SeedSize)
            throw new ArgumentException($"Expected {Ed25519.SeedSize} bytes, got {seed.Length}.", nameof(seed));
        return new Keypair(seed);
    }

    /// <param name="secret">64 bytes: the seed, then its public key.</param>
    /// <exception cref="ArgumentException">
    /// Not 64 bytes, or the second half is not the public key of the first.
    /// </exception>
    public static Keypair FromSecretBytes(ReadOnlySpan<byte> secret)
    {
        if (secret.Length != SecretSize)
            throw new ArgumentException($"Expected {SecretSize} bytes, got {secret.Length}.", nameof(secret));
        var keypair = new Keypair(secret[..Ed25519.SeedSize]);
        if (!keypair.PublicKey.Span.SequenceEqual(secret[Ed25519.SeedSize..]))
            throw new ArgumentException("The public key (bytes 32 to 63) is not the one of the seed.", nameof(secret));
        return keypair;
    }

    /// <summary>The 64 bytes that <see cref="FromSecretBytes"/> reads. They are a secret.</summary>
    public byte[] ToSecretBytes() => [.. _seed, .. PublicKey.Span];

    /// <summary>Signs a message of any length.</summary>
    [SkipLocalsInit]
    public Signature Sign(ReadOnlySpan<byte> message)
    {
        Span<byte> signature = stackalloc byte[Ed25519.SignatureSize];
        Ed25519.Sign(message, _seed, PublicKey.Span, signature);
        return new Signature(signature);
    }
}
