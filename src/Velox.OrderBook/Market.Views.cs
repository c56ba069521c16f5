namespace Velox.OrderBook;

/// <content>Reading the book. Every walk ends with the caller's buffer, so corrupt links cannot make one
/// endless.</content>
public readonly partial struct Market
{
    /// <summary>The best price of a side; false when it is empty.</summary>
    public bool TryGetBest(Side side, out DepthLevel level)
    {
        ref readonly BookSide book = ref Header.ReadSide(side);
        level = book.Best == 0 ? default : ToDepth(book.BestTicks, _slab.ReadLevel(book.Best));
        return book.Best != 0;
    }

    /// <summary>Copies the levels of a side, best first.</summary>
    /// <returns>How many: the length of <paramref name="levels"/>, or fewer when the side ends.</returns>
    public int Depth(Side side, Span<DepthLevel> levels)
    {
        int count = 0;
        for (uint level = Header.ReadSide(side).Best; level != 0 && count < levels.Length;)
        {
            levels[count++] = ToDepth(Ladder.PriceOf(_slab, level), _slab.ReadLevel(level));
            level = Ladder.NextWorse(_slab, side, level);
        }

        return count;
    }

    /// <summary>Copies the orders of a side in the order in which they will match.</summary>
    /// <returns>How many: the length of <paramref name="orders"/>, or fewer when the side ends.</returns>
    public int Orders(Side side, Span<OrderNode> orders)
    {
        int count = 0;
        for (uint number = Header.ReadSide(side).Best; number != 0 && count < orders.Length;)
        {
            ref readonly PriceLevel level = ref _slab.ReadLevel(number);

            // A ring of empty levels would never fill the buffer.
            if (level.FirstOrder == 0)
                Slab.ThrowCorrupt("A level has no orders.");
            for (uint link = level.FirstOrder; link != 0 && count < orders.Length; link = orders[count - 1].Next)
                orders[count++] = _slab.ReadOrder(link);
            number = Ladder.NextWorse(_slab, side, number);
        }

        return count;
    }

    /// <summary>Copies the open orders of a seat, newest first. An unknown seat has none.</summary>
    /// <returns>How many: the length of <paramref name="orders"/>, or fewer when the seat has no more.</returns>
    public int OrdersOf(uint seat, Span<OrderNode> orders)
    {
        if (!IsOpen(seat))
            return 0;
        int count = 0;
        for (uint link = _slab.ReadSeat(seat).FirstOrder; link != 0 && count < orders.Length;)
        {
            ref readonly OrderNode order = ref _slab.ReadOrder(link);
            orders[count++] = order;
            link = order.SeatNext;
        }

        return count;
    }

    /// <summary>Reads an open order of any seat by its engine id.</summary>
    public bool TryGetOrder(ulong orderId, out OrderNode order)
    {
        uint link = LinkOf(orderId);
        order = link == 0 ? default : _slab.ReadOrder(link);
        return link != 0;
    }

    /// <summary>Reads a seat by its index.</summary>
    public bool TryGetSeat(uint seat, out SeatNode node)
    {
        bool isOpen = IsOpen(seat);
        node = isOpen ? _slab.ReadSeat(seat) : default;
        return isOpen;
    }

    /// <summary>
    /// Checks the whole slab: trees, lists, queues, free nodes, unused bytes, locked values and totals.
    /// </summary>
    /// <param name="detail">The first contradiction, or an empty string.</param>
    /// <returns><see cref="BookError.None"/>, <see cref="BookError.CorruptMarket"/>, or what <see cref="TryOpen(Velox.Primitives.TrackedMemory, out Market)"/> says
    /// of the header.</returns>
    /// <remarks>For tests, tools and doubtful slabs: it reads everything and allocates.</remarks>
    public BookError CheckInvariants(out string detail)
    {
        BookError error = CheckHeader(Header, _slab.Length);
        if (error != BookError.None)
        {
            detail = $"The header is refused: {error}.";
            return error;
        }

        detail = MarketChecker.FindContradiction(_slab) ?? "";
        return detail.Length == 0 ? BookError.None : BookError.CorruptMarket;
    }

    private static DepthLevel ToDepth(ulong priceTicks, in PriceLevel level) =>
        new(priceTicks, level.TotalLots, level.OrderCount);
}
