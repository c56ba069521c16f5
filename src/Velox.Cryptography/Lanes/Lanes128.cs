using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Velox.Cryptography;

/// <summary>Lanes of a vector of 128 bits: SSE2 or ARM64's.</summary>
internal readonly unsafe struct Lanes128<TWord> : ILanes<Vector128<TWord>, TWord>
    where TWord : unmanaged
{
    public static int Count => Vector128<TWord>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<TWord> Broadcast(TWord* word) => Vector128.Create(*word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<TWord> Load(TWord* words) => Vector128.Load(words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<TWord> value, TWord* words) => value.Store(words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<TWord> Gather(byte** lanes, nint offset) => sizeof(TWord) == sizeof(uint)
        ? Vector128.Create(
            *(uint*)(lanes[0] + offset), *(uint*)(lanes[1] + offset), *(uint*)(lanes[2] + offset), *(uint*)(lanes[3] + offset)).As<uint, TWord>()
        : Vector128.Create(*(ulong*)(lanes[0] + offset), *(ulong*)(lanes[1] + offset)).As<ulong, TWord>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<TWord> ReverseBytes(Vector128<TWord> value) => Vector128.Shuffle(
        value.AsByte(),
        sizeof(TWord) == sizeof(uint)
            ? Vector128.Create((byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)
            : Vector128.Create((byte)7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8)).As<byte, TWord>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<TWord> Add(Vector128<TWord> left, Vector128<TWord> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<TWord> Xor(Vector128<TWord> left, Vector128<TWord> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<TWord> Xor(Vector128<TWord> first, Vector128<TWord> second, Vector128<TWord> third) => first ^ second ^ third;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<TWord> AndNot(Vector128<TWord> left, Vector128<TWord> right) => Vector128.AndNot(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<TWord> Choose(Vector128<TWord> mask, Vector128<TWord> ones, Vector128<TWord> zeros) =>
        Vector128.ConditionalSelect(mask, ones, zeros);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<TWord> Majority(Vector128<TWord> first, Vector128<TWord> second, Vector128<TWord> third) =>
        (first & second) | (third & (first | second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<TWord> ShiftRight(Vector128<TWord> value, [ConstantExpected] byte bits) => value >>> bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<TWord> RotateRight(Vector128<TWord> value, [ConstantExpected] byte bits)
    {
        if (Avx512F.VL.IsSupported)
        {
            return sizeof(TWord) == sizeof(uint)
                ? Avx512F.VL.RotateRight(value.AsUInt32(), bits).As<uint, TWord>()
                : Avx512F.VL.RotateRight(value.AsUInt64(), bits).As<ulong, TWord>();
        }

        // A rotation by whole bytes is one shuffle; any other is two shifts and an OR.
        return (sizeof(TWord), bits) switch
        {
            (sizeof(uint), 8) => Shuffle(value, Vector128.Create((byte)1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12)),
            (sizeof(uint), 16) => Shuffle(value, Vector128.Create((byte)2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)),
            (sizeof(ulong), 8) => Shuffle(value, Vector128.Create((byte)1, 2, 3, 4, 5, 6, 7, 0, 9, 10, 11, 12, 13, 14, 15, 8)),
            (sizeof(ulong), 56) => Shuffle(value, Vector128.Create((byte)7, 0, 1, 2, 3, 4, 5, 6, 15, 8, 9, 10, 11, 12, 13, 14)),
            _ => (value >>> bits) | (value << ((8 * sizeof(TWord)) - bits)),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<TWord> Shuffle(Vector128<TWord> value, Vector128<byte> indices) =>
        Vector128.Shuffle(value.AsByte(), indices).As<byte, TWord>();
}
