namespace Velox.Cryptography;

/// <summary>Points of edwards25519 (RFC 8032) as programs reckon with them: <c>sol_curve_*</c> with curve 0.</summary>
/// <remarks>
/// <para>
/// The rules are those of <c>solana-curve25519</c> 4.0.1 over curve25519-dalek 4.1.3. A point is 32 bytes: y little-endian,
/// the sign of x in the top bit. It need not be canonical: a y of p or more is reduced, and a sign is ignored where x is zero.
/// It may have any order. A scalar is 32 bytes, little-endian, below L, the order of the base point: others are refused.
/// </para>
/// <para>Results are canonical. Takes variable time: all inputs are public. Nothing is allocated.</para>
/// </remarks>
public static class Edwards25519
{
    /// <summary>Bytes of a point.</summary>
    public const int PointSize = EdwardsPoint.CompressedSize;

    /// <summary>Bytes of a scalar.</summary>
    public const int ScalarSize = Scalar.Size;

    /// <summary>Whether the bytes are a point.</summary>
    /// <param name="point">32 bytes.</param>
    /// <exception cref="ArgumentException">The span has the wrong length.</exception>
    public static bool IsPoint(ReadOnlySpan<byte> point) => CurveGroup<EdwardsEncoding>.IsPoint(point);

    /// <summary>left + right.</summary>
    /// <param name="left">32 bytes.</param>
    /// <param name="right">32 bytes.</param>
    /// <param name="result">Receives 32 bytes, if both are points, and else stays as it is; it may be one of the inputs.</param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static bool TryAdd(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> result) =>
        CurveGroup<EdwardsEncoding>.TryAdd(left, right, result);

    /// <summary>left - right.</summary>
    /// <inheritdoc cref="TryAdd"/>
    public static bool TrySubtract(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> result) =>
        CurveGroup<EdwardsEncoding>.TrySubtract(left, right, result);

    /// <summary>scalar * point.</summary>
    /// <param name="scalar">32 bytes.</param>
    /// <param name="point">32 bytes.</param>
    /// <param name="result">
    /// Receives 32 bytes, if scalar and point are such, and else stays as it is; it may be one of the inputs.
    /// </param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static bool TryMultiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point, Span<byte> result) =>
        CurveGroup<EdwardsEncoding>.TryMultiplySum(scalar, point, result);

    /// <summary>The sum of scalars[i] * points[i]; the neutral element of none.</summary>
    /// <remarks>The syscall takes up to 512 points; here any number will do, in time proportional to it.</remarks>
    /// <param name="scalars">32 bytes for each point.</param>
    /// <param name="points">32 bytes each.</param>
    /// <param name="result">
    /// Receives 32 bytes, if all scalars and points are such, and else stays as it is; it may overlap the inputs.
    /// </param>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static bool TryMultiplySum(ReadOnlySpan<byte> scalars, ReadOnlySpan<byte> points, Span<byte> result) =>
        CurveGroup<EdwardsEncoding>.TryMultiplySum(scalars, points, result);
}
