using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Cryptography;

/// <summary>The compression of successive blocks of one message.</summary>
/// <remarks>
/// The rounds of a message go one after the other, but the schedules of its blocks do not depend on each other: vectors make
/// those of several blocks side by side, which saves about a quarter of the time.
/// </remarks>
internal static class Sha256Blocks
{
    /// <summary>From so many blocks on, schedules are made side by side.</summary>
    private const int FewestInLanes = 3;

    /// <summary>Compresses whole blocks into a state.</summary>
    /// <param name="state">8 words.</param>
    /// <param name="blocks">A multiple of 64 bytes.</param>
    /// <param name="width">Of the vectors that make the schedules; wider ones than AVX2's find too few blocks.</param>
    internal static void Compress(Span<uint> state, ReadOnlySpan<byte> blocks, VectorWidth width)
    {
        ref Sha256Word words = ref Unsafe.As<uint, Sha256Word>(ref MemoryMarshal.GetReference(state));
        if (width >= VectorWidth.Bits256)
            blocks = CompressInLanes<Sha256Lanes256>(ref words, blocks);
        else if (width == VectorWidth.Bits128)
            blocks = CompressInLanes<Sha256Lanes128>(ref words, blocks);
        for (; !blocks.IsEmpty; blocks = blocks[Sha256Constants.BlockSize..])
            CompressOne(ref words, blocks);
    }

    /// <returns>The blocks that are left: too few for lanes.</returns>
    [SkipLocalsInit]
    private static ReadOnlySpan<byte> CompressInLanes<TLanes>(ref Sha256Word state, ReadOnlySpan<byte> blocks)
        where TLanes : unmanaged, ISha256Lanes<TLanes>
    {
        if (blocks.Length < FewestInLanes * Sha256Constants.BlockSize)
            return blocks;

        Span<TLanes> schedule = stackalloc TLanes[Sha256Constants.Rounds];
        Span<nuint> offsets = stackalloc nuint[TLanes.Count];
        ref TLanes words = ref MemoryMarshal.GetReference(schedule);
        while (blocks.Length >= FewestInLanes * Sha256Constants.BlockSize)
        {
            int count = Math.Min(TLanes.Count, blocks.Length / Sha256Constants.BlockSize);
            for (int lane = 0; lane < TLanes.Count; lane++)
                offsets[lane] = (nuint)(Math.Min(lane, count - 1) * Sha256Constants.BlockSize);
            Sha256Transpose.Load(ref MemoryMarshal.GetReference(blocks), offsets, schedule);
            Sha256Compression.Expand(ref words);
            for (int t = 0; t < Sha256Constants.Rounds; t++)
                schedule[t] += TLanes.Create(Sha256Constants.RoundConstants[t]);
            for (int lane = 0; lane < count; lane++)
                Sha256Compression.Compress(ref state, new Sha256LaneSchedule<TLanes>(ref words, lane));
            blocks = blocks[(count * Sha256Constants.BlockSize)..];
        }

        return blocks;
    }

    [SkipLocalsInit]
    private static void CompressOne(ref Sha256Word state, ReadOnlySpan<byte> block)
    {
        Span<uint> schedule = stackalloc uint[Sha256Constants.Rounds];
        BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, uint>(block[..Sha256Constants.BlockSize]), schedule);
        ref Sha256Word words = ref Unsafe.As<uint, Sha256Word>(ref MemoryMarshal.GetReference(schedule));
        Sha256Compression.Expand(ref words);
        Sha256Compression.Compress(ref state, new Sha256Schedule<Sha256Word>(ref words));
    }
}
