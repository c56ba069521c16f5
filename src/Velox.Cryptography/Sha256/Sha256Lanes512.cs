using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Velox.Cryptography;

/// <summary>Words of sixteen inputs: AVX-512, or two vectors of half the width.</summary>
internal readonly struct Sha256Lanes512(Vector512<uint> value) : ISha256Lanes<Sha256Lanes512>
{
    private readonly Vector512<uint> _value = value;

    public static int Count => Vector512<uint>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes512 Create(uint word) => new(Vector512.Create(word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes512 operator +(Sha256Lanes512 left, Sha256Lanes512 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes512 operator |(Sha256Lanes512 left, Sha256Lanes512 right) => new(left._value | right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes512 operator >>>(Sha256Lanes512 words, int bits) => new(words._value >>> bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes512 operator <<(Sha256Lanes512 words, int bits) => new(words._value << bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes512 operator ^(Sha256Lanes512 left, Sha256Lanes512 right) => new(left._value ^ right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes512 XorRotated(
        Sha256Lanes512 words, [ConstantExpected] byte first, [ConstantExpected] byte second, [ConstantExpected] byte third) =>
        new(RotateRight(words._value, first) ^ RotateRight(words._value, second) ^ RotateRight(words._value, third));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes512 XorShifted(
        Sha256Lanes512 words, [ConstantExpected] byte first, [ConstantExpected] byte second, [ConstantExpected] byte shift) =>
        new(RotateRight(words._value, first) ^ RotateRight(words._value, second) ^ (words._value >>> shift));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes512 Choose(Sha256Lanes512 x, Sha256Lanes512 y, Sha256Lanes512 z) =>
        new(Vector512.ConditionalSelect(x._value, y._value, z._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes512 Majority(Sha256Lanes512 x, Sha256Lanes512 y, Sha256Lanes512 z, ref Sha256Lanes512 yXorZ)
    {
        if (Avx512F.IsSupported)
            return new(Avx512F.TernaryLogic(x._value, y._value, z._value, Sha256Lanes128.MajorityTable));
        Vector512<uint> xXorY = x._value ^ y._value;
        Vector512<uint> majority = (xXorY & yXorZ._value) ^ y._value;
        yXorZ = new(xXorY);
        return new(majority);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes512 SwapBytes(Sha256Lanes512 words) => new(Vector512.Shuffle(
        words._value.AsByte(),
        Vector512.Create(
            (byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12,
            19, 18, 17, 16, 23, 22, 21, 20, 27, 26, 25, 24, 31, 30, 29, 28,
            35, 34, 33, 32, 39, 38, 37, 36, 43, 42, 41, 40, 47, 46, 45, 44,
            51, 50, 49, 48, 55, 54, 53, 52, 59, 58, 57, 56, 63, 62, 61, 60)).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes512 Gather(ref byte source, ref nuint offsets) => Join(
        Sha256Lanes256.Gather(ref source, ref offsets),
        Sha256Lanes256.Gather(ref source, ref Unsafe.Add(ref offsets, Sha256Lanes256.Count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scatter(Sha256Lanes512 words, ref byte destination, ref nuint offsets)
    {
        Sha256Lanes256.Scatter(words.Lower, ref destination, ref offsets);
        Sha256Lanes256.Scatter(words.Upper, ref destination, ref Unsafe.Add(ref offsets, Sha256Lanes256.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes512 ZipLow(Sha256Lanes512 left, Sha256Lanes512 right) => Avx512F.IsSupported
        ? new(Avx512F.UnpackLow(left._value, right._value))
        : Join(Sha256Lanes256.ZipLow(left.Lower, right.Lower), Sha256Lanes256.ZipLow(left.Upper, right.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes512 ZipHigh(Sha256Lanes512 left, Sha256Lanes512 right) => Avx512F.IsSupported
        ? new(Avx512F.UnpackHigh(left._value, right._value))
        : Join(Sha256Lanes256.ZipHigh(left.Lower, right.Lower), Sha256Lanes256.ZipHigh(left.Upper, right.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes512 PairLow(Sha256Lanes512 left, Sha256Lanes512 right) => Avx512F.IsSupported
        ? new(Avx512F.UnpackLow(left._value.AsUInt64(), right._value.AsUInt64()).AsUInt32())
        : Join(Sha256Lanes256.PairLow(left.Lower, right.Lower), Sha256Lanes256.PairLow(left.Upper, right.Upper));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes512 PairHigh(Sha256Lanes512 left, Sha256Lanes512 right) => Avx512F.IsSupported
        ? new(Avx512F.UnpackHigh(left._value.AsUInt64(), right._value.AsUInt64()).AsUInt32())
        : Join(Sha256Lanes256.PairHigh(left.Lower, right.Lower), Sha256Lanes256.PairHigh(left.Upper, right.Upper));

    private Sha256Lanes256 Lower => new(_value.GetLower());

    private Sha256Lanes256 Upper => new(_value.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Sha256Lanes512 Join(Sha256Lanes256 lower, Sha256Lanes256 upper) => new(Vector512.Create(lower.Vector, upper.Vector));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> RotateRight(Vector512<uint> words, [ConstantExpected] byte bits) =>
        Avx512F.IsSupported ? Avx512F.RotateRight(words, bits) : (words >>> bits) | (words << (32 - bits));
}
