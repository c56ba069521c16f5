using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Velox.BookVm;

/// <summary>Compares up to 256 prices with a bound: a mask, bit i for price i, and how many bits it has.</summary>
/// <remarks>
/// Prices are unsigned 64-bit numbers at any address. Every way gives the same bits. Bits of the last word behind the last price
/// are 0. What native code does in its place is in <see cref="PriceCheckEmitter"/>.
/// </remarks>
internal static class PriceCheck
{
    /// <summary>Words of the mask of so many prices.</summary>
    internal static int MaskWords(int prices) => (prices + 63) / 64;

    /// <summary>Checks with the widest vectors that the processor has.</summary>
    /// <param name="prices">At most 256.</param>
    /// <param name="bound">What they are compared with.</param>
    /// <param name="test">How.</param>
    /// <param name="mask"><see cref="MaskWords"/> words; written wholly.</param>
    /// <returns>How many prices pass.</returns>
    internal static int Run(ReadOnlySpan<ulong> prices, ulong bound, PriceTest test, Span<ulong> mask)
    {
        if (Vector512.IsHardwareAccelerated)
            return Run<Lanes512>(prices, bound, test, mask);
        return Vector256.IsHardwareAccelerated ? Run<Lanes256>(prices, bound, test, mask) : Run<Lanes128>(prices, bound, test, mask);
    }

    /// <summary>As above, with lanes of one width, which the framework emulates where the processor has them not.</summary>
    internal static int Run<TLanes>(ReadOnlySpan<ulong> prices, ulong bound, PriceTest test, Span<ulong> mask)
        where TLanes : struct, ILanes
    {
        int passing = 0;
        ref ulong first = ref MemoryMarshal.GetReference(prices);
        for (int word = 0; word < MaskWords(prices.Length); word++)
        {
            int start = word * 64;
            int end = Math.Min(start + 64, prices.Length);
            ulong bits = 0;
            int i = start;
            for (; i + TLanes.Count <= end; i += TLanes.Count)
                bits |= TLanes.Compare(ref Unsafe.Add(ref first, i), bound, test) << (i - start);
            for (; i < end; i++)
                bits |= (Passes(prices[i], bound, test) ? 1ul : 0) << (i - start);
            mask[word] = bits;
            passing += BitOperations.PopCount(bits);
        }

        return passing;
    }

    private static bool Passes(ulong price, ulong bound, PriceTest test) => test == PriceTest.AtMost ? price <= bound : price >= bound;

    /// <summary>Vectors of one width.</summary>
    internal interface ILanes
    {
        static abstract int Count { get; }

        /// <summary>A bit for each of the next prices.</summary>
        static abstract ulong Compare(ref ulong prices, ulong bound, PriceTest test);
    }

    /// <summary>AVX-512.</summary>
    internal readonly struct Lanes512 : ILanes
    {
        public static int Count => Vector512<ulong>.Count;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Compare(ref ulong prices, ulong bound, PriceTest test)
        {
            (var left, var right) = (Vector512.LoadUnsafe(ref prices), Vector512.Create(bound));
            return Vector512.ExtractMostSignificantBits(
                test == PriceTest.AtMost ? Vector512.LessThanOrEqual(left, right) : Vector512.GreaterThanOrEqual(left, right));
        }
    }

    /// <summary>AVX2.</summary>
    internal readonly struct Lanes256 : ILanes
    {
        public static int Count => Vector256<ulong>.Count;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Compare(ref ulong prices, ulong bound, PriceTest test)
        {
            (var left, var right) = (Vector256.LoadUnsafe(ref prices), Vector256.Create(bound));
            return Vector256.ExtractMostSignificantBits(
                test == PriceTest.AtMost ? Vector256.LessThanOrEqual(left, right) : Vector256.GreaterThanOrEqual(left, right));
        }
    }

    /// <summary>What every processor has.</summary>
    internal readonly struct Lanes128 : ILanes
    {
        public static int Count => Vector128<ulong>.Count;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static ulong Compare(ref ulong prices, ulong bound, PriceTest test)
        {
            (var left, var right) = (Vector128.LoadUnsafe(ref prices), Vector128.Create(bound));
            return Vector128.ExtractMostSignificantBits(
                test == PriceTest.AtMost ? Vector128.LessThanOrEqual(left, right) : Vector128.GreaterThanOrEqual(left, right));
        }
    }
}
