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
