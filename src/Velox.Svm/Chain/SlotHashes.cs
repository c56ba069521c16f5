using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>The sysvar of the last 512 slots with the hashes of their blocks.</summary>
/// <remarks>Count u64, then slot u64 and hash of each, newest first (solana-sdk, slot-hashes).</remarks>
public static class SlotHashes
{
    /// <summary>Most entries.</summary>
    public const int MaxEntries = 512;

    /// <summary>Bytes of the account, used or not.</summary>
    public const int Size = HeadSize + (MaxEntries * EntrySize);

    private const int HeadSize = sizeof(ulong);
    private const int EntrySize = sizeof(ulong) + Hash256.Size;

    /// <summary>How many entries there are; 0 where the data is cut off.</summary>
    public static int Count(ReadOnlySpan<byte> data) => data.Length < HeadSize
        ? 0
        : (int)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(data), (ulong)((data.Length - HeadSize) / EntrySize));

    /// <summary>The slot of an entry; 0 is the newest.</summary>
    public static ulong SlotAt(ReadOnlySpan<byte> data, int index) =>
        BinaryPrimitives.ReadUInt64LittleEndian(data[(HeadSize + (index * EntrySize))..]);

    /// <summary>The hash of an entry.</summary>
    public static Hash256 HashAt(ReadOnlySpan<byte> data, int index) =>
        new(data.Slice(HeadSize + (index * EntrySize) + sizeof(ulong), Hash256.Size));

    /// <summary>The position of a slot, or -1. Slots fall from entry to entry.</summary>
    public static int IndexOf(ReadOnlySpan<byte> data, ulong slot)
    {
        int low = 0;
        int high = Count(data) - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            ulong found = SlotAt(data, middle);
            if (found == slot)
                return middle;
            if (found > slot)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return -1;
    }

    /// <summary>Puts a slot before all others; the oldest goes where there are too many.</summary>
    internal static void Add(TrackedMemory memory, ulong slot, Hash256 hash)
    {
        int count = Math.Min(Count(memory.Bytes) + 1, MaxEntries);
        Span<byte> used = memory.Write(0, HeadSize + (count * EntrySize));
        BinaryPrimitives.WriteUInt64LittleEndian(used, (ulong)count);
        Span<byte> entries = used[HeadSize..];
        entries[..^EntrySize].CopyTo(entries[EntrySize..]);
        BinaryPrimitives.WriteUInt64LittleEndian(entries, slot);
        hash.Span.CopyTo(entries[sizeof(ulong)..]);
    }
}
