using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>One side of the book: 24 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 24)]
public struct BookSide
{
    /// <summary>Price of the best level; 0 when the side is empty.</summary>
    public ulong BestTicks;

    /// <summary>Number of the best level; 0 when the side is empty.</summary>
    public uint Best;

    public uint LevelCount;

    public uint OrderCount;
}

/// <summary>What a market is besides the plain case.</summary>
[Flags]
public enum MarketFlags : uint
{
    None = 0,

    /// <summary>
    /// Orders are matched and nothing else: no seats, balances, fees or checks of self-trades. The seat of an order is
    /// noted and not looked at.
    /// </summary>
    MatchingOnly = 1,
}

/// <summary>The beginning of a market: 768 bytes, the rest of its page is zero.</summary>
/// <remarks>
/// <code>
/// offset size field                          offset size field
///   0     8    magic                          140     4    usedBlocks
///   8     4    version                        144     4    bidRoot (link of a block)
///  12     4    flags                          148     4    seatCount
///  16     4    seatCapacity                   152     4    indexBuckets
///                                             156     4    indexedOrders
///  20     4    blockCapacity                  160     8    changes
///  24     4    orderCapacity                  168     8    lastTradePriceTicks
///  28     4    maxOpenOrdersPerSeat           176     8    tradeCount
///  32     8    lotSize                        184     8    specialOrders, askRoot (4 each)
///  40     8    tickSize                       192     8    quoteChanges
///  48     2    makerFeeBps                    200     8    bestBidTicks
///  50     2    takerFeeBps                    208     8    bestAskTicks
///  52     4    restrictions                   216    40    reserved
///  56     8    reserved
///  64     8    nextOrderSequence              256     8    baseTotal
///  72     8    nextEventSequence              264     8    quoteTotal
///  80    24    bids                           272     8    feesBase
/// 104    24    asks                           280     8    feesQuote
/// 128     4    freeOrder (link)               288    32    reserved
/// 132     4    usedOrders                     320    32    baseMint
/// 136     4    freeBlock (link)               352    32    quoteMint
///                                             384    32    baseVault
///                                             416    32    quoteVault
///                                             448    32    authority
///                                             480    32    reserved
///                                             512    32    phase and limits
///                                             544    96    uncross
///                                             640    64    bidHints
///                                             704    64    askHints
/// </code>
/// Each row of 64 bytes has its use: 0 is fixed at creation, 64 and 128 change with every operation, 192 with the best
/// prices only and is all that a reader of these touches, 256 is for money, 512 for auctions and limits, 640 and 704 are
/// for finding blocks.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct MarketHeader
{
    public const int Size = 768;

    private const int HintOffset = 640;

    /// <summary>Offset of the cache line with the best prices: a version, then bid and ask, 8 bytes each.</summary>
    public const int QuoteOffset = 192;

    /// <summary>Offset of <see cref="Changes"/>.</summary>
    public const int ChangesOffset = 160;

    [FieldOffset(0)] public ulong Magic;
    [FieldOffset(8)] public uint Version;
    [FieldOffset(12)] public MarketFlags Flags;
    [FieldOffset(16)] public uint SeatCapacity;
    [FieldOffset(20)] public uint BlockCapacity;
    [FieldOffset(24)] public uint OrderCapacity;
    [FieldOffset(28)] public uint MaxOpenOrdersPerSeat;
    [FieldOffset(32)] public ulong LotSize;
    [FieldOffset(40)] public ulong TickSize;
    [FieldOffset(48)] public short MakerFeeBps;
    [FieldOffset(50)] public ushort TakerFeeBps;

    /// <summary>Why orders need more checks than the plain ones. While it is none, operations take the short way.</summary>
    [FieldOffset(52)] public MarketRestrictions Restrictions;

    /// <summary>Number of the next order placed, from 1.</summary>
    [FieldOffset(64)] public ulong NextOrderSequence;

    [FieldOffset(72)] public ulong NextEventSequence;
    [FieldOffset(80)] public BookSide Bids;
    [FieldOffset(104)] public BookSide Asks;

    /// <summary>First of the order nodes that were used and freed.</summary>
    [FieldOffset(128)] public uint FreeOrder;

    /// <summary>Order nodes ever used: the links above this count have never been written.</summary>
    [FieldOffset(132)] public uint UsedOrders;

    /// <summary>First of the blocks that were used and freed.</summary>
    [FieldOffset(136)] public uint FreeBlock;

    /// <summary>Blocks ever used.</summary>
    [FieldOffset(140)] public uint UsedBlocks;

    /// <summary>Link of the block at the top of the bids' tree.</summary>
    [FieldOffset(144)] public uint BidRoot;

    /// <summary>Link of the block at the top of the asks' tree.</summary>
    [FieldOffset(188)] public uint AskRoot;

    /// <summary>Seats opened: indices 0..SeatCount-1.</summary>
    [FieldOffset(148)] public uint SeatCount;

    /// <summary>Buckets of the index of client order ids, at least 1.</summary>
    [FieldOffset(152)] public uint IndexBuckets;

    /// <summary>Open orders with a client order id.</summary>
    [FieldOffset(156)] public uint IndexedOrders;

    /// <summary>
    /// Open orders that are icebergs, have an expiry or wait for a trigger. While there are none, operations take the short
    /// way.
    /// </summary>
    [FieldOffset(184)] public uint SpecialOrders;

    /// <summary>
    /// Odd while an operation on orders writes, and other after each: what a reader beside the writer compares.
    /// </summary>
    [FieldOffset(ChangesOffset)] public ulong Changes;

    /// <summary>0 before the first trade.</summary>
    [FieldOffset(168)] public ulong LastTradePriceTicks;

    [FieldOffset(176)] public ulong TradeCount;

    /// <summary>Odd while the best prices are written, and other after each change of them.</summary>
    [FieldOffset(QuoteOffset)] public ulong QuoteChanges;

    /// <summary>0 when there are no bids.</summary>
    [FieldOffset(QuoteOffset + 8)] public ulong BestBidTicks;

    /// <summary>0 when there are no asks.</summary>
    [FieldOffset(QuoteOffset + 16)] public ulong BestAskTicks;

    /// <summary>
    /// Base atoms deposited less withdrawn: what the base vault owes. All balances and fees sum up to it, so none
    /// overflows.
    /// </summary>
    [FieldOffset(256)] public ulong BaseTotal;

    /// <summary>Quote atoms deposited less withdrawn.</summary>
    [FieldOffset(264)] public ulong QuoteTotal;

    [FieldOffset(272)] public ulong FeesBase;
    [FieldOffset(280)] public ulong FeesQuote;

    /// <summary>Orders with an expiry by slot, and by time.</summary>
    [FieldOffset(288)] public uint SlotExpiries;
    [FieldOffset(292)] public uint TimeExpiries;

    /// <summary>The waiting bid with the lowest trigger, and the ask with the highest (links).</summary>
    [FieldOffset(296)] public uint FirstStopBid;
    [FieldOffset(300)] public uint FirstStopAsk;

    /// <summary>
    /// The highest and the lowest last trade since a moment at which no stop was triggered and still waiting.
    /// </summary>
    [FieldOffset(304)] public ulong HighTicks;
    [FieldOffset(312)] public ulong LowTicks;

    [FieldOffset(320)] public Address BaseMint;
    [FieldOffset(352)] public Address QuoteMint;
    [FieldOffset(384)] public Address BaseVault;
    [FieldOffset(416)] public Address QuoteVault;
    [FieldOffset(448)] public Address Authority;

    [FieldOffset(512)] public MarketPhase Phase;

    /// <summary>How far a price may be from the reference, in basis points; 0 for any distance.</summary>
    [FieldOffset(516)] public uint PriceBandBps;

    /// <summary>The reference price before the first trade; 0 for none.</summary>
    [FieldOffset(520)] public ulong ReferenceTicks;

    /// <summary>Seats with limits of their own or stopped.</summary>
    [FieldOffset(528)] public uint RestrictedSeats;

    /// <summary>Zero but while an uncross goes on.</summary>
    [FieldOffset(544)] internal AuctionWalk Uncross;

    /// <summary>Where blocks of the bids and of the asks were found last.</summary>
    [FieldOffset(HintOffset)] internal BlockHints BidHints;
    [FieldOffset(HintOffset + BlockHints.Bytes)] internal BlockHints AskHints;

    /// <summary>Whether operations take the short way: <see cref="PlainOrders{TMode}"/>.</summary>
    internal readonly bool IsPlain => (SpecialOrders | (uint)Restrictions) == 0;

    internal readonly bool IsMatchingOnly => (Flags & MarketFlags.MatchingOnly) != 0;

    /// <summary>What auctions and price bands measure from: the last trade, before the first what was set; 0 for nothing.</summary>
    internal readonly ulong PriceReferenceTicks => LastTradePriceTicks != 0 ? LastTradePriceTicks : ReferenceTicks;

    /// <summary>What <see cref="Restrictions"/> must be.</summary>
    internal readonly MarketRestrictions RestrictionsNow =>
        (Phase == MarketPhase.Continuous ? 0 : MarketRestrictions.Phase)
        | (PriceBandBps == 0 ? 0 : MarketRestrictions.PriceBand)
        | (RestrictedSeats == 0 ? 0 : MarketRestrictions.Seats);

    internal readonly uint ReadRoot(Side side) => side == Side.Bid ? BidRoot : AskRoot;

    [UnscopedRef]
    internal ref uint RootOf(Side side) => ref side == Side.Bid ? ref BidRoot : ref AskRoot;

    [UnscopedRef]
    internal ref BookSide SideOf(Side side) => ref side == Side.Bid ? ref Bids : ref Asks;

    [UnscopedRef]
    internal readonly ref readonly BookSide ReadSide(Side side) => ref side == Side.Bid ? ref Bids : ref Asks;
}
