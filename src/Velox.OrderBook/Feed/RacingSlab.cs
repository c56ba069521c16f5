using System.Numerics;

namespace Velox.OrderBook;

/// <summary>The bytes of a market while another thread changes them: read without trusting anything read.</summary>
/// <remarks>
/// Unsafe: the capacities were validated against the length of the region and copied when it was opened, and no other
/// number of the slab decides an address without a check against them, after it was loaded once. So whatever mixture of
/// old and new bytes a walk meets, it stays inside, and as every step of it fills a place of the caller's, it ends. What
/// it finds means something only if <see cref="Changes"/> was even before and is the same afterwards.
/// </remarks>
internal readonly unsafe struct RacingSlab<TMemory>
    where TMemory : struct, IRacingMemory
{
    // A walk that has been overtaken is given up after so many orders, not at the end of a deep book.
    private const int OrdersBetweenLooks = 64;

    private readonly byte* _base;
    private readonly byte* _blocks;
    private readonly byte* _levels;
    private readonly byte* _orders;
    private readonly uint _blockCapacity;
    private readonly uint _orderCapacity;
    private readonly int _changesOffset;

    /// <param name="memory">Of a market that was opened, so its capacities fit. The caller keeps it alive and in its place.</param>
    /// <param name="header">The market's header, for what never changes in it.</param>
    /// <param name="changesOffset">Offset of the word to compare: tests break it.</param>
    internal RacingSlab(byte* memory, in MarketHeader header, int changesOffset)
    {
        _base = memory;
        _blockCapacity = header.BlockCapacity;
        _orderCapacity = header.OrderCapacity;
        _changesOffset = changesOffset;

        // Where number 0 would stand, as in Slab.
        _blocks = _base + MarketLayout.BlockOffset(header.SeatCapacity) - MarketLayout.BlockBytes;
        _levels = _base + MarketLayout.LevelOffset(_blockCapacity, header.SeatCapacity) - (MarketLayout.BlockTicks * MarketLayout.LevelBytes);
        _orders = _base + MarketLayout.OrderOffset(_blockCapacity, header.SeatCapacity) - MarketLayout.OrderBytes;
    }

    /// <summary>Odd while the writer writes. Acquire: what is loaded afterwards is as new as this.</summary>
    private ulong Changes => TMemory.LoadAcquire(ref *(ulong*)(_base + _changesOffset));

    private MarketHeader* Header => (MarketHeader*)_base;

    private ulong NextEventSequence => TMemory.Load(ref Header->NextEventSequence);

    /// <summary>Whether nothing was changed since then.</summary>
    private bool IsStill(ulong changes)
    {
        // What was loaded is loaded before the word is looked at again. The writer makes it odd before its first store,
        // so whoever has seen one of its stores sees that too.
        TMemory.ReadBarrier();
        return TMemory.Load(ref *(ulong*)(_base + _changesOffset)) == changes;
    }

    /// <summary>The best prices as of one moment; 0 for none. False when the writer was at them.</summary>
    internal bool TryReadPrices(out ulong bidTicks, out ulong askTicks)
    {
        // A line of its own: the writer gives it up only when a best price changes. Three acquires keep the order.
        MarketHeader* header = Header;
        ulong changes = TMemory.LoadAcquire(ref header->QuoteChanges);
        bidTicks = TMemory.LoadAcquire(ref header->BestBidTicks);
        askTicks = TMemory.LoadAcquire(ref header->BestAskTicks);
        return (changes & 1) == 0 && TMemory.LoadAcquire(ref header->QuoteChanges) == changes;
    }

    /// <summary>One try of <see cref="LiveMarketReader.ReadDepth"/>: the window means something if it is whole.</summary>
    internal ReadResult ReadDepth(DepthWindow window)
    {
        ulong changes = Changes;
        if ((changes & 1) != 0)
            return ReadResult.Contended;
        ulong nextSequence = NextEventSequence;
        bool isSound = TryWalkLevels(Side.Bid, window.Places(Side.Bid), out int bids)
            & TryWalkLevels(Side.Ask, window.Places(Side.Ask), out int asks);
        ReadResult result = Judge(changes, isSound, isFull: false);
        window.Load(bids, asks, nextSequence);
        return result;
    }

    /// <summary>One try of <see cref="LiveMarketReader.ReadOrders"/>: the snapshot means something if it is whole.</summary>
    internal ReadResult ReadOrders(BookSnapshot snapshot)
    {
        ulong changes = Changes;
        if ((changes & 1) != 0)
            return ReadResult.Contended;
        snapshot.Begin(NextEventSequence);
        bool isSound = TryWalkOrders(Side.Bid, changes, snapshot, out bool isFull)
            && !isFull && TryWalkOrders(Side.Ask, changes, snapshot, out isFull);
        return Judge(changes, isSound, isFull);
    }

    private ReadResult Judge(ulong changes, bool isSound, bool isFull)
    {
        if (!IsStill(changes))
            return ReadResult.Contended;
        if (isFull)
            return ReadResult.Full;
        return isSound ? ReadResult.Whole : ReadResult.Corrupt;
    }

    /// <summary>Copies the best levels of a side. False when what it met contradicts itself.</summary>
    private bool TryWalkLevels(Side side, Span<DepthLevel> levels, out int count)
    {
        count = 0;
        var walk = new LevelWalk(this, side);
        while (count < levels.Length && walk.TryNext(out ulong priceTicks, out PriceLevel level))
            levels[count++] = new DepthLevel(priceTicks, level.TotalLots, level.OrderCount);
        return !walk.IsBroken;
    }

    /// <summary>Appends the orders of a side. False when what it met contradicts itself, or is of no use any more.</summary>
    private bool TryWalkOrders(Side side, ulong changes, BookSnapshot snapshot, out bool isFull)
    {
        isFull = false;
        int untilLook = OrdersBetweenLooks;
        var walk = new LevelWalk(this, side);
        while (walk.TryNext(out ulong priceTicks, out PriceLevel level))
        {
            uint link = level.FirstOrder;
            do
            {
                if (!TryLoadOrder(link, out OrderNode order) || order.Side != side || order.PriceTicks != priceTicks)
                    return false;
                isFull = !snapshot.TryAdd(BookOrder.From(order));
                if (isFull)
                    return true;
                if (--untilLook == 0)
                {
                    if (!IsStill(changes))
                        return false;
                    untilLook = OrdersBetweenLooks;
                }

                link = order.Next;
            }
            while (link != 0);
        }

        return !walk.IsBroken;
    }

    private bool TryLoadBlock(uint link, out PriceBlock block)
    {
        // One comparison for both ends: link 0 wraps around to the highest number.
        bool isInside = link - 1 < _blockCapacity;
        block = isInside ? TMemory.Copy((PriceBlock*)(_blocks + ((nuint)link * MarketLayout.BlockBytes))) : default;
        return isInside;
    }

    private bool TryLoadOrder(uint link, out OrderNode order)
    {
        bool isInside = link - 1 < _orderCapacity;
        order = isInside ? TMemory.Copy((OrderNode*)(_orders + ((nuint)link * MarketLayout.OrderBytes))) : default;
        return isInside;
    }

    /// <summary>The levels of one side, best first, block by block.</summary>
    private struct LevelWalk
    {
        private readonly RacingSlab<TMemory> _slab;
        private readonly bool _isBid;
        private PriceBlock _block;
        private ulong _left; // prices of the block still to come
        private uint _link;

        internal LevelWalk(in RacingSlab<TMemory> slab, Side side)
        {
            _slab = slab;
            _isBid = side == Side.Bid;
            uint best = TMemory.LoadAcquire(ref side == Side.Bid ? ref slab.Header->Bids.Best : ref slab.Header->Asks.Best);
            if (best == 0)
                return;

            // Below the best bid there are only bids, above the best ask only asks.
            int tick = (int)(best % MarketLayout.BlockTicks);
            Enter(best / MarketLayout.BlockTicks, _isBid ? ulong.MaxValue >> (63 - tick) : ulong.MaxValue << tick);
        }

        /// <summary>Whether it met a contradiction, and ended there.</summary>
        internal bool IsBroken { get; private set; }

        /// <summary>The next level; false at the end.</summary>
        internal bool TryNext(out ulong priceTicks, out PriceLevel level)
        {
            priceTicks = 0;
            level = default;
            if (_left == 0)
            {
                uint next = _isBid ? _block.Lower : _block.Higher;
                if (_link == 0 || next == 0 || IsBroken)
                    return false;
                Enter(next, ulong.MaxValue);
            }

            if (IsBroken)
                return false;
            int tick = _isBid ? BitOperations.Log2(_left) : BitOperations.TrailingZeroCount(_left);
            _left &= ~(1UL << tick);
            priceTicks = _block.FirstTick + (ulong)tick;
            nuint number = ((nuint)_link * MarketLayout.BlockTicks) + (nuint)tick;
            level = TMemory.Copy((PriceLevel*)(_slab._levels + (number * MarketLayout.LevelBytes)));
            return true;
        }

        private void Enter(uint link, ulong prices)
        {
            _link = link;
            bool isInside = _slab.TryLoadBlock(link, out _block);
            _left = _block.Occupied & prices;

            // Blocks without levels do not exist, and the best level's bit is set.
            IsBroken = !isInside || _left == 0;
        }
    }
}
