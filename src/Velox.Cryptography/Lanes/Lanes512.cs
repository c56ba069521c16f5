using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Velox.Cryptography;

/// <summary>Lanes of a vector of 512 bits: AVX-512.</summary>
internal readonly unsafe struct Lanes512<TWord> : ILanes<Vector512<TWord>, TWord>
    where TWord : unmanaged
{
    public static int Count => Vector512<TWord>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<TWord> Broadcast(TWord* word) => Vector512.Create(*word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<TWord> Load(TWord* words) => Vector512.Load(words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<TWord> value, TWord* words) => value.Store(words);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<TWord> Gather(byte** lanes, nint offset) => Vector512.Create(
        Lanes256<TWord>.Gather(lanes, offset), Lanes256<TWord>.Gather(lanes + (Count / 2), offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<TWord> ReverseBytes(Vector512<TWord> value) =>
        Vector512.Create(Lanes256<TWord>.ReverseBytes(value.GetLower()), Lanes256<TWord>.ReverseBytes(value.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<TWord> Add(Vector512<TWord> left, Vector512<TWord> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<TWord> Xor(Vector512<TWord> left, Vector512<TWord> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<TWord> Xor(Vector512<TWord> first, Vector512<TWord> second, Vector512<TWord> third) => Avx512F.IsSupported
        ? Avx512F.TernaryLogic(first.AsByte(), second.AsByte(), third.AsByte(), 0x96).As<byte, TWord>()
        : first ^ second ^ third;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<TWord> AndNot(Vector512<TWord> left, Vector512<TWord> right) => Vector512.AndNot(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<TWord> Choose(Vector512<TWord> mask, Vector512<TWord> ones, Vector512<TWord> zeros) =>
        Vector512.ConditionalSelect(mask, ones, zeros);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<TWord> Majority(Vector512<TWord> first, Vector512<TWord> second, Vector512<TWord> third) => Avx512F.IsSupported
        ? Avx512F.TernaryLogic(first.AsByte(), second.AsByte(), third.AsByte(), 0xE8).As<byte, TWord>()
        : (first & second) | (third & (first | second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<TWord> ShiftRight(Vector512<TWord> value, [ConstantExpected] byte bits) => value >>> bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<TWord> RotateRight(Vector512<TWord> value, [ConstantExpected] byte bits)
    {
        if (!Avx512F.IsSupported)
        {
            return Vector512.Create(
                Lanes256<TWord>.RotateRight(value.GetLower(), bits), Lanes256<TWord>.RotateRight(value.GetUpper(), bits));
        }

        return sizeof(TWord) == sizeof(uint)
            ? Avx512F.RotateRight(value.AsUInt32(), bits).As<uint, TWord>()
            : Avx512F.RotateRight(value.AsUInt64(), bits).As<ulong, TWord>();
    }
}
