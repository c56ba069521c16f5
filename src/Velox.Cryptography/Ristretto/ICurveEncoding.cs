namespace Velox.Cryptography;

/// <summary>How 32 bytes stand for a point of edwards25519, or for a class of them.</summary>
internal interface ICurveEncoding
{
    /// <summary>The point, or one of its class; false if the 32 bytes stand for none.</summary>
    static abstract bool TryDecode(ReadOnlySpan<byte> bytes, out EdwardsPoint point);

    /// <summary>Writes 32 bytes, the same for all points of a class.</summary>
    static abstract void Encode(in EdwardsPoint point, Span<byte> bytes);
}

/// <summary>y and the sign of x (RFC 8032, section 5.1.2).</summary>
internal readonly struct EdwardsEncoding : ICurveEncoding
{
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out EdwardsPoint point) =>
        EdwardsPoint.TryDecompress(bytes, out point);

    public static void Encode(in EdwardsPoint point, Span<byte> bytes) => point.Compress(bytes);
}
