namespace Velox.Cryptography;

/// <summary>How a coordinate of a point is written.</summary>
internal interface ICoordinateEncoding<TField>
    where TField : struct, IField<TField>
{
    /// <summary>Bytes of a coordinate.</summary>
    static abstract int Size { get; }

    /// <summary>False if a number is not reduced.</summary>
    static abstract bool TryRead(ReadOnlySpan<byte> bytes, ByteOrder order, out TField value);

    static abstract void Write(in TField value, Span<byte> bytes, ByteOrder order);
}

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

/// <summary>A number.</summary>
internal readonly struct PrimeCoordinate<TBase> : ICoordinateEncoding<TBase>
    where TBase : struct, IPrimeField<TBase>
{
    public static int Size => TBase.Size;

    public static bool TryRead(ReadOnlySpan<byte> bytes, ByteOrder order, out TBase value) => TBase.TryRead(bytes, order, out value);

    public static void Write(in TBase value, Span<byte> bytes, ByteOrder order) => value.Write(bytes[..TBase.Size], order);
}

/// <summary>Two numbers, c0 + c1 i, the one first whose bytes count least or most.</summary>
internal readonly struct ExtensionCoordinate<TBase> : ICoordinateEncoding<Fp2<TBase>>
    where TBase : struct, IPrimeField<TBase>
{
    public static int Size => 2 * TBase.Size;

    public static bool TryRead(ReadOnlySpan<byte> bytes, ByteOrder order, out Fp2<TBase> value)
    {
        bool isBigEndian = order == ByteOrder.BigEndian;
        bool isReduced = TBase.TryRead(bytes[..TBase.Size], order, out TBase first);
        isReduced &= TBase.TryRead(bytes.Slice(TBase.Size, TBase.Size), order, out TBase second);
        value = isBigEndian ? new Fp2<TBase>(second, first) : new Fp2<TBase>(first, second);
        return isReduced;
    }

    public static void Write(in Fp2<TBase> value, Span<byte> bytes, ByteOrder order)
    {
        bool isBigEndian = order == ByteOrder.BigEndian;
        (isBigEndian ? value.C1 : value.C0).Write(bytes[..TBase.Size], order);
        (isBigEndian ? value.C0 : value.C1).Write(bytes.Slice(TBase.Size, TBase.Size), order);
    }
}
