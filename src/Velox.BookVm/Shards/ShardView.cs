using System.Runtime.InteropServices;

namespace Velox.BookVm;

/// <summary>What a shard shows beside its slab: one page of memory, mapped read-only into programs.</summary>
/// <remarks>
/// <code>
/// offset size field
///   0     4   shard           its number
///   4     4   shardCount
///  64    48   result          of the last operation of this shard: orderId, filledLots, restingLots, cancelledLots,
///                             cancelledOrders, reason (8 bytes each); all 0 when it was refused
/// 512   512   words           the shard's 64 words
/// </code>
/// The shard's writer stores. Any thread may load words: each is 8 aligned bytes and so never torn.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal unsafe struct ShardView
{
    internal const int Size = 4096;
    internal const int ResultOffset = 64;
    internal const int ResultWords = 6;
    internal const int WordsOffset = 512;

    [FieldOffset(0)] internal uint Shard;
    [FieldOffset(4)] internal uint ShardCount;
    [FieldOffset(ResultOffset)] internal fixed ulong Result[ResultWords];
    [FieldOffset(WordsOffset)] internal fixed ulong Words[ShardedBook.WordCount];
}
