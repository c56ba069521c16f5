using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>The sysvar that says of each of the last 1,048,576 slots whether it has a block.</summary>
/// <remarks>
/// 1 u8 (the words are there), word count u64, words u64, bit count u64, next slot u64 (solana-sdk, slot-history).
/// </remarks>
public static class SlotHistory
{
    /// <summary>Slots that are remembered.</summary>
    public const int MaxEntries = 1_048_576;

    /// <summary>Bytes of the account.</summary>
    public const int Size = NextSlotOffset + sizeof(ulong);

    private const int BitsOffset = 1 + sizeof(ulong);
    private const int BitCountOffset = BitsOffset + (MaxEntries / 8);
    private const int NextSlotOffset = BitCountOffset + sizeof(ulong);

    /// <summary>Whether a slot is remembered as one with a block.</summary>
    public static bool Contains(ReadOnlySpan<byte> data, ulong slot)
    {
        ulong next = BinaryPrimitives.ReadUInt64LittleEndian(data[NextSlotOffset..]);
        int bit = (int)(slot % MaxEntries);
        return slot < next && next - slot <= MaxEntries && (data[BitsOffset + (bit / 8)] >> (bit % 8) & 1) == 1;
    }

    /// <summary>The history of slot 0.</summary>
    internal static void Initialize(TrackedMemory memory)
    {
        Span<byte> head = memory.Write(0, BitsOffset);
        head[0] = 1;
        BinaryPrimitives.WriteUInt64LittleEndian(head[1..], MaxEntries / 64);
        memory.Write<byte>(BitsOffset) = 1;
        Span<byte> tail = memory.Write(BitCountOffset, 2 * sizeof(ulong));
        BinaryPrimitives.WriteUInt64LittleEndian(tail, MaxEntries);
        BinaryPrimitives.WriteUInt64LittleEndian(tail[sizeof(ulong)..], 1);
    }

    /// <summary>Adds a slot with a block; those skipped before it have none.</summary>
    internal static void Add(TrackedMemory memory, ulong slot)
    {
        ulong next = BinaryPrimitives.ReadUInt64LittleEndian(memory.Bytes[NextSlotOffset..]);
        if (slot > next && slot - next >= MaxEntries)
            memory.Write(BitsOffset, MaxEntries / 8).Clear();
        else
        {
            for (ulong skipped = next; skipped < slot; skipped++)
                memory.Write<byte>(ByteOf(skipped)) &= (byte)~MaskOf(skipped);
        }

        memory.Write<byte>(ByteOf(slot)) |= MaskOf(slot);
        BinaryPrimitives.WriteUInt64LittleEndian(memory.Write(NextSlotOffset, sizeof(ulong)), slot + 1);
    }

    private static int ByteOf(ulong slot) => BitsOffset + (int)(slot % MaxEntries / 8);

    private static byte MaskOf(ulong slot) => (byte)(1 << (int)(slot % 8));
}
