using G1 = Velox.Cryptography.Bls12381Operations<
    Velox.Cryptography.Field384<Velox.Cryptography.Bls12381Prime>,
    Velox.Cryptography.PrimeCoordinate<Velox.Cryptography.Field384<Velox.Cryptography.Bls12381Prime>>,
    Velox.Cryptography.Bls12381G1>;
using G2 = Velox.Cryptography.Bls12381Operations<
    Velox.Cryptography.Fp2<Velox.Cryptography.Field384<Velox.Cryptography.Bls12381Prime>>,
    Velox.Cryptography.ExtensionCoordinate<Velox.Cryptography.Field384<Velox.Cryptography.Bls12381Prime>>,
    Velox.Cryptography.Bls12381G2>;

namespace Velox.Cryptography;

/// <summary>The curve BLS12-381 as programs reckon with it: <c>sol_curve_*</c> with its curve numbers (SIMD-0388).</summary>
/// <remarks>
/// <para>
/// The rules are those of <c>solana-bls12-381-syscall</c> 0.1.0 over blst and blstrs. A refusal is the syscall's result 1, whatever
/// its reason; an answer is its result 0.
/// </para>
/// <para>
/// A number of the field is 48 bytes and below p. Big-endian, a point of G1 is x, y and one of G2 is x1, x0, y1, y0, where
/// x = x0 + x1 i, as Zcash has it; little-endian, they are x, y and x0, x1, y0, y1. The three highest bits of x (or x1) are flags:
/// compressed, at infinity, and, in a compressed point only, y being the larger one of y and -y (of y1 first, or else y0). At
/// infinity all other bits are zero. All zeros are no point. A scalar is 32 bytes and below r.
/// </para>
/// <para>Takes variable time: all inputs are public. Nothing is allocated but at the first call.</para>
/// </remarks>
public static class Bls12381
{
    /// <summary>Bytes of a point of G1.</summary>
    public const int G1Size = 96;

    /// <summary>Bytes of a point of G2.</summary>
    public const int G2Size = 192;

    /// <summary>Bytes of a compressed point of G1.</summary>
    public const int G1CompressedSize = 48;

    /// <summary>Bytes of a compressed point of G2.</summary>
    public const int G2CompressedSize = 96;

    /// <summary>Bytes of a scalar.</summary>
    public const int ScalarSize = UInt256.Size;

    /// <summary>Bytes of a pairing: twelve numbers.</summary>
    public const int PairingSize = 576;

    /// <summary>Pairs that <see cref="TryPair"/> takes at most.</summary>
    public const int MaxPairs = 8;

    /// <summary>Whether the bytes are a point of G1.</summary>
    /// <param name="point">96 bytes.</param>
    /// <param name="order">Of the point.</param>
    /// <exception cref="ArgumentException">The span has the wrong length.</exception>
    public static bool IsInG1(ReadOnlySpan<byte> point, ByteOrder order) => G1.IsInGroup(point, order);

    /// <summary>Whether the bytes are a point of G2.</summary>
    /// <param name="point">192 bytes.</param>
    /// <param name="order">Of the point.</param>
    /// <exception cref="ArgumentException">The span has the wrong length.</exception>
    public static bool IsInG2(ReadOnlySpan<byte> point, ByteOrder order) => G2.IsInGroup(point, order);

    /// <summary>The point of G1 of x and the flags.</summary>
    /// <param name="compressed">48 bytes.</param>
    /// <param name="order">Of input and result.</param>
    /// <param name="result">Receives 96 bytes, unless refused; may overlap the input.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static bool TryDecompressG1(ReadOnlySpan<byte> compressed, ByteOrder order, Span<byte> result) =>
        G1.TryDecompress(compressed, order, result);

    /// <summary>The point of G2 of x and the flags.</summary>
    /// <param name="compressed">96 bytes.</param>
    /// <param name="order">Of input and result.</param>
    /// <param name="result">Receives 192 bytes, unless refused; may overlap the input.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static bool TryDecompressG2(ReadOnlySpan<byte> compressed, ByteOrder order, Span<byte> result) =>
        G2.TryDecompress(compressed, order, result);

    /// <summary>The x and the flags of a point of G1.</summary>
    /// <param name="point">96 bytes.</param>
    /// <param name="order">Of input and result.</param>
    /// <param name="result">Receives 48 bytes, unless refused; may overlap the input.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static bool TryCompressG1(ReadOnlySpan<byte> point, ByteOrder order, Span<byte> result) => G1.TryCompress(point, order, result);

    /// <summary>The x and the flags of a point of G2.</summary>
    /// <param name="point">192 bytes.</param>
    /// <param name="order">Of input and result.</param>
    /// <param name="result">Receives 96 bytes, unless refused; may overlap the input.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static bool TryCompressG2(ReadOnlySpan<byte> point, ByteOrder order, Span<byte> result) => G2.TryCompress(point, order, result);

    /// <summary>left + right, of points of the curve, in G1 or not; those with x = 0 are refused.</summary>
    /// <param name="left">96 bytes.</param>
    /// <param name="right">96 bytes.</param>
    /// <param name="order">Of inputs and result.</param>
    /// <param name="result">Receives 96 bytes, unless refused; may overlap the inputs.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static bool TryAddG1(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, ByteOrder order, Span<byte> result) =>
        G1.TryAdd(left, right, order, negatesRight: false, result);

    /// <summary>left - right, of points of the curve, in G1 or not; those with x = 0 are refused.</summary>
    /// <inheritdoc cref="TryAddG1"/>
    public static bool TrySubtractG1(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, ByteOrder order, Span<byte> result) =>
        G1.TryAdd(left, right, order, negatesRight: true, result);

    /// <summary>scalar * point, the point being in G1.</summary>
    /// <param name="scalar">32 bytes.</param>
    /// <param name="point">96 bytes.</param>
    /// <param name="order">Of inputs and result.</param>
    /// <param name="result">Receives 96 bytes, unless refused; may overlap the inputs.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static bool TryMultiplyG1(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point, ByteOrder order, Span<byte> result) =>
        G1.TryMultiply(scalar, point, order, result);

    /// <summary>left + right, of points of the twist, in G2 or not.</summary>
    /// <param name="left">192 bytes.</param>
    /// <param name="right">192 bytes.</param>
    /// <param name="order">Of inputs and result.</param>
    /// <param name="result">Receives 192 bytes, unless refused; may overlap the inputs.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static bool TryAddG2(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, ByteOrder order, Span<byte> result) =>
        G2.TryAdd(left, right, order, negatesRight: false, result);

    /// <summary>left - right, of points of the twist, in G2 or not.</summary>
    /// <inheritdoc cref="TryAddG2"/>
    public static bool TrySubtractG2(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, ByteOrder order, Span<byte> result) =>
        G2.TryAdd(left, right, order, negatesRight: true, result);

    /// <summary>scalar * point, the point being in G2.</summary>
    /// <param name="scalar">32 bytes.</param>
    /// <param name="point">192 bytes.</param>
    /// <param name="order">Of inputs and result.</param>
    /// <param name="result">Receives 192 bytes, unless refused; may overlap the inputs.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static bool TryMultiplyG2(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point, ByteOrder order, Span<byte> result) =>
        G2.TryMultiply(scalar, point, order, result);

    /// <summary>The product of the pairings of all pairs, to the power 3 (p^12 - 1) / r, as blst has it.</summary>
    /// <remarks>
    /// It is one for no pairs. Little-endian, the coefficients of lower powers come first, of i before v before w, where w^2 = v and
    /// v^3 = 1 + i; big-endian, all bytes are the other way around.
    /// </remarks>
    /// <param name="g1Points">96 bytes for each pair.</param>
    /// <param name="g2Points">192 bytes for each pair.</param>
    /// <param name="order">Of inputs and result.</param>
    /// <param name="result">Receives 576 bytes, unless refused; may overlap the inputs.</param>
    /// <returns>False if there are more than <see cref="MaxPairs"/>, or a point is not in its group.</returns>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static bool TryPair(ReadOnlySpan<byte> g1Points, ReadOnlySpan<byte> g2Points, ByteOrder order, Span<byte> result)
    {
        if (g1Points.Length % G1Size != 0)
            throw new ArgumentException($"Expected a multiple of {G1Size} bytes, got {g1Points.Length}.", nameof(g1Points));
        int pairCount = g1Points.Length / G1Size;
        SpanLength.Check(g2Points.Length, pairCount * G2Size, nameof(g2Points));
        SpanLength.Check(result.Length, PairingSize, nameof(result));
        if (pairCount > MaxPairs)
            return false;

        Span<AtePair<Bls12381Fp, Bls12381Tower>> pairs = stackalloc AtePair<Bls12381Fp, Bls12381Tower>[MaxPairs];
        int count = 0;
        for (int i = 0; i < pairCount; i++)
        {
            if (!G1.TryReadInGroup(g1Points.Slice(i * G1Size, G1Size), order, out AffineCurvePoint<Bls12381Fp> p)
                || !G2.TryReadInGroup(g2Points.Slice(i * G2Size, G2Size), order, out AffineCurvePoint<Bls12381Fp2> q))
                return false;
            // A pairing with infinity is one.
            if (!p.IsInfinity && !q.IsInfinity)
                pairs[count++] = new AtePair<Bls12381Fp, Bls12381Tower>(p, q);
        }

        Write(Bls12381Pairing.RaiseToLastPower(Bls12381Pairing.MillerLoop(pairs[..count])), order, result);
        return true;
    }

    /// <summary>The point of G2 that a message is hashed to: the suite BLS12381G2_XMD:SHA-256_SSWU_RO_ of RFC 9380.</summary>
    /// <param name="message">Any bytes.</param>
    /// <param name="domain">What separates uses of the hash ("DST"), 1 to 255 bytes.</param>
    /// <param name="order">Of the result.</param>
    /// <param name="result">Receives 192 bytes.</param>
    /// <exception cref="ArgumentException">The domain or the result has the wrong length.</exception>
    public static void HashToG2(ReadOnlySpan<byte> message, ReadOnlySpan<byte> domain, ByteOrder order, Span<byte> result)
    {
        CheckDomain(domain);
        SpanLength.Check(result.Length, G2Size, nameof(result));
        G2.Write(Bls12381Hash.ToG2(message, domain), order, result);
    }

    /// <summary>
    /// Whether a signature, a point of G2, is that of a message by the holder of a public key, a point of G1 (draft-irtf-cfrg-bls-signature,
    /// "minimal public key size").
    /// </summary>
    /// <param name="publicKey">48 bytes, compressed, big-endian.</param>
    /// <param name="message">Any bytes.</param>
    /// <param name="signature">96 bytes, compressed, big-endian.</param>
    /// <param name="domain">What the message was hashed with, 1 to 255 bytes.</param>
    /// <returns>False also if one of both is no point of its group, or the key is infinity.</returns>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static bool VerifySignature(
        ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> domain)
    {
        CheckDomain(domain);
        if (!G1.TryDecompressInGroup(publicKey, ByteOrder.BigEndian, out AffineCurvePoint<Bls12381Fp> key)
            || !G2.TryDecompressInGroup(signature, ByteOrder.BigEndian, out AffineCurvePoint<Bls12381Fp2> signed)
            || key.IsInfinity || signed.IsInfinity)
            return false;
        AffineCurvePoint<Bls12381Fp2> hash = Bls12381Hash.ToG2(message, domain);
        if (hash.IsInfinity)
            return false;

        // e(key, hash) = e(generator, signature).
        Span<AtePair<Bls12381Fp, Bls12381Tower>> pairs =
        [
            new AtePair<Bls12381Fp, Bls12381Tower>(key, hash),
            new AtePair<Bls12381Fp, Bls12381Tower>(-Bls12381G1.Generator, signed),
        ];
        return Bls12381Pairing.RaiseToLastPower(Bls12381Pairing.MillerLoop(pairs)).IsOne;
    }

    private static void CheckDomain(ReadOnlySpan<byte> domain)
    {
        if (domain.Length is 0 or > Bls12381Hash.MaxDomainSize)
            throw new ArgumentException($"Expected 1 to {Bls12381Hash.MaxDomainSize} bytes, got {domain.Length}.", nameof(domain));
    }

    private static void Write(in Bls12381Fp12 value, ByteOrder order, Span<byte> bytes)
    {
        const int CoefficientSize = PairingSize / 6;
        ReadOnlySpan<Bls12381Fp2> coefficients =
            [value.C0.C0, value.C0.C1, value.C0.C2, value.C1.C0, value.C1.C1, value.C1.C2];
        for (int i = 0; i < coefficients.Length; i++)
        {
            int place = order == ByteOrder.BigEndian ? coefficients.Length - 1 - i : i;
            ExtensionCoordinate<Bls12381Fp>.Write(coefficients[i], bytes.Slice(place * CoefficientSize, CoefficientSize), order);
        }
    }
}
