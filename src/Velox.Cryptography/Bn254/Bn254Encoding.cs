namespace Velox.Cryptography;

/// <summary>Points of BN254 in bytes; <see cref="Bn254"/> has the rules.</summary>
internal static class Bn254Encoding<TField, TCoordinate>
    where TField : struct, IField<TField>
    where TCoordinate : struct, ICoordinateEncoding<TField>
{
    private const byte LargerFlag = 0x80;
    private const byte InfinityFlag = 0x40;
    private const byte Flags = LargerFlag | InfinityFlag;

    private const int MaxSize = 64;

    internal static int PointSize => 2 * TCoordinate.Size;

    /// <summary>Reads a point; false if it is none of the curve y^2 = x^3 + b.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> bytes, ByteOrder order, in TField b, out AffineCurvePoint<TField> point)
    {
        if (!TryReadNumbers(bytes, order, out point, out bool isInfinity))
            return false;
        if (isInfinity)
            point = default;
        // Written with a flag, (0, 0) is a point, and not on the curve.
        return isInfinity || (!point.IsInfinity && point.IsOn(b));
    }

    internal static void Write(in AffineCurvePoint<TField> point, Span<byte> bytes, ByteOrder order)
    {
        TCoordinate.Write(point.X, bytes, order);
        TCoordinate.Write(point.Y, bytes[TCoordinate.Size..], order);
    }

    internal static bool TryCompress(ReadOnlySpan<byte> bytes, ByteOrder order, Span<byte> compressed)
    {
        if (!TryReadNumbers(bytes, order, out AffineCurvePoint<TField> point, out bool isInfinity))
            return false;
        bool isZero = !bytes.ContainsAnyExcept((byte)0);
        compressed.Clear();
        if (!isInfinity)
            TCoordinate.Write(point.X, compressed, order);
        if (isInfinity && !isZero)
            compressed[FlagPosition(order)] |= InfinityFlag;
        if (!isInfinity && point.Y.IsLargerThanNegative())
            compressed[FlagPosition(order)] |= LargerFlag;
        return true;
    }

    internal static bool TryDecompress(ReadOnlySpan<byte> bytes, ByteOrder order, in TField b, out AffineCurvePoint<TField> point)
    {
        point = default;
        if (!TryReadFlagged(bytes, order, out TField x, out byte flags))
            return false;
        return (flags & InfinityFlag) != 0
            || !bytes.ContainsAnyExcept((byte)0)
            || AffineCurvePoint<TField>.TryFromX(x, b, (flags & LargerFlag) != 0, out point);
    }

    private static bool TryReadNumbers(
        ReadOnlySpan<byte> bytes, ByteOrder order, out AffineCurvePoint<TField> point, out bool isInfinity)
    {
        point = default;
        isInfinity = false;
        if (!TCoordinate.TryRead(bytes[..TCoordinate.Size], order, out TField x)
            || !TryReadFlagged(bytes[TCoordinate.Size..], order, out TField y, out byte flags))
            return false;
        point = new AffineCurvePoint<TField>(x, y);
        isInfinity = (flags & InfinityFlag) != 0 || !bytes.ContainsAnyExcept((byte)0);
        return true;
    }

    private static bool TryReadFlagged(ReadOnlySpan<byte> bytes, ByteOrder order, out TField value, out byte flags)
    {
        Span<byte> numbers = stackalloc byte[MaxSize];
        numbers = numbers[..TCoordinate.Size];
        bytes.CopyTo(numbers);
        ref byte flagged = ref numbers[FlagPosition(order)];
        flags = (byte)(flagged & Flags);
        flagged ^= flags;
        value = default;
        return flags != Flags && TCoordinate.TryRead(numbers, order, out value);
    }

    private static int FlagPosition(ByteOrder order) => order == ByteOrder.BigEndian ? 0 : TCoordinate.Size - 1;
}
