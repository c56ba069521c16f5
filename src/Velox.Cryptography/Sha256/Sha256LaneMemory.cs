using System.Runtime.InteropServices;

namespace Velox.Cryptography;

/// <summary>What a group of lanes works on, on the stack of who hashes.</summary>
/// <param name="schedule">64 words.</param>
/// <param name="state">8 words.</param>
/// <param name="tails">A block for each lane.</param>
/// <param name="padding">Words and constants of the last block, added up, where it is the same for all.</param>
internal readonly ref struct Sha256LaneMemory<TLanes>(
    Span<TLanes> schedule, Span<TLanes> state, Span<byte> tails, ReadOnlySpan<uint> padding)
    where TLanes : unmanaged, ISha256Lanes<TLanes>
{
    private readonly ReadOnlySpan<uint> _padding = padding;

    /// <summary>The first 16 words are the block.</summary>
    internal Span<TLanes> Schedule { get; } = schedule;

    internal Span<TLanes> State { get; } = state;

    internal Span<byte> Tails { get; } = tails;

    /// <summary>Writes what follows the data in the block of each lane's tail; it stays from group to group.</summary>
    internal void PadTails(int tailLength)
    {
        if (tailLength == 0)
            return;
        Tails.Clear();
        for (int end = tailLength; end < Tails.Length; end += Sha256Constants.BlockSize)
            Tails[end] = (byte)(Sha256Constants.EndOfMessage >> 24);
    }

    internal void Begin()
    {
        for (int i = 0; i < Sha256Constants.StateWords; i++)
            State[i] = TLanes.Create(Sha256Constants.InitialState[i]);
    }

    /// <summary>Moves the block by one byte: the carry comes in before it, its last byte becomes the carry.</summary>
    internal void Shift(ref TLanes carry)
    {
        TLanes before = carry;
        foreach (ref TLanes word in Schedule[..Sha256Constants.BlockWords])
        {
            TLanes whole = word;
            word = before | (whole >>> 8);
            before = whole << 24;
        }

        carry = before;
    }

    internal void SetLength(ulong bits)
    {
        Schedule[14] = TLanes.Create((uint)(bits >> 32));
        Schedule[15] = TLanes.Create((uint)bits);
    }

    /// <summary>Compresses the block.</summary>
    internal void Compress()
    {
        Sha256Compression.Expand(ref MemoryMarshal.GetReference(Schedule));
        CompressExpanded();
    }

    /// <summary>Compresses a last block of which only the first word is not the same for all.</summary>
    internal void CompressLast(TLanes word, ulong lengthBits)
    {
        Schedule[..Sha256Constants.BlockWords].Clear();
        Schedule[0] = word;
        SetLength(lengthBits);
        if (lengthBits <= uint.MaxValue)
            Sha256Compression.ExpandSparse(ref MemoryMarshal.GetReference(Schedule));
        else
            Sha256Compression.Expand(ref MemoryMarshal.GetReference(Schedule));
        CompressExpanded();
    }

    /// <summary>Compresses the last block where it is the same for all.</summary>
    internal void CompressPadding() => Sha256Compression.Compress(
        ref MemoryMarshal.GetReference(State),
        new Sha256ConstantSchedule<TLanes>(ref MemoryMarshal.GetReference(_padding)));

    private void CompressExpanded() => Sha256Compression.Compress(
        ref MemoryMarshal.GetReference(State),
        new Sha256Schedule<TLanes>(ref MemoryMarshal.GetReference(Schedule)));
}
