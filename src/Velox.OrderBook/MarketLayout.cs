using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>
/// Where things stand in the slab of a market, and how large they may be. docs/market-layout.md is the same in prose.
/// </summary>
/// <remarks>
/// The header page, then seats, levels and orders without gaps. Node sizes divide the page and every array starts at
/// a multiple of its node size, so no node lies in two pages.
/// <para>
/// A seat is named by its index from 0. Levels and orders are named by a <i>link</i>: 1 for the first node, 0 for none,
/// so that zeroed memory is an empty market and creating one touches the header page alone.
/// </para>
/// </remarks>
public static class MarketLayout
{
    /// <summary>The bytes "VELOXMKT" read as a little-endian u64.</summary>
    public const ulong Magic = 0x544B_4D58_4F4C_4556;

    public const uint Version = 1;

    public const int HeaderBytes = TrackedMemory.PageSize;

    public const int SeatBytes = 128;

    public const int LevelBytes = 64;

    public const int OrderBytes = 64;

    /// <summary>Solana's limit on the data of an account.</summary>
    public const int MaxMarketBytes = 10 * 1024 * 1024;

    /// <summary>Order messages name a seat with 16 bits.</summary>
    public const uint MaxSeats = 1 << 16;

    /// <summary>As many as fit beside one seat and one order.</summary>
    public const uint MaxLevels = (MaxMarketBytes - HeaderBytes - SeatBytes - OrderBytes) / LevelBytes;

    /// <summary>As many as fit beside one seat and one level; below 2^<see cref="OrderLinkBits"/>.</summary>
    public const uint MaxOrders = (MaxMarketBytes - HeaderBytes - SeatBytes - LevelBytes) / OrderBytes;

    /// <summary>Looking an order up by client order id walks the seat's open orders: this bounds the walk.</summary>
    public const uint MaxOpenOrdersPerSeat = 4096;

    /// <summary>Ten percent.</summary>
    public const ushort MaxFeeBps = 1_000;

    /// <summary>
    /// An order id is sequence * 2^18 + link of its node; link 0 in the id of an order that cannot rest.
    /// </summary>
    public const int OrderLinkBits = 18;

    /// <summary>The last number an order can have: 2^46 - 1, two years at a million orders a second.</summary>
    public const ulong MaxOrderSequence = (1UL << (64 - OrderLinkBits)) - 1;

    /// <summary>
    /// An AVL tree of <see cref="MaxLevels"/> nodes is at most 24 high (25 takes 196,417): a longer path is corruption.
    /// </summary>
    public const int MaxTreeHeight = 24;

    /// <summary>Bytes that a market with these capacities needs: header, seats, levels, orders.</summary>
    public static long RequiredBytes(uint orders, uint levels, uint seats) =>
        HeaderBytes + ((long)seats * SeatBytes) + ((long)levels * LevelBytes) + ((long)orders * OrderBytes);

    internal static bool AreValidCapacities(uint orders, uint levels, uint seats) =>
        orders != 0 && levels != 0 && seats is > 0 and <= MaxSeats
        && RequiredBytes(orders, levels, seats) <= MaxMarketBytes;
}
