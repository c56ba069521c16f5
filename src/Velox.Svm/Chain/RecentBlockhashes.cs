using System.Buffers.Binary;
using Velox.Primitives;

namespace Velox.Svm;

/// <summary>The sysvar of the last 150 blockhashes: deprecated, but nonce instructions name it.</summary>
/// <remarks>Count u64, then hash and lamports per signature u64 of each, newest first (solana-sdk, sysvar, recent_blockhashes).</remarks>
public static class RecentBlockhashes
{
    /// <summary>Most entries.</summary>
    public const int MaxEntries = 150;

    /// <summary>Bytes of the account, used or not.</summary>
    public const int Size = HeadSize + (MaxEntries * EntrySize);

    private const int HeadSize = sizeof(ulong);
    private const int EntrySize = Hash256.Size + sizeof(ulong);

    /// <summary>How many entries there are.</summary>
    public static int Count(ReadOnlySpan<byte> data) => data.Length < HeadSize
        ? 0
        : (int)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(data), MaxEntries);

    internal static void Add(TrackedMemory memory, Hash256 hash)
    {
        int count = Math.Min(Count(memory.Bytes) + 1, MaxEntries);
        Span<byte> used = memory.Write(0, HeadSize + (count * EntrySize));
        BinaryPrimitives.WriteUInt64LittleEndian(used, (ulong)count);
        Span<byte> entries = used[HeadSize..];
        entries[..^EntrySize].CopyTo(entries[EntrySize..]);
        hash.Span.CopyTo(entries);
        BinaryPrimitives.WriteUInt64LittleEndian(entries[Hash256.Size..], TransactionExecutor.LamportsPerSignature);
    }
}
