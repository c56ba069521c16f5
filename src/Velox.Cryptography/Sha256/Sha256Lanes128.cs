using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Velox.Cryptography;

/// <summary>Words of four inputs: SSE2 or ARM64's vectors.</summary>
internal readonly struct Sha256Lanes128(Vector128<uint> value) : ISha256Lanes<Sha256Lanes128>
{
    /// <summary>What the ternary logic instruction takes for the majority of its three operands.</summary>
    internal const byte MajorityTable = 0b1110_1000;

    private readonly Vector128<uint> _value = value;

    public Vector128<uint> Vector => _value;

    public static int Count => Vector128<uint>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes128 Create(uint word) => new(Vector128.Create(word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes128 operator +(Sha256Lanes128 left, Sha256Lanes128 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes128 operator |(Sha256Lanes128 left, Sha256Lanes128 right) => new(left._value | right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes128 operator >>>(Sha256Lanes128 words, int bits) => new(words._value >>> bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes128 operator <<(Sha256Lanes128 words, int bits) => new(words._value << bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes128 operator ^(Sha256Lanes128 left, Sha256Lanes128 right) => new(left._value ^ right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes128 XorRotated(
        Sha256Lanes128 words, [ConstantExpected] byte first, [ConstantExpected] byte second, [ConstantExpected] byte third) =>
        new(RotateRight(words._value, first) ^ RotateRight(words._value, second) ^ RotateRight(words._value, third));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes128 XorShifted(
        Sha256Lanes128 words, [ConstantExpected] byte first, [ConstantExpected] byte second, [ConstantExpected] byte shift) =>
        new(RotateRight(words._value, first) ^ RotateRight(words._value, second) ^ (words._value >>> shift));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes128 Choose(Sha256Lanes128 x, Sha256Lanes128 y, Sha256Lanes128 z) =>
        new(Vector128.ConditionalSelect(x._value, y._value, z._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes128 Majority(Sha256Lanes128 x, Sha256Lanes128 y, Sha256Lanes128 z, ref Sha256Lanes128 yXorZ)
    {
        if (Avx512F.VL.IsSupported)
            return new(Avx512F.VL.TernaryLogic(x._value, y._value, z._value, MajorityTable));
        Vector128<uint> xXorY = x._value ^ y._value;
        Vector128<uint> majority = (xXorY & yXorZ._value) ^ y._value;
        yXorZ = new(xXorY);
        return new(majority);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes128 SwapBytes(Sha256Lanes128 words) => new(Vector128.Shuffle(
        words._value.AsByte(),
        Vector128.Create(
            (byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes128 Gather(ref byte source, ref nuint offsets) =>
        new(Vector128.LoadUnsafe(ref source, offsets).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scatter(Sha256Lanes128 words, ref byte destination, ref nuint offsets) =>
        words._value.AsByte().StoreUnsafe(ref destination, offsets);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes128 ZipLow(Sha256Lanes128 left, Sha256Lanes128 right) => new(
        Sse2.IsSupported ? Sse2.UnpackLow(left._value, right._value)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(left._value, right._value)
        : Vector128.Create(left._value[0], right._value[0], left._value[1], right._value[1]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes128 ZipHigh(Sha256Lanes128 left, Sha256Lanes128 right) => new(
        Sse2.IsSupported ? Sse2.UnpackHigh(left._value, right._value)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(left._value, right._value)
        : Vector128.Create(left._value[2], right._value[2], left._value[3], right._value[3]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes128 PairLow(Sha256Lanes128 left, Sha256Lanes128 right) => new(
        Sse2.IsSupported ? Sse2.UnpackLow(left._value.AsUInt64(), right._value.AsUInt64()).AsUInt32()
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(left._value.AsUInt64(), right._value.AsUInt64()).AsUInt32()
        : Vector128.Create(left._value.GetLower(), right._value.GetLower()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sha256Lanes128 PairHigh(Sha256Lanes128 left, Sha256Lanes128 right) => new(
        Sse2.IsSupported ? Sse2.UnpackHigh(left._value.AsUInt64(), right._value.AsUInt64()).AsUInt32()
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(left._value.AsUInt64(), right._value.AsUInt64()).AsUInt32()
        : Vector128.Create(left._value.GetUpper(), right._value.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> RotateRight(Vector128<uint> words, [ConstantExpected] byte bits) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateRight(words, bits) : (words >>> bits) | (words << (32 - bits));
}
