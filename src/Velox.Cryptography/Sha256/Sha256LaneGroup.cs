using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.Cryptography;

/// <summary>Hashes messages of equal length side by side, a lane each.</summary>
/// <remarks>
/// Blocks are taken from the inputs where they lie, as if there were no prefix; the prefix then shifts the words by a byte in
/// the registers, and what falls out is carried into the next block. So a prefix costs three operations a word, and only a
/// tail that is no whole block is copied.
/// References are used without checks: the callers have checked that all inputs and digests lie within their memory.
/// </remarks>
internal static class Sha256LaneGroup
{
    /// <summary>Hashes from one index on for as long as the lanes are worth it.</summary>
    /// <param name="message">What is the same of all.</param>
    /// <param name="places">Where they lie.</param>
    /// <param name="inputs">What the offsets of inputs count from.</param>
    /// <param name="digests">What the offsets of digests count from.</param>
    /// <param name="first">The first to hash.</param>
    /// <param name="count">Of the batch.</param>
    /// <param name="fewest">With fewer than so many left it is not worth it; at least 1.</param>
    /// <returns>The first that is not hashed.</returns>
    [SkipLocalsInit]
    internal static int Run<TLanes, TPlaces>(
        in Sha256Message message, TPlaces places, ref byte inputs, ref byte digests, int first, int count, int fewest)
        where TLanes : unmanaged, ISha256Lanes<TLanes>
        where TPlaces : struct, ISha256Places, allows ref struct
    {
        if (count - first < fewest)
            return first;

        var memory = new Sha256LaneMemory<TLanes>(
            stackalloc TLanes[Sha256Constants.Rounds], stackalloc TLanes[Sha256Constants.StateWords],
            stackalloc byte[TLanes.Count * Sha256Constants.BlockSize],
            message.IsLastBlockConstant ? Sha256Padding.LastBlock(in message, stackalloc uint[Sha256Constants.Rounds]) : default);
        Span<nuint> inputOffsets = stackalloc nuint[TLanes.Count];
        Span<nuint> digestOffsets = stackalloc nuint[TLanes.Count];
        memory.PadTails(message.TailLength);

        while (count - first >= fewest)
        {
            // Lanes without an input of their own do the last one again, and write the same digest to the same place.
            for (int lane = 0; lane < TLanes.Count; lane++)
            {
                int index = Math.Min(first + lane, count - 1);
                inputOffsets[lane] = places.Input(index);
                digestOffsets[lane] = places.Digest(index);
                places.Prefetch(ref inputs, Math.Min(index + TLanes.Count, count - 1));
            }

            Hash(in message, memory, ref inputs, inputOffsets);
            Sha256Transpose.Store(memory.State, ref digests, digestOffsets);
            first = Math.Min(first + TLanes.Count, count);
        }

        return first;
    }

    private static void Hash<TLanes>(
        in Sha256Message message, Sha256LaneMemory<TLanes> memory, ref byte inputs, Span<nuint> offsets)
        where TLanes : unmanaged, ISha256Lanes<TLanes>
    {
        memory.Begin();
        TLanes carry = TLanes.Create((uint)message.Prefix << 24);
        for (int block = 0; block < message.FullBlocks; block++)
        {
            Sha256Transpose.Load(ref Unsafe.Add(ref inputs, block * Sha256Constants.BlockSize), offsets, memory.Schedule);
            if (message.HasPrefix)
                memory.Shift(ref carry);
            memory.Compress();
        }

        if (message.TailLength > 0)
            HashTail(in message, memory, ref Unsafe.Add(ref inputs, message.FullBlocks * Sha256Constants.BlockSize), offsets, ref carry);
        else if (message.HasPrefix)
            memory.CompressLast(carry | TLanes.Create(Sha256Constants.EndOfMessage >> 8), message.LengthBits);

        if (message.IsLastBlockConstant)
            memory.CompressPadding();
        else if (message.HasLengthBlock)
            memory.CompressLast(carry, message.LengthBits);
    }

    /// <summary>Copies the tails to where the end of the message stands behind them already, and compresses their block.</summary>
    private static void HashTail<TLanes>(
        in Sha256Message message, Sha256LaneMemory<TLanes> memory, ref byte tails, Span<nuint> offsets, ref TLanes carry)
        where TLanes : unmanaged, ISha256Lanes<TLanes>
    {
        Span<nuint> copies = stackalloc nuint[TLanes.Count];
        for (int lane = 0; lane < TLanes.Count; lane++)
        {
            int copy = lane * Sha256Constants.BlockSize;
            copies[lane] = (nuint)copy;
            ref byte tail = ref Unsafe.Add(ref tails, offsets[lane]);
            MemoryMarshal.CreateReadOnlySpan(ref tail, message.TailLength).CopyTo(memory.Tails[copy..]);
        }

        Sha256Transpose.Load(ref MemoryMarshal.GetReference(memory.Tails), copies, memory.Schedule);
        if (message.HasPrefix)
            memory.Shift(ref carry);
        if (!message.HasLengthBlock)
            memory.SetLength(message.LengthBits);
        memory.Compress();
    }
}
