using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Velox.Cryptography;

/// <summary>Lanes of a vector of 256 bits: AVX2.</summary>
internal readonly unsafe struct Lanes256<TWord> : ILanes<Vector256<TWord>, TWord>
    where TWord : unmanaged
{
    public static int Count => Vector256<TWord>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<TWord> Broadcast(TWord* word) => Vector256.Create(*word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<TWord> Load(TWord* words) => Vector256.Load(words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<TWord> value, TWord* words) => value.Store(words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<TWord> Gather(byte** lanes, nint offset) => sizeof(TWord) == sizeof(uint)
        ? Vector256.Create(
            *(uint*)(lanes[0] + offset), *(uint*)(lanes[1] + offset), *(uint*)(lanes[2] + offset), *(uint*)(lanes[3] + offset),
            *(uint*)(lanes[4] + offset), *(uint*)(lanes[5] + offset), *(uint*)(lanes[6] + offset), *(uint*)(lanes[7] + offset)).As<uint, TWord>()
        : Vector256.Create(
            *(ulong*)(lanes[0] + offset), *(ulong*)(lanes[1] + offset),
            *(ulong*)(lanes[2] + offset), *(ulong*)(lanes[3] + offset)).As<ulong, TWord>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<TWord> ReverseBytes(Vector256<TWord> value) =>
        Vector256.Create(Lanes128<TWord>.ReverseBytes(value.GetLower()), Lanes128<TWord>.ReverseBytes(value.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<TWord> Add(Vector256<TWord> left, Vector256<TWord> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<TWord> Xor(Vector256<TWord> left, Vector256<TWord> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<TWord> Xor(Vector256<TWord> first, Vector256<TWord> second, Vector256<TWord> third) => first ^ second ^ third;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<TWord> AndNot(Vector256<TWord> left, Vector256<TWord> right) => Vector256.AndNot(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<TWord> Choose(Vector256<TWord> mask, Vector256<TWord> ones, Vector256<TWord> zeros) =>
        Vector256.ConditionalSelect(mask, ones, zeros);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<TWord> Majority(Vector256<TWord> first, Vector256<TWord> second, Vector256<TWord> third) =>
        (first & second) | (third & (first | second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<TWord> ShiftRight(Vector256<TWord> value, [ConstantExpected] byte bits) => value >>> bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<TWord> RotateRight(Vector256<TWord> value, [ConstantExpected] byte bits)
    {
        if (Avx512F.VL.IsSupported)
        {
            return sizeof(TWord) == sizeof(uint)
                ? Avx512F.VL.RotateRight(value.AsUInt32(), bits).As<uint, TWord>()
                : Avx512F.VL.RotateRight(value.AsUInt64(), bits).As<ulong, TWord>();
        }

        // A rotation by whole bytes is one shuffle; any other is two shifts and an OR.
        if (!Avx2.IsSupported)
            return (value >>> bits) | (value << ((8 * sizeof(TWord)) - bits));
        return (sizeof(TWord), bits) switch
        {
            (sizeof(uint), 8) => Shuffle(value, 0x04_07_06_05_00_03_02_01, 0x0C_0F_0E_0D_08_0B_0A_09),
            (sizeof(uint), 16) => Shuffle(value, 0x05_04_07_06_01_00_03_02, 0x0D_0C_0F_0E_09_08_0B_0A),
            (sizeof(ulong), 8) => Shuffle(value, 0x00_07_06_05_04_03_02_01, 0x08_0F_0E_0D_0C_0B_0A_09),
            (sizeof(ulong), 56) => Shuffle(value, 0x06_05_04_03_02_01_00_07, 0x0E_0D_0C_0B_0A_09_08_0F),
            _ => (value >>> bits) | (value << ((8 * sizeof(TWord)) - bits)),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<TWord> Shuffle(Vector256<TWord> value, ulong low, ulong high) =>
        Avx2.Shuffle(value.AsByte(), Vector256.Create(low, high, low, high).AsByte()).As<byte, TWord>();
}
