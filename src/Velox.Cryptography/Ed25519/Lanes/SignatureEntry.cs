namespace Velox.Cryptography;

/// <summary>A signature on its way through a batch, in native memory.</summary>
internal unsafe struct SignatureEntry
{
    /// <summary>A: the 32 bytes as they came.</summary>
    internal fixed byte PublicKey[Ed25519.PublicKeySize];

    /// <summary>R: the 32 bytes as they came.</summary>
    internal fixed byte PointR[EdwardsPoint.CompressedSize];

    /// <summary>S, below L where the signature is a candidate.</summary>
    internal Scalar ScalarS;

    /// <summary>k = SHA-512(R || A || M) modulo L.</summary>
    internal Scalar Challenge;

    /// <summary>The multiples of the key in a cache, or null.</summary>
    internal double* KeyTable;

    /// <summary>Whether the signature holds, for a candidate whose challenge is computed.</summary>
    internal readonly bool Holds(Ed25519Rule rule, VectorWidth width)
    {
        fixed (byte* publicKey = PublicKey, pointR = PointR)
        {
            return Ed25519.Holds(
                new ReadOnlySpan<byte>(publicKey, Ed25519.PublicKeySize),
                new ReadOnlySpan<byte>(pointR, EdwardsPoint.CompressedSize),
                ScalarS,
                Challenge,
                rule,
                width);
        }
    }
}
