using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>The tree and the ends of one side of the book: 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
public struct BookSide
{
    /// <summary>Link of the level at the top of the tree.</summary>
    public uint Root;

    /// <summary>Link of the level with the best price.</summary>
    public uint Best;

    public uint LevelCount;

    public uint OrderCount;
}

/// <summary>The beginning of a market: 352 bytes, the rest of its page is zero.</summary>
/// <remarks>
/// <code>
/// offset size field                          offset size field
///   0     8    magic                          112     4    freeOrder (link)
///   8     4    version                        116     4    usedOrders
///  12     4    flags, zero                    120     4    freeLevel (link)
///  16     4    seatCapacity                   124     4    usedLevels
///  20     4    levelCapacity                  128     8    baseTotal
///  24     4    orderCapacity                  136     8    quoteTotal
///  28     4    maxOpenOrdersPerSeat           144     8    feesBase
///  32     8    lotSize                        152     8    feesQuote
///  40     8    tickSize                       160     8    lastTradePriceTicks
///  48     2    makerFeeBps                    168     8    tradeCount
///  50     2    takerFeeBps                    176     4    seatCount
///  52    12    reserved                       180    12    reserved
///  64     8    nextOrderSequence              192    32    baseMint
///  72     8    nextEventSequence              224    32    quoteMint
///  80    16    bids                           256    32    baseVault
///  96    16    asks                           288    32    quoteVault
///                                             320    32    authority
/// </code>
/// Bytes 0..63 are fixed at creation; 64..191 change with every operation and fill two cache lines.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct MarketHeader
{
    public const int Size = 352;

    [FieldOffset(0)] public ulong Magic;
    [FieldOffset(8)] public uint Version;
    [FieldOffset(12)] public uint Flags;
    [FieldOffset(16)] public uint SeatCapacity;
    [FieldOffset(20)] public uint LevelCapacity;
    [FieldOffset(24)] public uint OrderCapacity;
    [FieldOffset(28)] public uint MaxOpenOrdersPerSeat;
    [FieldOffset(32)] public ulong LotSize;
    [FieldOffset(40)] public ulong TickSize;
    [FieldOffset(48)] public ushort MakerFeeBps;
    [FieldOffset(50)] public ushort TakerFeeBps;

    /// <summary>Number of the next order placed, from 1.</summary>
    [FieldOffset(64)] public ulong NextOrderSequence;

    [FieldOffset(72)] public ulong NextEventSequence;
    [FieldOffset(80)] public BookSide Bids;
    [FieldOffset(96)] public BookSide Asks;

    /// <summary>First of the order nodes that were used and freed.</summary>
    [FieldOffset(112)] public uint FreeOrder;

    /// <summary>Order nodes ever used: the links above this count have never been written.</summary>
    [FieldOffset(116)] public uint UsedOrders;

    /// <summary>First of the level nodes that were used and freed.</summary>
    [FieldOffset(120)] public uint FreeLevel;

    /// <summary>Level nodes ever used.</summary>
    [FieldOffset(124)] public uint UsedLevels;

    /// <summary>
    /// Base atoms deposited less withdrawn: what the base vault owes. All balances and fees sum up to it, so none
    /// overflows.
    /// </summary>
    [FieldOffset(128)] public ulong BaseTotal;

    /// <summary>Quote atoms deposited less withdrawn.</summary>
    [FieldOffset(136)] public ulong QuoteTotal;

    [FieldOffset(144)] public ulong FeesBase;
    [FieldOffset(152)] public ulong FeesQuote;

    /// <summary>0 before the first trade.</summary>
    [FieldOffset(160)] public ulong LastTradePriceTicks;

    [FieldOffset(168)] public ulong TradeCount;

    /// <summary>Seats opened: indices 0..SeatCount-1.</summary>
    [FieldOffset(176)] public uint SeatCount;

    [FieldOffset(192)] public Address BaseMint;
    [FieldOffset(224)] public Address QuoteMint;
    [FieldOffset(256)] public Address BaseVault;
    [FieldOffset(288)] public Address QuoteVault;
    [FieldOffset(320)] public Address Authority;

    [UnscopedRef]
    internal ref BookSide SideOf(Side side) => ref side == Side.Bid ? ref Bids : ref Asks;

    [UnscopedRef]
    internal readonly ref readonly BookSide ReadSide(Side side) => ref side == Side.Bid ? ref Bids : ref Asks;
}
