using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Velox.Cryptography;

/// <summary>Turns blocks, one a lane, into rows of one word of each lane, and back.</summary>
/// <remarks>In squares of 4 x 4 words of 32 bits, which vectors of 128 bits turn on every processor.</remarks>
internal static unsafe class LaneTranspose
{
    private const int Side = 4;

    /// <param name="lanes">The address of each lane's words.</param>
    /// <param name="count">How many lanes: 1, or a multiple of 4.</param>
    /// <param name="words">Words of a lane, a multiple of 4.</param>
    /// <param name="rows">A row for each word.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void ToRows(byte** lanes, int count, int words, uint* rows)
    {
        if (count == 1)
        {
            Unsafe.CopyBlockUnaligned(rows, lanes[0], (uint)(words * sizeof(uint)));
            return;
        }

        for (int word = 0; word < words; word += Side)
        {
            for (int lane = 0; lane < count; lane += Side)
            {
                int offset = word * sizeof(uint);
                Square(
                    (uint*)(lanes[lane] + offset), (uint*)(lanes[lane + 1] + offset),
                    (uint*)(lanes[lane + 2] + offset), (uint*)(lanes[lane + 3] + offset),
                    rows + (word * count) + lane, count);
            }
        }
    }

    /// <param name="rows">A row for each word.</param>
    /// <param name="count">How many lanes: 1, or a multiple of 4.</param>
    /// <param name="words">Words of a lane, a multiple of 4.</param>
    /// <param name="lanes">Takes the lanes' words, lane behind lane.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void FromRows(uint* rows, int count, int words, uint* lanes)
    {
        if (count == 1)
        {
            Unsafe.CopyBlockUnaligned(lanes, rows, (uint)(words * sizeof(uint)));
            return;
        }

        for (int lane = 0; lane < count; lane += Side)
        {
            for (int word = 0; word < words; word += Side)
            {
                uint* corner = rows + (word * count) + lane;
                Square(corner, corner + count, corner + (2 * count), corner + (3 * count), lanes + (lane * words) + word, words);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Square(uint* a, uint* b, uint* c, uint* d, uint* output, int distance)
    {
        Vector128<uint> first = Vector128.Load(a);
        Vector128<uint> second = Vector128.Load(b);
        Vector128<uint> third = Vector128.Load(c);
        Vector128<uint> fourth = Vector128.Load(d);
        Vector128<ulong> left = ZipLow(first, second).AsUInt64();
        Vector128<ulong> right = ZipLow(third, fourth).AsUInt64();
        ZipLow(left, right).AsUInt32().Store(output);
        ZipHigh(left, right).AsUInt32().Store(output + distance);
        left = ZipHigh(first, second).AsUInt64();
        right = ZipHigh(third, fourth).AsUInt64();
        ZipLow(left, right).AsUInt32().Store(output + (2 * distance));
        ZipHigh(left, right).AsUInt32().Store(output + (3 * distance));
    }

    // The framework has no name for these on every processor.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> ZipLow(Vector128<uint> even, Vector128<uint> odd)
    {
        if (Sse2.IsSupported)
            return Sse2.UnpackLow(even, odd);
        return AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(even, odd) : PortableZip(even, odd, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> ZipHigh(Vector128<uint> even, Vector128<uint> odd)
    {
        if (Sse2.IsSupported)
            return Sse2.UnpackHigh(even, odd);
        return AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(even, odd) : PortableZip(even, odd, 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> ZipLow(Vector128<ulong> even, Vector128<ulong> odd)
    {
        if (Sse2.IsSupported)
            return Sse2.UnpackLow(even, odd);
        return AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(even, odd) : Vector128.Create(even[0], odd[0]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> ZipHigh(Vector128<ulong> even, Vector128<ulong> odd)
    {
        if (Sse2.IsSupported)
            return Sse2.UnpackHigh(even, odd);
        return AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(even, odd) : Vector128.Create(even[1], odd[1]);
    }

    /// <summary>Two words of each from an index on, in turn.</summary>
    internal static Vector128<uint> PortableZip(Vector128<uint> even, Vector128<uint> odd, uint first) =>
        Vector128.Create(even[(int)first], odd[(int)first], even[(int)first + 1], odd[(int)first + 1]);
}
