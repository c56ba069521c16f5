namespace Velox.Cryptography;

/// <summary>ECDSA on secp256k1 (SEC 1, SEC 2) over hashes of 32 bytes: recovery of the key, and verification.</summary>
/// <remarks>
/// <para>Takes variable time: all inputs are public. No call allocates, but the first, which makes tables of 160 KiB.</para>
/// <para>
/// The rules are those of crate <c>libsecp256k1</c> 0.7.2 (<c>src/lib.rs</c>, and <c>core/src/ecdsa.rs</c> of its
/// <c>libsecp256k1-core</c> 0.3.0), which Agave 4.3 uses in the syscall <c>sol_secp256k1_recover</c>
/// (<c>syscalls/src/lib.rs</c>) as well as in the precompile (<c>precompiles/src/secp256k1.rs</c>): an s in the upper half is
/// accepted, in both; an r or s of n or more is refused; a hash of n or more counts modulo n.
/// </para>
/// </remarks>
public static class Secp256k1
{
    /// <summary>Bytes of a message's hash.</summary>
    public const int HashSize = UInt256.Size;

    /// <summary>Bytes of a signature: r, then s, each with the most significant byte first.</summary>
    public const int SignatureSize = 2 * UInt256.Size;

    /// <summary>Bytes of a public key: x, then y, each with the most significant byte first, and without a leading 4.</summary>
    public const int PublicKeySize = 2 * UInt256.Size;

    private const ulong MaxRecoveryId = 3;

    private static readonly UInt256 PrimeMinusOrder = Secp256k1Field.Prime - Secp256k1Scalar.Order.Value;

    /// <summary>The public key under which the signature holds for the hash.</summary>
    /// <remarks>
    /// The recovery id is looked at before the signature, as the syscall does; the precompile looks at the range of r and s
    /// first: <see cref="IsStandardSignature"/>. With bit 1 of the id the point's x is r + n, which must be below p.
    /// </remarks>
    /// <param name="hash">32 bytes.</param>
    /// <param name="recoveryId">0 to 3: bit 0 says that the y of the signature's point is odd, bit 1 that its x is n or more.</param>
    /// <param name="signature">64 bytes.</param>
    /// <param name="publicKey">Receives 64 bytes, if a key is recovered, and else stays as it is.</param>
    /// <returns><see cref="Secp256k1RecoverError.None"/>, or why there is no key.</returns>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static Secp256k1RecoverError TryRecover(
        ReadOnlySpan<byte> hash, ulong recoveryId, ReadOnlySpan<byte> signature, Span<byte> publicKey)
    {
        CheckLength(hash.Length, HashSize, nameof(hash));
        CheckLength(signature.Length, SignatureSize, nameof(signature));
        CheckLength(publicKey.Length, PublicKeySize, nameof(publicKey));

        if (recoveryId > MaxRecoveryId)
            return Secp256k1RecoverError.InvalidRecoveryId;
        if (!TryReadSignature(signature, out UInt256 r, out UInt256 s) || !TryFindPoint(r, recoveryId, out Secp256k1Affine point))
            return Secp256k1RecoverError.InvalidSignature;

        // s R = h G + r Q: Q = -h/r G + s/r R.
        OddModulus order = Secp256k1Scalar.Order;
        UInt256 inverse = order.Invert(r);
        UInt256 negatedHash = order.Subtract(default, order.Reduce(UInt256.ReadBigEndian(hash)));
        Secp256k1Multiplication.MultiplyAdd(
            order.Multiply(negatedHash, inverse), order.Multiply(s, inverse), point, out Secp256k1Point key);
        if (key.IsInfinity)
            return Secp256k1RecoverError.InvalidSignature;

        key.ToAffine(out Secp256k1Affine affine);
        affine.Write(publicKey);
        return Secp256k1RecoverError.None;
    }

    /// <summary>Whether the signature holds for the hash under the key.</summary>
    /// <remarks>An s in the upper half is accepted, as by the standard, by OpenSSL and by the crate; Bitcoin's library refuses it.</remarks>
    /// <param name="hash">32 bytes.</param>
    /// <param name="signature">64 bytes.</param>
    /// <param name="publicKey">64 bytes.</param>
    /// <returns>False too for an r or s out of range, and for a key that is no point of the curve.</returns>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> publicKey)
    {
        CheckLength(hash.Length, HashSize, nameof(hash));
        CheckLength(signature.Length, SignatureSize, nameof(signature));
        CheckLength(publicKey.Length, PublicKeySize, nameof(publicKey));

        if (!TryReadSignature(signature, out UInt256 r, out UInt256 s) || !Secp256k1Affine.TryRead(publicKey, out Secp256k1Affine key))
            return false;

        OddModulus order = Secp256k1Scalar.Order;
        UInt256 inverse = order.Invert(s);
        UInt256 reducedHash = order.Reduce(UInt256.ReadBigEndian(hash));
        Secp256k1Multiplication.MultiplyAdd(
            order.Multiply(reducedHash, inverse), order.Multiply(r, inverse), key, out Secp256k1Point sum);
        return !sum.IsInfinity && (sum.HasX(r) || (r < PrimeMinusOrder && sum.HasX(r + order.Value)));
    }

    /// <summary>Whether r and s are below n, which is all that the precompile asks before it looks at the recovery id.</summary>
    /// <remarks><c>Signature::parse_standard_slice</c>: 0 passes here, and is refused by the recovery.</remarks>
    /// <param name="signature">64 bytes.</param>
    /// <exception cref="ArgumentException">The signature has the wrong length.</exception>
    public static bool IsStandardSignature(ReadOnlySpan<byte> signature)
    {
        CheckLength(signature.Length, SignatureSize, nameof(signature));
        return IsStandard(UInt256.ReadBigEndian(signature), UInt256.ReadBigEndian(signature[UInt256.Size..]));
    }

    private static bool IsStandard(in UInt256 r, in UInt256 s) =>
        r < Secp256k1Scalar.Order.Value && s < Secp256k1Scalar.Order.Value;

    private static bool TryReadSignature(ReadOnlySpan<byte> signature, out UInt256 r, out UInt256 s)
    {
        r = UInt256.ReadBigEndian(signature);
        s = UInt256.ReadBigEndian(signature[UInt256.Size..]);
        return IsStandard(r, s) && !r.IsZero && !s.IsZero;
    }

    private static bool TryFindPoint(in UInt256 r, ulong recoveryId, out Secp256k1Affine point)
    {
        point = default;
        bool isReduced = (recoveryId & 2) != 0;
        if (isReduced && r >= PrimeMinusOrder)
            return false;
        UInt256 x = isReduced ? r + Secp256k1Scalar.Order.Value : r;
        return Secp256k1Affine.TryFromX(x, isOdd: (recoveryId & 1) != 0, out point);
    }

    private static void CheckLength(int length, int expected, string name)
    {
        if (length != expected)
            throw new ArgumentException($"Expected {expected} bytes, got {length}.", name);
    }
}
