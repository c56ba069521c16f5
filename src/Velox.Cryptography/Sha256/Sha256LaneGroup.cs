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

        var memory = new Memory<TLanes>(
            stackalloc TLanes[Sha256Constants.Rounds], stackalloc TLanes[Sha256Constants.StateWords],
            stackalloc byte[TLanes.Count * Sha256Constants.BlockSize],
            message.IsLastBlockConstant ? Sha256Padding.LastBlock(in message, stackalloc uint[Sha256Constants.Rounds]) : default);
        Span<nuint> inputOffsets = stackalloc nuint[TLanes.Count];
        Span<nuint> digestOffsets = stackalloc nuint[TLanes.Count];
        PadTails(memory.Tails, message.TailLength);

        while (count - first >= fewest)
        {
            // Lanes without an input of their own do the last one again, and write the same digest to the same place.
            for (int lane = 0; lane < TLanes.Count; lane++)
            {
                int index = Math.Min(first + lane, count - 1);
                inputOffsets[lane] = places.Input(index);
                digestOffsets[lane] = places.Digest(index);
            }

            Hash(in message, memory, ref inputs, inputOffsets);
            Sha256Transpose.Store(memory.State, ref digests, digestOffsets);
            first = Math.Min(first + TLanes.Count, count);
        }

        return first;
    }

    private static void Hash<TLanes>(in Sha256Message message, Memory<TLanes> memory, ref byte inputs, Span<nuint> offsets)
        where TLanes : unmanaged, ISha256Lanes<TLanes>
    {
        for (int i = 0; i < Sha256Constants.StateWords; i++)
            memory.State[i] = TLanes.Create(Sha256Constants.InitialState[i]);

        TLanes carry = TLanes.Create((uint)message.Prefix << 24);
        for (int block = 0; block < message.FullBlocks; block++)
        {
            Sha256Transpose.Load(ref Unsafe.Add(ref inputs, block * Sha256Constants.BlockSize), offsets, memory.Schedule);
            if (message.HasPrefix)
                Shift(memory.Schedule, ref carry);
            memory.Compress();
        }

        if (message.HasTail)
        {
            LoadTail(in message, memory, ref inputs, offsets);
            if (message.HasPrefix)
                Shift(memory.Schedule, ref carry);
            if (!message.HasLengthBlock)
                WriteLength(in message, memory.Schedule);
            memory.Compress();
        }

        if (message.IsLastBlockConstant)
        {
            memory.CompressPadding();
        }
        else if (message.HasLengthBlock)
        {
            memory.Schedule[..Sha256Constants.BlockWords].Clear();
            memory.Schedule[0] = carry;
            WriteLength(in message, memory.Schedule);
            memory.Compress();
        }
    }

    private static void LoadTail<TLanes>(in Sha256Message message, Memory<TLanes> memory, ref byte inputs, Span<nuint> offsets)
        where TLanes : unmanaged, ISha256Lanes<TLanes>
    {
        if (message.TailLength == 0)
        {
            memory.Schedule[..Sha256Constants.BlockWords].Clear();
            memory.Schedule[0] = TLanes.Create(Sha256Constants.EndOfMessage);
            return;
        }

        nuint start = (nuint)(message.FullBlocks * Sha256Constants.BlockSize);
        Span<nuint> tailOffsets = stackalloc nuint[TLanes.Count];
        for (int lane = 0; lane < TLanes.Count; lane++)
        {
            tailOffsets[lane] = (nuint)(lane * Sha256Constants.BlockSize);
            ref byte tail = ref Unsafe.Add(ref inputs, offsets[lane] + start);
            MemoryMarshal.CreateReadOnlySpan(ref tail, message.TailLength)
                .CopyTo(memory.Tails[(lane * Sha256Constants.BlockSize)..]);
        }

        Sha256Transpose.Load(ref MemoryMarshal.GetReference(memory.Tails), tailOffsets, memory.Schedule);
    }

    /// <summary>Writes what follows the data in the block of each lane's tail; it stays from group to group.</summary>
    private static void PadTails(Span<byte> tails, int tailLength)
    {
        tails.Clear();
        for (int end = tailLength; end < tails.Length; end += Sha256Constants.BlockSize)
            tails[end] = (byte)(Sha256Constants.EndOfMessage >> 24);
    }

    private static void WriteLength<TLanes>(in Sha256Message message, Span<TLanes> schedule)
        where TLanes : unmanaged, ISha256Lanes<TLanes>
    {
        schedule[14] = TLanes.Create((uint)(message.LengthBits >> 32));
        schedule[15] = TLanes.Create((uint)message.LengthBits);
    }

    /// <summary>Moves a block by one byte: the carry comes in before it, its last byte becomes the carry.</summary>
    private static void Shift<TLanes>(Span<TLanes> schedule, ref TLanes carry)
        where TLanes : unmanaged, ISha256Lanes<TLanes>
    {
        TLanes before = carry;
        for (int i = 0; i < Sha256Constants.BlockWords; i++)
        {
            TLanes word = schedule[i];
            schedule[i] = before | (word >>> 8);
            before = word << 24;
        }

        carry = before;
    }

    private readonly ref struct Memory<TLanes>(
        Span<TLanes> schedule, Span<TLanes> state, Span<byte> tails, ReadOnlySpan<uint> padding)
        where TLanes : unmanaged, ISha256Lanes<TLanes>
    {
        private readonly ReadOnlySpan<uint> _padding = padding;

        internal Span<TLanes> Schedule { get; } = schedule;

        internal Span<TLanes> State { get; } = state;

        /// <summary>A block for each lane.</summary>
        internal Span<byte> Tails { get; } = tails;

        /// <summary>Compresses the block that the schedule begins with.</summary>
        internal void Compress()
        {
            ref TLanes schedule = ref MemoryMarshal.GetReference(Schedule);
            Sha256Compression.Expand(ref schedule);
            Sha256Compression.Compress(ref MemoryMarshal.GetReference(State), new Sha256Schedule<TLanes>(ref schedule));
        }

        /// <summary>Compresses the last block where it is constant.</summary>
        internal void CompressPadding() => Sha256Compression.Compress(
            ref MemoryMarshal.GetReference(State),
            new Sha256ConstantSchedule<TLanes>(ref MemoryMarshal.GetReference(_padding)));
    }
}
