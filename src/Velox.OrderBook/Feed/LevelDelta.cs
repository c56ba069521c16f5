using System.Runtime.InteropServices;

namespace Velox.OrderBook;

/// <summary>A change of one of the best N levels of a side: 40 bytes, little-endian.</summary>
/// <remarks>
/// <code>
/// offset size field
///  0     8    sequence        consecutive per depth feed
///  8     8    eventSequence   of the event that caused it
/// 16     8    priceTicks
/// 24     8    lots            open lots of all orders at this price
/// 32     4    orders          how many; 0: the level is gone
/// 36     1    side
/// 37     3    zero
/// </code>
/// A level that comes in while there are N pushes the worst one out, without a delta of its own. Where one goes away and
/// there is another behind the N, that one follows as the next delta, with the same eventSequence.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public struct LevelDelta
{
    public const int Size = 40;

    public ulong Sequence;
    public ulong EventSequence;
    public ulong PriceTicks;
    public ulong Lots;
    public uint Orders;
    public Side Side;
}
