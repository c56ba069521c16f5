namespace Velox.Cryptography;

/// <summary>Why no key was recovered; the numbers are what Solana's <c>sol_secp256k1_recover</c> returns.</summary>
/// <remarks>Crate <c>solana-secp256k1-recover</c> 3.2.0, <c>src/lib.rs</c>.</remarks>
public enum Secp256k1RecoverError
{
    /// <summary>A key was recovered.</summary>
    None = 0,

    /// <summary>The hash is not 32 bytes long. Stated for completeness: here this is an argument error.</summary>
    InvalidHash = 1,

    /// <summary>The recovery id is above 3.</summary>
    InvalidRecoveryId = 2,

    /// <summary>r or s is 0 or not below n, no point has the x that they say, or the key would be the point at infinity.</summary>
    InvalidSignature = 3,
}
