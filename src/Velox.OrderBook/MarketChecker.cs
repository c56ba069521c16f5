using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>
/// Proves a slab sound, or says what contradicts what. Reads everything: for tests, tools and doubtful slabs.
/// </summary>
/// <remarks>
/// Every node is visited at most once (a second visit is the contradiction), and recursion goes no deeper than the
/// tree's bound, so it ends on any bytes whatever.
/// </remarks>
internal sealed class MarketChecker
{
    private readonly Slab _slab;
    private readonly BitArray _seenLevels;
    private readonly BitArray _seenOrders;
    private readonly SeatSums[] _seats;

    private MarketChecker(in Slab slab)
    {
        _slab = slab;
        _seenLevels = new BitArray((int)slab.LevelCapacity + 1);
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
            header.SeatCapacity == _slab.SeatCapacity && header.LevelCapacity == _slab.LevelCapacity
            && header.OrderCapacity == _slab.OrderCapacity,
            $"The capacities changed since the market was opened.");
        CheckSide(Side.Bid, header.Bids);
        CheckSide(Side.Ask, header.Asks);
        if (header.Bids.Best != 0 && header.Asks.Best != 0)
        {
            Require(
                _slab.ReadLevel(header.Bids.Best).PriceTicks < _slab.ReadLevel(header.Asks.Best).PriceTicks,
                $"The book is crossed.");
        }

        CheckFreeLevels(header);
        CheckFreeOrders(header);
        CheckSeats(header);
        CheckUntouched(header);
    }

    private void CheckSide(Side side, in BookSide book)
    {
        Count counted = default;
        uint height = CheckSubtree(side, book.Root, 0, 1, ref counted);
        Require(
            counted.Levels == book.LevelCount,
            $"{side}: {counted.Levels} levels in the tree, {book.LevelCount} counted.");
        Require(
            counted.Orders == book.OrderCount,
            $"{side}: {counted.Orders} orders in the book, {book.OrderCount} counted.");
        Require(
            counted.First == book.Best,
            $"{side}: best is level {book.Best}, the tree begins with {counted.First}.");
        Require(
            counted.Last == 0 || _slab.ReadLevel(counted.Last).Worse == 0,
            $"{side}: the list goes on after its last level.");
        Require(height <= MarketLayout.MaxTreeHeight, $"{side}: the tree is {height} high.");
    }

    /// <summary>
    /// Checks a subtree in price order, and the list and the queues along with it. Returns its height.
    /// </summary>
    private uint CheckSubtree(Side side, uint link, uint parent, int depth, ref Count counted)
    {
        if (link == 0)
            return 0;
        Require(depth <= MarketLayout.MaxTreeHeight, $"Level {link}: deeper than an AVL tree can be.");
        LevelNode level = _slab.ReadLevel(link);
        Visit(_seenLevels, link, _slab.ReadHeader().UsedLevels, "Level");
        Require(level.Parent == parent, $"Level {link}: parent is {level.Parent}, not {parent}.");

        uint left = CheckSubtree(side, level.Left, link, depth + 1, ref counted);
        Require(level.Better == counted.Last, $"Level {link}: better is {level.Better}, not {counted.Last}.");
        if (counted.Last == 0)
        {
            counted.First = link;
        }
        else
        {
            ref readonly LevelNode better = ref _slab.ReadLevel(counted.Last);
            Require(better.Worse == link, $"Level {counted.Last}: worse is {better.Worse}, not {link}.");
            Require(side.IsBetter(better.PriceTicks, level.PriceTicks), $"Level {link}: price out of order.");
        }

        counted.Last = link;
        counted.Levels++;
        counted.Orders += CheckQueue(side, link, level);

        uint right = CheckSubtree(side, level.Right, link, depth + 1, ref counted);
        Require(left <= right + 1 && right <= left + 1, $"Level {link}: out of balance, {left} against {right}.");
        uint height = Math.Max(left, right) + 1;
        Require(level.Height == height, $"Level {link}: height is {level.Height}, not {height}.");
        return height;
    }

    /// <summary>Checks the orders of one level. Returns how many.</summary>
    private uint CheckQueue(Side side, uint levelLink, in LevelNode level)
    {
        Require(level.PriceTicks != 0, $"Level {levelLink}: price is 0.");
        Require(level.FirstOrder != 0, $"Level {levelLink}: no orders.");
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
                order.Side == side && order.Level == levelLink && order.PriceTicks == level.PriceTicks,
                $"Order {link}: side, level or price is not that of level {levelLink}.");
            Require(order.Previous == previous, $"Order {link}: previous is {order.Previous}, not {previous}.");
            Require(order.OrderId > previousId, $"Order {link}: stands behind a later order.");
            lots += order.OpenLots;
            previous = link;
            previousId = order.OrderId;
            link = order.Next;
        }

        Require(level.LastOrder == previous, $"Level {levelLink}: last order is {level.LastOrder}, not {previous}.");
        Require(level.OrderCount == count, $"Level {levelLink}: {count} orders, {level.OrderCount} counted.");
        Require(level.TotalLots == lots, $"Level {levelLink}: {lots} lots, {level.TotalLots} counted.");
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
        Require(order.Type.MayRest(), $"Order {link}: type {order.Type} cannot rest.");
        Require(order.Seat < header.SeatCount, $"Order {link}: seat {order.Seat} is not open.");

        ref SeatSums sums = ref _seats[order.Seat];
        sums.Orders++;
        if (order.Side == Side.Bid)
            sums.QuoteLocked += ValueOf(link, (UInt128)order.OpenLots * order.PriceTicks, header.TickSize);
        else
            sums.BaseLocked += ValueOf(link, order.OpenLots, header.LotSize);
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

    private void CheckFreeLevels(in MarketHeader header)
    {
        uint count = 0;
        for (uint link = header.FreeLevel; link != 0; count++)
        {
            LevelNode node = _slab.ReadLevel(link);
            Visit(_seenLevels, link, header.UsedLevels, "Level");
            link = node.Worse;
            node.Worse = 0;
            Require(IsZero(node), $"A free level is not zero.");
        }

        Require(
            (ulong)count + header.Bids.LevelCount + header.Asks.LevelCount == header.UsedLevels,
            $"{header.UsedLevels} levels were used, and some are neither in a tree nor free.");
    }

    private void CheckFreeOrders(in MarketHeader header)
    {
        uint count = 0;
        for (uint link = header.FreeOrder; link != 0; count++)
        {
            OrderNode node = _slab.ReadOrder(link);
            Visit(_seenOrders, link, header.UsedOrders, "Order");
            link = node.Next;
            node.Next = 0;
            Require(IsZero(node), $"A free order is not zero.");
        }

        Require(
            (ulong)count + header.Bids.OrderCount + header.Asks.OrderCount == header.UsedOrders,
            $"{header.UsedOrders} orders were used, and some are neither in a level nor free.");
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
        Require(node.OpenOrders <= header.MaxOpenOrdersPerSeat, $"Seat {seat}: too many open orders.");
        Require(
            node.OpenOrders != 0 || node.HighClientOrderId == 0,
            $"Seat {seat}: a highest client order id without orders.");

        var clientIds = new HashSet<ulong>();
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
            Require(
                order.ClientOrderId == 0 || clientIds.Add(order.ClientOrderId),
                $"Order {link}: the client order id {order.ClientOrderId} is not unique.");
            Require(
                order.ClientOrderId <= node.HighClientOrderId,
                $"Order {link}: client order id above its seat's highest.");
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
        int levels = seats + ((int)header.SeatCapacity * MarketLayout.SeatBytes);
        int orders = levels + ((int)header.LevelCapacity * MarketLayout.LevelBytes);
        int end = orders + ((int)header.OrderCapacity * MarketLayout.OrderBytes);
        RequireZero(seats + ((int)header.SeatCount * MarketLayout.SeatBytes), levels, "A seat that is not open");
        RequireZero(levels + ((int)header.UsedLevels * MarketLayout.LevelBytes), orders, "A level that was never used");
        RequireZero(orders + ((int)header.UsedOrders * MarketLayout.OrderBytes), end, "An order that was never used");
    }

    private void RequireZero(int start, int end, string what) =>
        Require(!_slab.Memory.Bytes[start..end].ContainsAnyExcept((byte)0), $"{what} is not zero.");

    private static bool IsZero<T>(in T node)
        where T : unmanaged =>
        !MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in node)).ContainsAnyExcept((byte)0);

    private static void Visit(BitArray seen, uint link, uint used, string what)
    {
        Require(link <= used, $"{what} {link}: in use, and never taken.");
        Require(!seen[(int)link], $"{what} {link}: in two places.");
        seen[(int)link] = true;
    }

    private static void Require(
        [DoesNotReturnIf(false)] bool holds,
        [System.Runtime.CompilerServices.InterpolatedStringHandlerArgument(nameof(holds))] ref ContradictionText text)
    {
        if (!holds)
            throw new CorruptMarketException(text.ToString());
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
        internal uint First;
        internal uint Last;
    }
}
