using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Velox.Cryptography;

/// <summary>Words of eight inputs: AVX2, or two vectors of half the width.</summary>
internal readonly struct Sha256Lanes256(Vector256<uint> value) : ISha256Lanes<Sha256Lanes256>
{
    private readonly Vector256<uint> _value = value;

    public Vector256<uint> Vector => _value;

    public static int Count => Vector256<uint>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes256 Create(uint word) => new(Vector256.Create(word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes256 operator +(Sha256Lanes256 left, Sha256Lanes256 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes256 operator |(Sha256Lanes256 left, Sha256Lanes256 right) => new(left._value | right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes256 operator >>>(Sha256Lanes256 words, int bits) => new(words._value >>> bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes256 operator <<(Sha256Lanes256 words, int bits) => new(words._value << bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes256 operator ^(Sha256Lanes256 left, Sha256Lanes256 right) => new(left._value ^ right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes256 XorRotated(
        Sha256Lanes256 words, [ConstantExpected] byte first, [ConstantExpected] byte second, [ConstantExpected] byte third) =>
        new(RotateRight(words._value, first) ^ RotateRight(words._value, second) ^ RotateRight(words._value, third));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes256 XorShifted(
        Sha256Lanes256 words, [ConstantExpected] byte first, [ConstantExpected] byte second, [ConstantExpected] byte shift) =>
        new(RotateRight(words._value, first) ^ RotateRight(words._value, second) ^ (words._value >>> shift));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes256 Choose(Sha256Lanes256 x, Sha256Lanes256 y, Sha256Lanes256 z) =>
        new(Vector256.ConditionalSelect(x._value, y._value, z._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes256 Majority(Sha256Lanes256 x, Sha256Lanes256 y, Sha256Lanes256 z, ref Sha256Lanes256 yXorZ)
    {
        if (Avx512F.VL.IsSupported)
            return new(Avx512F.VL.TernaryLogic(x._value, y._value, z._value, Sha256Lanes128.MajorityTable));
        Vector256<uint> xXorY = x._value ^ y._value;
        Vector256<uint> majority = (xXorY & yXorZ._value) ^ y._value;
        yXorZ = new(xXorY);
        return new(majority);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes256 SwapBytes(Sha256Lanes256 words) => new(Vector256.Shuffle(
        words._value.AsByte(),
        Vector256.Create(
            (byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12,
            19, 18, 17, 16, 23, 22, 21, 20, 27, 26, 25, 24, 31, 30, 29, 28)).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes256 Gather(ref byte source, ref nuint offsets) => Join(
        Sha256Lanes128.Gather(ref source, ref offsets),
        Sha256Lanes128.Gather(ref source, ref Unsafe.Add(ref offsets, Sha256Lanes128.Count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scatter(Sha256Lanes256 words, ref byte destination, ref nuint offsets)
    {
        Sha256Lanes128.Scatter(words.Lower, ref destination, ref offsets);
        Sha256Lanes128.Scatter(words.Upper, ref destination, ref Unsafe.Add(ref offsets, Sha256Lanes128.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes256 ZipLow(Sha256Lanes256 left, Sha256Lanes256 right) => Avx2.IsSupported
        ? new(Avx2.UnpackLow(left._value, right._value))
        : Join(Sha256Lanes128.ZipLow(left.Lower, right.Lower), Sha256Lanes128.ZipLow(left.Upper, right.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes256 ZipHigh(Sha256Lanes256 left, Sha256Lanes256 right) => Avx2.IsSupported
        ? new(Avx2.UnpackHigh(left._value, right._value))
        : Join(Sha256Lanes128.ZipHigh(left.Lower, right.Lower), Sha256Lanes128.ZipHigh(left.Upper, right.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes256 PairLow(Sha256Lanes256 left, Sha256Lanes256 right) => Avx2.IsSupported
        ? new(Avx2.UnpackLow(left._value.AsUInt64(), right._value.AsUInt64()).AsUInt32())
        : Join(Sha256Lanes128.PairLow(left.Lower, right.Lower), Sha256Lanes128.PairLow(left.Upper, right.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes256 PairHigh(Sha256Lanes256 left, Sha256Lanes256 right) => Avx2.IsSupported
        ? new(Avx2.UnpackHigh(left._value.AsUInt64(), right._value.AsUInt64()).AsUInt32())
        : Join(Sha256Lanes128.PairHigh(left.Lower, right.Lower), Sha256Lanes128.PairHigh(left.Upper, right.Upper));

    private Sha256Lanes128 Lower => new(_value.GetLower());

    private Sha256Lanes128 Upper => new(_value.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Sha256Lanes256 Join(Sha256Lanes128 lower, Sha256Lanes128 upper) => new(Vector256.Create(lower.Vector, upper.Vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> RotateRight(Vector256<uint> words, [ConstantExpected] byte bits) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateRight(words, bits) : (words >>> bits) | (words << (32 - bits));
}
