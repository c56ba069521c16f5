using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Velox.Cryptography;

/// <summary>One lane: plain words.</summary>
internal readonly unsafe struct ScalarLanes<TWord> : ILanes<TWord, TWord>
    where TWord : unmanaged, IBinaryInteger<TWord>
{
    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWord Broadcast(TWord* word) => *word;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWord Load(TWord* words) => *words;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(TWord value, TWord* words) => *words = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWord Gather(byte** lanes, nint offset) => Unsafe.ReadUnaligned<TWord>(lanes[0] + offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWord ReverseBytes(TWord value) => sizeof(TWord) == sizeof(uint)
        ? Unsafe.BitCast<uint, TWord>(BinaryPrimitives.ReverseEndianness(Unsafe.BitCast<TWord, uint>(value)))
        : Unsafe.BitCast<ulong, TWord>(BinaryPrimitives.ReverseEndianness(Unsafe.BitCast<TWord, ulong>(value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWord Add(TWord left, TWord right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWord Xor(TWord left, TWord right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWord Xor(TWord first, TWord second, TWord third) => first ^ second ^ third;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWord AndNot(TWord left, TWord right) => left & ~right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWord Choose(TWord mask, TWord ones, TWord zeros) => zeros ^ (mask & (ones ^ zeros));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWord Majority(TWord first, TWord second, TWord third) => (first & second) | (third & (first | second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWord ShiftRight(TWord value, [ConstantExpected] byte bits) => value >>> bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWord RotateRight(TWord value, [ConstantExpected] byte bits) => TWord.RotateRight(value, bits);
}
