namespace Velox.Cryptography;

/// <summary>Points of BLS12-381 in bytes; <see cref="Bls12381"/> has the rules.</summary>
internal static class Bls12381Encoding<TField, TCoordinate, TGroup>
    where TField : struct, IField<TField>
    where TCoordinate : struct, ICoordinateEncoding<TField>
    where TGroup : struct, IBls12381Group<TField>
{
    private const byte CompressedFlag = 0x80;
    private const byte InfinityFlag = 0x40;
    private const byte LargerFlag = 0x20;
    private const byte Flags = CompressedFlag | InfinityFlag | LargerFlag;

    private const int MaxSize = 96;

    internal static int PointSize => 2 * TCoordinate.Size;

    internal static int CompressedSize => TCoordinate.Size;

    /// <summary>Reads a point of the curve, which may be outside of the group.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> bytes, ByteOrder order, out AffineCurvePoint<TField> point)
    {
        point = default;
        byte flags = (byte)(bytes[FlagPosition(order)] & Flags);
        if (flags == InfinityFlag)
            return IsZeroButFor(bytes, FlagPosition(order), InfinityFlag);
        if (flags != 0
            || !TCoordinate.TryRead(bytes[..TCoordinate.Size], order, out TField x)
            || !TCoordinate.TryRead(bytes[TCoordinate.Size..], order, out TField y))
            return false;
        point = new AffineCurvePoint<TField>(x, y);
        // (0, 0) would stand for infinity, and is not on the curve.
        return !point.IsInfinity && point.IsOn(TGroup.B) && (TGroup.TakesZeroX || !x.IsZero);
    }

    /// <summary>Reads a compressed point of the curve, which may be outside of the group.</summary>
    internal static bool TryReadCompressed(ReadOnlySpan<byte> bytes, ByteOrder order, out AffineCurvePoint<TField> point)
    {
        point = default;
        byte flags = (byte)(bytes[FlagPosition(order)] & Flags);
        if ((flags & CompressedFlag) == 0)
            return false;
        if ((flags & InfinityFlag) != 0)
            return IsZeroButFor(bytes, FlagPosition(order), CompressedFlag | InfinityFlag);

        Span<byte> numbers = stackalloc byte[MaxSize];
        numbers = numbers[..TCoordinate.Size];
        bytes.CopyTo(numbers);
        numbers[FlagPosition(order)] ^= flags;
        return TCoordinate.TryRead(numbers, order, out TField x)
            && AffineCurvePoint<TField>.TryFromX(x, TGroup.B, (flags & LargerFlag) != 0, out point);
    }

    internal static void Write(in AffineCurvePoint<TField> point, Span<byte> bytes, ByteOrder order)
    {
        TCoordinate.Write(point.X, bytes, order);
        TCoordinate.Write(point.Y, bytes[TCoordinate.Size..], order);
        if (point.IsInfinity)
            bytes[FlagPosition(order)] = InfinityFlag;
    }

    /// <summary>Writes x with the flags.</summary>
    internal static void WriteCompressed(in AffineCurvePoint<TField> point, Span<byte> bytes, ByteOrder order)
    {
        TCoordinate.Write(point.X, bytes, order);
        bytes[FlagPosition(order)] |= (byte)(CompressedFlag
            | (point.IsInfinity ? InfinityFlag : 0) | (point.Y.IsLargerThanNegative() ? LargerFlag : 0));
    }

    private static bool IsZeroButFor(ReadOnlySpan<byte> bytes, int position, byte flags) =>
        bytes[position] == flags
        && !bytes[..position].ContainsAnyExcept((byte)0)
        && !bytes[(position + 1)..].ContainsAnyExcept((byte)0);

    /// <summary>Where x has its highest byte.</summary>
    private static int FlagPosition(ByteOrder order) => order == ByteOrder.BigEndian ? 0 : TCoordinate.Size - 1;
}
