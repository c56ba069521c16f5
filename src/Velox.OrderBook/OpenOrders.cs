using System.Runtime.CompilerServices;

namespace Velox.OrderBook;

/// <summary>
/// Open orders: their nodes, their places in level, seat and index, the value locked behind them, and the ways out of the book.
/// </summary>
/// <remarks>
/// Unsafe: all pointers come from <see cref="Slab"/>, which has checked the index behind each against its capacity. The header
/// must be noted as written before any of these.
/// </remarks>
/// <typeparam name="TMode">What is known of the market.</typeparam>
internal static unsafe class OpenOrders<TMode>
    where TMode : struct, IBookMode
{
    /// <summary>A node for an order that may rest, freed ones first. It is known that there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint TakeNode(in Slab slab)
    {
        MarketHeader* header = slab.Header;
        uint link = header->FreeOrder;
        if (link == 0)
            return ++header->UsedOrders;
        header->FreeOrder = slab.Order(link)->Next;
        return link;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void FreeNode(in Slab slab, uint link)
    {
        OrderNode* node = slab.Order(link);
        slab.Writes<TMode>(node, sizeof(OrderNode));
        *node = default;
        node->Next = slab.Header->FreeOrder;
        slab.Header->FreeOrder = link;
    }

    /// <summary>Puts an order that has its price, lots and level behind the others of the level.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Append(in Slab slab, uint link, OrderNode* node)
    {
        PriceLevel* level = slab.Level(node->Level);
        slab.Writes<TMode>(level, sizeof(PriceLevel));
        uint last = level->LastOrder;
        node->Previous = last;
        node->Next = 0;
        uint* behind = slab.LinkField(last, OrderNode.NextOffset, &level->FirstOrder);
        slab.Writes<TMode>(behind, sizeof(uint));
        *behind = link;
        level->LastOrder = link;
        level->OrderCount++;
        Money.Add(ref level->TotalLots, node->OpenLots);
        Ladder.SideOf(slab.Header, node->Side)->OrderCount++;
    }

    /// <summary>Puts an order on the list of its seat, as its newest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void JoinSeat(in Slab slab, uint link, OrderNode* node)
    {
        SeatNode* owner = slab.Seat(node->Seat);
        slab.Writes<TMode>(owner, sizeof(SeatNode));
        uint newest = owner->FirstOrder;
        node->SeatNext = newest;
        if (newest != 0)
        {
            OrderNode* older = slab.Order(newest);
            slab.Writes<TMode>(older, sizeof(OrderNode));
            older->SeatPrevious = link;
        }

        owner->FirstOrder = link;
        owner->OpenOrders++;
    }

    /// <summary>Moves the value of lots of an order between what its seat has free and what it has locked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void MoveValue(in Slab slab, OrderNode* node, ulong lots, bool toLocked)
    {
        MarketHeader* header = slab.Header;
        SeatNode* owner = slab.Seat(node->Seat);
        slab.Writes<TMode>(owner, sizeof(SeatNode));
        bool isBid = node->Side == Side.Bid;
        ulong atoms = lots * (isBid ? node->PriceTicks * header->TickSize : header->LotSize);

        // Free and locked of an asset stand beside each other, base first.
        ulong* balances = isBid ? &owner->QuoteFree : &owner->BaseFree;
        ulong* from = balances + (toLocked ? 0 : 1);
        ulong* to = balances + (toLocked ? 1 : 0);
        Money.Subtract(ref *from, atoms);
        Money.Add(ref *to, atoms);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void LeaveIndex(in Slab slab, uint link, OrderNode* node)
    {
        if (node->ClientOrderId == 0)
            return;
        IndexBucket* bucket = ClientOrderIndex.BucketFor(slab, node->Seat, node->ClientOrderId, out ulong key);
        int place = IndexBucket.PlaceOf(in *bucket, IndexBucket.EntryOf(key, link));
        ClientOrderIndex.RemoveFrom<TMode>(slab, bucket, key, place, link);
    }

    /// <summary>Takes lots that were filled off a maker, and a filled maker out of the book.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void TakeLots(in Slab slab, uint link, OrderNode* maker, ulong lots)
    {
        PriceLevel* level = slab.Level(maker->Level);
        slab.Writes<TMode>(level, sizeof(PriceLevel));
        Money.Subtract(ref level->TotalLots, lots);
        ulong leftLots = maker->OpenLots - lots;
        if (leftLots == 0)
        {
            LeaveIndex(slab, link, maker);
            Unlink(slab, link, maker, level);
            return;
        }

        slab.Writes<TMode>(maker, sizeof(OrderNode));
        maker->OpenLots = leftLots;
    }

    /// <summary>Takes an order, which is in the index no more, off its seat's list and out of its level, and frees it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Unlink(in Slab slab, uint link, OrderNode* node, PriceLevel* level)
    {
        MarketHeader* header = slab.Header;
        if (TMode.HasAccounts(in *header))
            LeaveSeat(slab, node);

        Side side = node->Side;
        uint number = node->Level;
        uint previous = node->Previous;
        uint next = node->Next;
        uint* behind = slab.LinkField(previous, OrderNode.NextOffset, &level->FirstOrder);
        uint* before = slab.LinkField(next, OrderNode.PreviousOffset, &level->LastOrder);
        slab.Writes<TMode>(behind, sizeof(uint));
        slab.Writes<TMode>(before, sizeof(uint));
        *behind = next;
        *before = previous;
        level->OrderCount--;
        Ladder.SideOf(header, side)->OrderCount--;
        FreeNode(slab, link);
        if ((previous | next) == 0)
            Ladder.Remove(slab, side, number);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void LeaveSeat(in Slab slab, OrderNode* node)
    {
        SeatNode* owner = slab.Seat(node->Seat);
        slab.Writes<TMode>(owner, sizeof(SeatNode));
        uint previous = node->SeatPrevious;
        uint next = node->SeatNext;
        uint nobody;
        uint* behind = slab.LinkField(previous, OrderNode.SeatNextOffset, &owner->FirstOrder);
        uint* before = slab.LinkField(next, OrderNode.SeatPreviousOffset, &nobody);
        slab.Writes<TMode>(behind, sizeof(uint));
        if (next != 0)
            slab.Writes<TMode>(before, sizeof(uint));
        *behind = next;
        *before = previous;
        owner->OpenOrders--;
    }
}
