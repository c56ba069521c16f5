namespace Velox.Cryptography;

/// <summary>Which signatures hold: the two rules of Solana's consensus differ where points have a part of small order.</summary>
public enum Ed25519Rule
{
    /// <summary>
    /// Today's rule, <c>verify_strict</c> of ed25519-dalek 2.x: S is below L; A decompresses (its y may be p or more); neither
    /// A nor R is of small order; S B - k A, compressed, equals the bytes of R.
    /// </summary>
    Strict,

    /// <summary>
    /// The rule of SIMD-0376 as amended by pull request 616: S is below L; A and R are canonical encodings and not of small
    /// order; 8 (S B - k A - R) is the identity. Accepts all that <see cref="Strict"/> does but for a key that is not canonical.
    /// </summary>
    Cofactored,
}
