using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Cryptography;

/// <summary>The compression of successive blocks of one message.</summary>
/// <remarks>
/// The rounds of a message go one after the other, but the schedules of its blocks do not depend on each other: vectors make
/// those of several blocks side by side, while the rounds of the blocks before them occupy the scalar units. That saves a third
/// of the time of long messages.
/// </remarks>
internal static class Sha256Blocks
{
    /// <summary>From so many blocks on, schedules are made side by side.</summary>
    private const int FewestInLanes = 4;

    /// <summary>Compresses whole blocks into a state.</summary>
    /// <param name="state">8 words.</param>
    /// <param name="blocks">A multiple of 64 bytes.</param>
    /// <param name="kernel">Of lanes, 16 would find too few blocks: they are 8.</param>
    internal static void Compress(Span<uint> state, ReadOnlySpan<byte> blocks, Sha256Kernel kernel)
    {
        kernel = Sha256Policy.Resolve(kernel);
        if (kernel >= Sha256Kernel.Instructions)
            CompressByInstructions(state, blocks);
        else
            CompressByWords(state, blocks, kernel);
    }

    private static unsafe void CompressByInstructions(Span<uint> state, ReadOnlySpan<byte> blocks)
    {
        // Unsafe: both are pinned, and the state is 8 words.
        fixed (uint* words = state)
        fixed (byte* bytes = blocks)
            Sha256Instructions.Compress(words, bytes, blocks.Length / Sha256Constants.BlockSize);
    }

    private static void CompressByWords(Span<uint> state, ReadOnlySpan<byte> blocks, Sha256Kernel kernel)
    {
        ref Sha256Word words = ref Unsafe.As<uint, Sha256Word>(ref MemoryMarshal.GetReference(state));
        if (kernel >= Sha256Kernel.Lanes8)
            blocks = CompressInLanes<Sha256Lanes256>(ref words, blocks);
        else if (kernel == Sha256Kernel.Lanes4)
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

        Span<TLanes> current = stackalloc TLanes[Sha256ScheduleMaker<TLanes>.Size];
        Span<TLanes> next = stackalloc TLanes[Sha256ScheduleMaker<TLanes>.Size];
        int count = Load(blocks, current);
        Sha256ScheduleMaker<TLanes>.MakeAll(current);
        for (int group = 0; count > 0; group++)
        {
            blocks = blocks[(count * Sha256Constants.BlockSize)..];
            int nextCount = Load(blocks, next);
            // Both memories take their turns; in the first of each they get the constants.
            if (nextCount > 0 && group < 2)
                Sha256ScheduleMaker<TLanes>.WriteConstants(next);
            ref TLanes sums = ref current[Sha256ScheduleMaker<TLanes>.SumsStart];
            if (nextCount > 0)
                CompressOverlapped(ref state, ref sums, ref MemoryMarshal.GetReference(next));
            else
                CompressLanes(ref state, ref sums, count);

            Span<TLanes> done = current;
            current = next;
            next = done;
            count = nextCount;
        }

        return blocks;
    }

    /// <summary>The last blocks, of which there may be fewer than lanes.</summary>
    private static void CompressLanes<TLanes>(ref Sha256Word state, ref TLanes sums, int count)
        where TLanes : unmanaged, ISha256Lanes<TLanes>
    {
        for (int lane = 0; lane < count; lane++)
            Sha256Compression.Compress(ref state, new Sha256LaneSchedule<TLanes>(ref sums, lane));
    }

    private static void CompressOverlapped<TLanes>(ref Sha256Word state, ref TLanes sums, ref TLanes next)
        where TLanes : unmanaged, ISha256Lanes<TLanes>
    {
        for (int lane = 0; lane < TLanes.Count; lane++)
            Sha256Compression.Compress(ref state, new Sha256OverlappedSchedule<TLanes>(ref sums, lane, ref next));
    }

    /// <summary>Lays the next blocks side by side, if there are enough; lanes without one take the last again.</summary>
    /// <returns>How many.</returns>
    private static int Load<TLanes>(ReadOnlySpan<byte> blocks, Span<TLanes> words)
        where TLanes : unmanaged, ISha256Lanes<TLanes>
    {
        int count = Math.Min(TLanes.Count, blocks.Length / Sha256Constants.BlockSize);
        if (count < FewestInLanes)
            return 0;
        Span<nuint> offsets = stackalloc nuint[TLanes.Count];
        for (int lane = 0; lane < TLanes.Count; lane++)
            offsets[lane] = (nuint)(Math.Min(lane, count - 1) * Sha256Constants.BlockSize);
        Sha256Transpose.Load(ref MemoryMarshal.GetReference(blocks), offsets, words);
        return count;
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
