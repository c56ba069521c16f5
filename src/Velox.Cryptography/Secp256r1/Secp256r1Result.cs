namespace Velox.Cryptography;

/// <summary>What a check of a P-256 signature says: the errors that Solana's precompile tells apart, in the order in which it meets them.</summary>
public enum Secp256r1Result
{
    /// <summary>The signature holds.</summary>
    Valid = 0,

    /// <summary>r is 0 or not below the order n, s is 0 or above n / 2, or the signature does not hold.</summary>
    InvalidSignature,

    /// <summary>The key is no compressed point: another first byte than 2 or 3, or an x of p or more or of no point.</summary>
    InvalidPublicKey,
}
