namespace Velox.Cryptography;

/// <summary>Reckoning with encoded points of one group: reads, adds or multiplies, writes.</summary>
internal static class Bls12381Operations<TField, TCoordinate, TGroup>
    where TField : struct, IField<TField>
    where TCoordinate : struct, ICoordinateEncoding<TField>
    where TGroup : struct, IBls12381Group<TField>
{
    internal static bool IsInGroup(ReadOnlySpan<byte> point, ByteOrder order)
    {
        CheckPoint(point.Length, nameof(point));
        return TryReadInGroup(point, order, out _);
    }

    internal static bool TryReadInGroup(ReadOnlySpan<byte> bytes, ByteOrder order, out AffineCurvePoint<TField> point) =>
        Bls12381Encoding<TField, TCoordinate, TGroup>.TryRead(bytes, order, out point) && TGroup.Contains(point);

    internal static bool TryDecompress(ReadOnlySpan<byte> compressed, ByteOrder order, Span<byte> result)
    {
        CheckPoint(result.Length, nameof(result));
        if (!TryDecompressInGroup(compressed, order, out AffineCurvePoint<TField> point))
            return false;
        Bls12381Encoding<TField, TCoordinate, TGroup>.Write(point, result, order);
        return true;
    }

    internal static bool TryDecompressInGroup(ReadOnlySpan<byte> compressed, ByteOrder order, out AffineCurvePoint<TField> point)
    {
        SpanLength.Check(compressed.Length, Bls12381Encoding<TField, TCoordinate, TGroup>.CompressedSize, nameof(compressed));
        return Bls12381Encoding<TField, TCoordinate, TGroup>.TryReadCompressed(compressed, order, out point) && TGroup.Contains(point);
    }

    internal static bool TryCompress(ReadOnlySpan<byte> point, ByteOrder order, Span<byte> result)
    {
        CheckPoint(point.Length, nameof(point));
        SpanLength.Check(result.Length, Bls12381Encoding<TField, TCoordinate, TGroup>.CompressedSize, nameof(result));
        if (!TryReadInGroup(point, order, out AffineCurvePoint<TField> value))
            return false;
        Bls12381Encoding<TField, TCoordinate, TGroup>.WriteCompressed(value, result, order);
        return true;
    }

    internal static void Write(in AffineCurvePoint<TField> point, ByteOrder order, Span<byte> result) =>
        Bls12381Encoding<TField, TCoordinate, TGroup>.Write(point, result, order);

    internal static bool TryAdd(
        ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, ByteOrder order, bool negatesRight, Span<byte> result)
    {
        CheckPoint(left.Length, nameof(left));
        CheckPoint(right.Length, nameof(right));
        CheckPoint(result.Length, nameof(result));
        if (!Bls12381Encoding<TField, TCoordinate, TGroup>.TryRead(left, order, out AffineCurvePoint<TField> leftPoint)
            || !Bls12381Encoding<TField, TCoordinate, TGroup>.TryRead(right, order, out AffineCurvePoint<TField> rightPoint))
            return false;
        CurvePoint<TField> sum = CurvePoint<TField>.FromAffine(leftPoint) + (negatesRight ? -rightPoint : rightPoint);
        Bls12381Encoding<TField, TCoordinate, TGroup>.Write(sum.ToAffine(), result, order);
        return true;
    }

    internal static bool TryMultiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point, ByteOrder order, Span<byte> result)
    {
        SpanLength.Check(scalar.Length, UInt256.Size, nameof(scalar));
        CheckPoint(point.Length, nameof(point));
        CheckPoint(result.Length, nameof(result));
        UInt256 factor = order == ByteOrder.BigEndian ? UInt256.ReadBigEndian(scalar) : UInt256.ReadLittleEndian(scalar);
        if (factor >= Bls12381Curve.Order || !TryReadInGroup(point, order, out AffineCurvePoint<TField> basePoint))
            return false;
        CurvePoint<TField> product = CurvePoint<TField>.FromAffine(basePoint).Multiply(factor);
        Bls12381Encoding<TField, TCoordinate, TGroup>.Write(product.ToAffine(), result, order);
        return true;
    }

    private static void CheckPoint(int length, string name) =>
        SpanLength.Check(length, Bls12381Encoding<TField, TCoordinate, TGroup>.PointSize, name);
}
