using System.Collections;
using System.Runtime.InteropServices;
using Velox.Primitives;
using static Velox.OrderBook.Contradiction;

namespace Velox.OrderBook;

/// <summary>
/// Proves a slab sound, or says what contradicts what. Reads everything: for tests, tools and doubtful slabs.
/// </summary>
/// <remarks>
/// Every node is visited at most once (a second visit is the contradiction), and recursion goes no deeper than the
/// tree's bound, so it ends on any bytes whatever.
/// </remarks>
internal sealed partial class MarketChecker
{
    private readonly Slab _slab;
    private readonly BitArray _seenBlocks;
    private readonly BitArray _seenOrders;
    private readonly SeatSums[] _seats;
    private Count _bids;
    private Count _asks;

    // The block before the one that is looked at, in price order.
    private uint _last;
    private Side _treeSide;
    private uint _indexed;

    private MarketChecker(in Slab slab)
    {
        _slab = slab;
        _seenBlocks = new BitArray((int)slab.BlockCapacity + 1);
        _seenOrders = new BitArray((int)slab.OrderCapacity + 1);
        _seats = new SeatSums[slab.ReadHeader().SeatCount];
    }

    /// <summary>The first contradiction, or null.</summary>
    internal static string? FindContradiction(in Slab slab)
    {
        try
        {
            new MarketChecker(slab).Check();
            return null;
        }
        catch (CorruptMarketException contradiction)
        {
            return contradiction.Message;
        }
    }

    private void Check()
    {
        ref readonly MarketHeader header = ref _slab.ReadHeader();
        Require(
            header.SeatCapacity == _slab.SeatCapacity && header.BlockCapacity == _slab.BlockCapacity
            && header.OrderCapacity == _slab.OrderCapacity,
            $"The capacities changed since the market was opened.");
        Require(header.Changes % 2 == 0 && header.QuoteChanges % 2 == 0, $"An operation has not ended.");
        Require(
            header.BestBidTicks == header.Bids.BestTicks && header.BestAskTicks == header.Asks.BestTicks,
            $"The published best prices are not those of the book.");
        CheckTree(Side.Bid, header.BidRoot);
        CheckTree(Side.Ask, header.AskRoot);
        CheckHints(Side.Bid, header.BidRoot, header.BidHints);
        CheckHints(Side.Ask, header.AskRoot, header.AskHints);
        CheckSide(Side.Bid, header.Bids, _bids);
        CheckSide(Side.Ask, header.Asks, _asks);
        CheckStops(header);
        CheckExpiries(header);
        CheckRestrictions(header);
        Require(
            _specialOrders == header.SpecialOrders,
            $"{_specialOrders} orders are special, {header.SpecialOrders} counted.");
        CheckFreeBlocks(header);
        CheckFreeOrders(header);
        CheckIndex();
        if (!header.IsMatchingOnly)
            CheckSeats(header);
        Require(
            _restrictedSeats == header.RestrictedSeats,
            $"{_restrictedSeats} seats have limits, {header.RestrictedSeats} counted.");
        CheckUntouched(header);
    }

    /// <summary>Checks the orders of one level. Returns how many.</summary>
    private uint CheckQueue(Side side, uint number, ulong priceTicks, in PriceLevel level)
    {
        Require(priceTicks != 0, $"Level {number}: price is 0.");
        uint count = 0;
        uint previous = 0;
        ulong previousId = 0;
        UInt128 lots = 0;
        for (uint link = level.FirstOrder; link != 0; count++)
        {
            ref readonly OrderNode order = ref _slab.ReadOrder(link);
            Visit(_seenOrders, link, _slab.ReadHeader().UsedOrders, "Order");
            CheckOrder(link, order);
            Require(
                order.Side == side && order.Level == number && order.PriceTicks == priceTicks,
                $"Order {link}: side, level or price is not that of level {number}.");
            Require(order.Previous == previous, $"Order {link}: previous is {order.Previous}, not {previous}.");
            Require(!order.IsWaiting, $"Order {link}: waits for its trigger and is in the book.");
            if (!order.IsRequeued)
            {
                Require(order.OrderId > previousId, $"Order {link}: stands behind a later order.");
                previousId = order.OrderId;
            }

            lots += order.OpenLots;
            previous = link;
            link = order.Next;
        }

        Require(level.LastOrder == previous, $"Level {number}: last order is {level.LastOrder}, not {previous}.");
        Require(level.OrderCount == count, $"Level {number}: {count} orders, {level.OrderCount} counted.");
        Require(level.TotalLots == lots, $"Level {number}: {lots} lots, {level.TotalLots} counted.");
        return count;
    }

    /// <summary>Checks what an order says by itself and adds it to its seat's sums.</summary>
    private void CheckOrder(uint link, in OrderNode order)
    {
        ref readonly MarketHeader header = ref _slab.ReadHeader();
        ulong sequence = order.OrderId >> MarketLayout.OrderLinkBits;
        Require(
            ((sequence << MarketLayout.OrderLinkBits) | link) == order.OrderId && sequence != 0
            && sequence < header.NextOrderSequence,
            $"Order {link}: its id {order.OrderId} was never given to it.");
        Require(order.OpenLots != 0, $"Order {link}: nothing is open.");
        Require(order.Side <= Side.Ask, $"Order {link}: side {order.Side} is none.");
        Require(order.IsWaiting || order.Type.MayRest(), $"Order {link}: type {order.Type} cannot rest.");
        CheckExtra(link, order);
        Require(
            order.ClientOrderId != 0 || (order.IndexLeft | order.IndexRight) == 0,
            $"Order {link}: has no client order id, and links of the index.");
        _indexed += order.ClientOrderId != 0 ? 1u : 0;
        if (header.IsMatchingOnly)
            return;
        Require(order.Seat < header.SeatCount, $"Order {link}: seat {order.Seat} is not open.");
        ref SeatSums sums = ref _seats[order.Seat];
        sums.Orders++;
        UInt128 lots = (UInt128)order.OpenLots + HiddenLotsOf(link, order);
        Require(lots <= ulong.MaxValue, $"Order {link}: its lots overflow.");
        if (order.Side == Side.Bid)
            sums.QuoteLocked += ValueOf(link, lots * order.PriceTicks, header.TickSize);
        else
            sums.BaseLocked += ValueOf(link, lots, header.LotSize);
    }

    /// <summary>
    /// units * atomsPerUnit, both at most 2^128 and 2^64: refused above 64 bits, so that the sums cannot wrap.
    /// </summary>
    private static UInt128 ValueOf(uint link, UInt128 units, ulong atomsPerUnit)
    {
        Require(
            units <= ulong.MaxValue && units * atomsPerUnit <= ulong.MaxValue,
            $"Order {link}: its value overflows.");
        return units * atomsPerUnit;
    }

    private void CheckFreeBlocks(in MarketHeader header)
    {
        uint count = 0;
        for (uint link = header.FreeBlock; link != 0; count++)
        {
            PriceBlock node = _slab.ReadBlock(link);
            Visit(_seenBlocks, link, header.UsedBlocks, "Block");
            for (uint tick = 0; tick < MarketLayout.BlockTicks; tick++)
                Require(IsZero(_slab.ReadLevel((link * MarketLayout.BlockTicks) | tick)), $"Free block {link}: a level is not zero.");
            link = node.Higher;
            node.Higher = 0;
            Require(IsZero(node), $"A free block is not zero.");
        }

        int seen = 0;
        for (int link = 1; link <= (int)Math.Min(header.UsedBlocks, _slab.BlockCapacity); link++)
            seen += _seenBlocks[link] ? 1 : 0;
        Require(seen == header.UsedBlocks, $"{header.UsedBlocks} blocks were used, and some are neither in the tree nor free.");
    }

    private void CheckFreeOrders(in MarketHeader header)
    {
        uint count = 0;
        for (uint link = header.FreeOrder; link != 0; count++)
        {
            OrderNode node = _slab.ReadOrder(link);
            Visit(_seenOrders, link, header.UsedOrders, "Order");
            Require(_slab.ReadExtra(link).IsZeroButForCell, $"Free order {link}: its extra is not zero.");
            link = node.Next;
            node.Next = 0;
            Require(IsZero(node), $"A free order is not zero.");
        }

        Require(
            (ulong)count + _waiting + header.Bids.OrderCount + header.Asks.OrderCount == header.UsedOrders,
            $"{header.UsedOrders} orders were used, and some are neither in a level nor waiting nor free.");
    }

    private void CheckSeats(in MarketHeader header)
    {
        UInt128 baseAtoms = header.FeesBase;
        UInt128 quoteAtoms = header.FeesQuote;
        var owners = new HashSet<Address>();
        for (uint seat = 0; seat < header.SeatCount; seat++)
        {
            ref readonly SeatNode node = ref _slab.ReadSeat(seat);
            Require(
                !node.Owner.IsZero && owners.Add(node.Owner),
                $"Seat {seat}: its owner is zero or has another seat.");
            Require(
                node.BaseLocked == _seats[seat].BaseLocked,
                $"Seat {seat}: locked base is not the value of its asks.");
            Require(
                node.QuoteLocked == _seats[seat].QuoteLocked,
                $"Seat {seat}: locked quote is not the value of its bids.");
            CheckSeatList(header, seat, node);
            baseAtoms += (UInt128)node.BaseFree + node.BaseLocked;
            quoteAtoms += (UInt128)node.QuoteFree + node.QuoteLocked;
        }

        Require(
            baseAtoms == header.BaseTotal,
            $"Base balances and fees are {baseAtoms}, the total is {header.BaseTotal}.");
        Require(
            quoteAtoms == header.QuoteTotal,
            $"Quote balances and fees are {quoteAtoms}, the total is {header.QuoteTotal}.");
    }

    private void CheckSeatList(in MarketHeader header, uint seat, in SeatNode node)
    {
        Require(
            node.OpenOrders == _seats[seat].Orders,
            $"Seat {seat}: {_seats[seat].Orders} orders, {node.OpenOrders} counted.");
        CheckLimits(seat, node);

        uint newer = 0;
        ulong newerId = ulong.MaxValue;
        uint count = 0;
        for (uint link = node.FirstOrder; link != 0; count++)
        {
            ref readonly OrderNode order = ref _slab.ReadOrder(link);

            // Descending ids: so the list has no ring, and as many orders of this seat as are in the book are all of
            // them.
            Require(
                _seenOrders[(int)link] && order.Seat == seat && order.SeatPrevious == newer && order.OrderId < newerId,
                $"Order {link}: does not belong where it is on the list of seat {seat}.");
            newer = link;
            newerId = order.OrderId;
            link = order.SeatNext;
        }

        Require(count == node.OpenOrders, $"Seat {seat}: {count} orders on its list, {node.OpenOrders} counted.");
    }

    /// <summary>
    /// Checks that what was never used is zero: the rest of the header page, and all nodes above the counts.
    /// </summary>
    private void CheckUntouched(in MarketHeader header)
    {
        RequireZero(MarketHeader.Size, MarketLayout.HeaderBytes, "The rest of the header page");
        int seats = MarketLayout.HeaderBytes;
        int blocks = (int)MarketLayout.BlockOffset(header.SeatCapacity);
        int levels = (int)MarketLayout.LevelOffset(header.BlockCapacity, header.SeatCapacity);
        int orders = (int)MarketLayout.OrderOffset(header.BlockCapacity, header.SeatCapacity);
        int extras = (int)MarketLayout.ExtraOffset(header.OrderCapacity, header.BlockCapacity, header.SeatCapacity);
        RequireZero(seats + ((int)header.SeatCount * MarketLayout.SeatBytes), blocks, "A seat that is not open");
        RequireZero(blocks + ((int)header.UsedBlocks * MarketLayout.BlockBytes), levels, "A block that was never used");
        RequireZero(
            levels + ((int)header.UsedBlocks * MarketLayout.BlockTicks * MarketLayout.LevelBytes), orders,
            "A level that was never used");
        RequireZero(orders + ((int)header.UsedOrders * MarketLayout.OrderBytes), extras, "An order that was never used");
        for (uint link = header.UsedOrders + 1; link <= header.OrderCapacity; link++)
            Require(_slab.ReadExtra(link).IsZeroButForCell, $"Extra {link}: never used, and not zero.");
    }

    private void RequireZero(int start, int end, string what) =>
        Require(!_slab.Bytes[start..end].ContainsAnyExcept((byte)0), $"{what} is not zero.");

    private static bool IsZero<T>(in T node)
        where T : unmanaged =>
        !MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in node)).ContainsAnyExcept((byte)0);

    private static void Visit(BitArray seen, uint link, uint used, string what)
    {
        Require(link <= used, $"{what} {link}: in use, and never taken.");
        Require(!seen[(int)link], $"{what} {link}: in two places.");
        seen[(int)link] = true;
    }

    private struct SeatSums
    {
        internal UInt128 BaseLocked;
        internal UInt128 QuoteLocked;
        internal uint Orders;
    }

    private struct Count
    {
        internal uint Levels;
        internal uint Orders;
        internal uint Lowest;
        internal uint Highest;
    }
}
