using System.Runtime.InteropServices;

namespace Velox.BookVm;

/// <summary>What a shard shows: one page of memory, mapped read-only into programs, its first line read by any thread.</summary>
/// <remarks>
/// <code>
/// offset size field
///   0     8   bestBidTicks    highest bid, 0 for none
///   8     8   bestAskTicks    lowest ask, 0 for none
///  16     8   operations      operations that changed the book
///  24     4   shard           its number
///  28     4   shardCount
///  64    48   result          of the last operation of this shard: orderId, filledLots, restingLots, cancelledLots,
///                             cancelledOrders, reason (8 bytes each); all 0 when it was refused
/// 512   512   words           the shard's 64 words
/// </code>
/// The shard's writer stores, everyone may load: each field is 8 aligned bytes and so never torn. Fields belong together only for
/// the program that runs on the shard.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal unsafe struct ShardView
{
    internal const int SizeLog2 = 12;
    internal const int Size = 1 << SizeLog2;
    internal const int BestBidOffset = 0;
    internal const int BestAskOffset = 8;
    internal const int ResultOffset = 64;
    internal const int ResultWords = 6;
    internal const int WordsOffset = 512;

    [FieldOffset(BestBidOffset)] internal ulong BestBidTicks;
    [FieldOffset(BestAskOffset)] internal ulong BestAskTicks;
    [FieldOffset(16)] internal ulong Operations;
    [FieldOffset(24)] internal uint Shard;
    [FieldOffset(28)] internal uint ShardCount;
    [FieldOffset(ResultOffset)] internal fixed ulong Result[ResultWords];
    [FieldOffset(WordsOffset)] internal fixed ulong Words[ShardedBook.WordCount];
}
