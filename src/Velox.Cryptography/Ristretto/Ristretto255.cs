namespace Velox.Cryptography;

/// <summary>Elements of ristretto255 (RFC 9496) as programs reckon with them: <c>sol_curve_*</c> with curve 1.</summary>
/// <remarks>
/// <para>
/// The rules are those of <c>solana-curve25519</c> 4.0.1 over curve25519-dalek 4.1.3, which are the RFC's: an element has one
/// encoding of 32 bytes only, and all others are refused. A scalar is 32 bytes, little-endian, below L, the order of the
/// group: others are refused.
/// </para>
/// <para>Takes variable time: all inputs are public. Nothing is allocated.</para>
/// </remarks>
public static class Ristretto255
{
    /// <summary>Bytes of a point.</summary>
    public const int PointSize = EdwardsPoint.CompressedSize;

    /// <summary>Bytes of a scalar.</summary>
    public const int ScalarSize = Scalar.Size;

    /// <summary>Whether the bytes are an element.</summary>
    /// <param name="point">32 bytes.</param>
    /// <exception cref="ArgumentException">The span has the wrong length.</exception>
    public static bool IsPoint(ReadOnlySpan<byte> point) => CurveGroup<RistrettoEncoding>.IsPoint(point);

    /// <summary>left + right.</summary>
    /// <param name="left">32 bytes.</param>
    /// <param name="right">32 bytes.</param>
    /// <param name="result">Receives 32 bytes, if both are points, and else stays as it is; it may be one of the inputs.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static bool TryAdd(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> result) =>
        CurveGroup<RistrettoEncoding>.TryAdd(left, right, result);

    /// <summary>left - right.</summary>
    /// <inheritdoc cref="TryAdd"/>
    public static bool TrySubtract(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> result) =>
        CurveGroup<RistrettoEncoding>.TrySubtract(left, right, result);

    /// <summary>scalar * point.</summary>
    /// <param name="scalar">32 bytes.</param>
    /// <param name="point">32 bytes.</param>
    /// <param name="result">
    /// Receives 32 bytes, if scalar and point are such, and else stays as it is; it may be one of the inputs.
    /// </param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static bool TryMultiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point, Span<byte> result) =>
        CurveGroup<RistrettoEncoding>.TryMultiplySum(scalar, point, result);

    /// <summary>The sum of scalars[i] * points[i]; the neutral element of none.</summary>
    /// <remarks>The syscall takes up to 512 points; here any number will do, in time proportional to it.</remarks>
    /// <param name="scalars">32 bytes for each point.</param>
    /// <param name="points">32 bytes each.</param>
    /// <param name="result">
    /// Receives 32 bytes, if all scalars and points are such, and else stays as it is; it may overlap the inputs.
    /// </param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static bool TryMultiplySum(ReadOnlySpan<byte> scalars, ReadOnlySpan<byte> points, Span<byte> result) =>
        CurveGroup<RistrettoEncoding>.TryMultiplySum(scalars, points, result);
}
