using System.Numerics;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>
/// Where things stand in the slab of a market, and how large they may be. docs/market-layout.md is the same in prose.
/// </summary>
/// <remarks>
/// The header page, then seats, price blocks, price levels (64 a block), orders, extras of orders and the buckets of the
/// index of client order ids, without gaps.
/// <para>
/// A seat is named by its index from 0. Blocks and orders are named by a <i>link</i>: 1 for the first node, 0 for none,
/// so that zeroed memory is an empty market and creating one touches the header page alone.
/// </para>
/// </remarks>
public static class MarketLayout
{
    /// <summary>The bytes "VELOXMKT" read as a little-endian u64.</summary>
    public const ulong Magic = 0x544B_4D58_4F4C_4556;

    public const uint Version = 3;

    public const int HeaderBytes = TrackedMemory.PageSize;

    public const int SeatBytes = 128;

    public const int BlockBytes = 64;

    public const int LevelBytes = 24;

    /// <summary>Prices of a block, as many as its bitmap has bits.</summary>
    public const int BlockTicks = 64;

    public const int OrderBytes = 64;

    public const int ExtraBytes = 32;

    public const int BucketBytes = 64;

    /// <summary>Solana's limit on the data of an account.</summary>
    public const int MaxAccountBytes = 10 * 1024 * 1024;

    /// <summary>Limit on a market in memory of its own.</summary>
    public const int MaxMarketBytes = 1024 * 1024 * 1024;

    /// <summary>Order messages name a seat with 16 bits.</summary>
    public const uint MaxSeats = 1 << 16;

    public const uint MaxBlocks = 1 << 18;

    /// <summary>Order ids name a node with <see cref="OrderLinkBits"/> bits.</summary>
    public const uint MaxOrders = (1 << OrderLinkBits) - 1;

    /// <summary>
    /// Cancelling all orders of a seat takes this many steps at most.
    /// </summary>
    public const uint MaxOpenOrdersPerSeat = MaxOrders;

    /// <summary>Ten percent.</summary>
    public const ushort MaxFeeBps = 1_000;

    /// <summary>
    /// An order id is sequence * 2^20 + link of its node; link 0 in the id of an order that cannot rest.
    /// </summary>
    public const int OrderLinkBits = 20;

    /// <summary>The last number an order can have: 2^44 - 1, half a year at a million orders a second.</summary>
    public const ulong MaxOrderSequence = (1UL << (64 - OrderLinkBits)) - 1;

    /// <summary>
    /// An AVL tree of <see cref="MaxBlocks"/> nodes is at most 25 high (26 takes 317,810): a longer path is corruption.
    /// </summary>
    public const int MaxTreeHeight = 25;

    /// <summary>Bytes that a market with these capacities needs.</summary>
    public static long RequiredBytes(uint orders, uint blocks, uint seats) =>
        BucketOffset(orders, blocks, seats) + ((long)BucketCapacity(orders) * BucketBytes);

    /// <summary>Where the price blocks begin.</summary>
    public static long BlockOffset(uint seats) => HeaderBytes + ((long)seats * SeatBytes);

    /// <summary>Where the levels begin.</summary>
    public static long LevelOffset(uint blocks, uint seats) => BlockOffset(seats) + ((long)blocks * BlockBytes);

    /// <summary>Where the orders begin.</summary>
    public static long OrderOffset(uint blocks, uint seats) => LevelOffset(blocks, seats) + ((long)blocks * (BlockTicks * LevelBytes));

    /// <summary>Where the extras of orders begin.</summary>
    public static long ExtraOffset(uint orders, uint blocks, uint seats) => OrderOffset(blocks, seats) + ((long)orders * OrderBytes);

    /// <summary>Where the buckets of the index begin: at a cache line.</summary>
    public static long BucketOffset(uint orders, uint blocks, uint seats) =>
        (ExtraOffset(orders, blocks, seats) + ((long)orders * ExtraBytes) + (BucketBytes - 1)) / BucketBytes * BucketBytes;

    /// <summary>Most buckets of the index of client order ids: the power of two that has one for 8 orders.</summary>
    public static uint BucketCapacity(uint orders) =>
        BitOperations.RoundUpToPowerOf2(Math.Max(1, orders / ClientOrderIndex.OrdersPerBucket));

    internal static bool AreValidCapacities(uint orders, uint blocks, uint seats) =>
        orders is > 0 and <= MaxOrders && blocks is > 0 and <= MaxBlocks && seats is > 0 and <= MaxSeats
        && RequiredBytes(orders, blocks, seats) <= MaxMarketBytes;
}
