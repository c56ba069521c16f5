using System.Numerics;

namespace Velox.OrderBook;

/// <summary>The levels of one side in the order of their prices: a skip list over arrays of a fixed size.</summary>
/// <remarks>
/// Levels are named by an index from 1; 0 is the head of all lists and stands for none. Finding takes
/// O(log of the number of levels that are better), so near the best price it is a step or two however many levels lie
/// behind. Heights are drawn from a seed of this instance: nobody who chooses prices can choose them.
/// </remarks>
internal sealed class PriceLadder
{
    // A level is in list h with probability 4^-h: ten lists are enough for the 4^9 levels that a market cannot reach.
    private const int MaxHeight = 10;
    private const int None = 0;

    private readonly Level[] _levels;
    private readonly int[] _next;
    private readonly ulong _keyMask;
    private ulong _random = (ulong)Random.Shared.NextInt64() | 1;
    private int _height = 1;
    private int _used;
    private int _free;

    /// <param name="side">Bids: highest first; asks: lowest first.</param>
    /// <param name="capacity">Most levels, 1..<see cref="MarketLayout.MaxOrders"/>.</param>
    internal PriceLadder(Side side, int capacity)
    {
        _levels = new Level[capacity + 1];
        _next = new int[(capacity + 1) * MaxHeight];

        // The complement turns "highest first" into "lowest first".
        _keyMask = side == Side.Bid ? ulong.MaxValue : 0;
    }

    internal int Count { get; private set; }

    /// <summary>The level with the best price, or 0.</summary>
    internal int Best => _next[0];

    /// <summary>A level, to be changed in place; not its price.</summary>
    internal ref Level this[int level] => ref _levels[level];

    /// <summary>The next worse level, or 0.</summary>
    internal int Worse(int level) => _next[level * MaxHeight];

    /// <summary>The level of a price, or 0.</summary>
    internal int Find(ulong priceTicks)
    {
        int found = _next[FindBefore(priceTicks, default) * MaxHeight];
        return found != None && _levels[found].PriceTicks == priceTicks ? found : None;
    }

    /// <summary>The level of a price, an empty one if there was none; 0 when there is no room for it.</summary>
    internal int FindOrAdd(ulong priceTicks)
    {
        Span<int> before = stackalloc int[MaxHeight];
        int found = _next[FindBefore(priceTicks, before) * MaxHeight];
        if (found != None && _levels[found].PriceTicks == priceTicks)
            return found;

        int level = Take();
        if (level == None)
            return None;
        _levels[level] = new Level { PriceTicks = priceTicks };
        int height = DrawHeight();
        _height = Math.Max(_height, height);
        for (int list = 0; list < height; list++)
        {
            ref int link = ref _next[(before[list] * MaxHeight) + list];
            _next[(level * MaxHeight) + list] = link;
            link = level;
        }

        Count++;
        return level;
    }

    /// <summary>Removes a level that is in the ladder.</summary>
    internal void Remove(int level)
    {
        Span<int> before = stackalloc int[MaxHeight];
        FindBefore(_levels[level].PriceTicks, before);
        for (int list = 0; list < _height; list++)
        {
            ref int link = ref _next[(before[list] * MaxHeight) + list];
            if (link != level)
                break;
            link = _next[(level * MaxHeight) + list];
        }

        _next[level * MaxHeight] = _free;
        _free = level;
        Count--;
    }

    internal void Clear()
    {
        Array.Clear(_next, 0, MaxHeight);
        (_height, _used, _free, Count) = (1, 0, 0, 0);
    }

    /// <summary>Copies the levels, best first.</summary>
    /// <returns>How many.</returns>
    internal int CopyTo(Span<DepthLevel> levels)
    {
        int count = 0;
        for (int level = Best; level != None && count < levels.Length; level = Worse(level))
            levels[count++] = _levels[level].ToDepth();
        return count;
    }

    /// <summary>The last level before a price, or the head; and the same for every list, unless nobody asks.</summary>
    private int FindBefore(ulong priceTicks, Span<int> before)
    {
        ulong key = priceTicks ^ _keyMask;

        // Up from the head while it pays, then down: most prices asked for are near the best. The higher the list, the
        // farther its first level, so where one begins behind the price those above it do too.
        int list = 0;
        while (list + 1 < _height && IsBefore(_next[list + 1], key))
            list++;
        if (!before.IsEmpty)
            before[(list + 1)..].Clear();

        int level = 0;
        for (; ; list--)
        {
            for (int next = _next[(level * MaxHeight) + list]; IsBefore(next, key); next = _next[(level * MaxHeight) + list])
                level = next;
            if (!before.IsEmpty)
                before[list] = level;
            if (list == 0)
                return level;
        }
    }

    private bool IsBefore(int level, ulong key) => level != None && (_levels[level].PriceTicks ^ _keyMask) < key;

    private int Take()
    {
        int level = _free;
        if (level != None)
        {
            _free = _next[level * MaxHeight];
            return level;
        }

        return _used + 1 < _levels.Length ? ++_used : None;
    }

    private int DrawHeight()
    {
        // Marsaglia's xorshift: the low bits are good enough for heights.
        _random ^= _random << 13;
        _random ^= _random >> 7;
        _random ^= _random << 17;
        return 1 + Math.Min(MaxHeight - 1, BitOperations.TrailingZeroCount(_random) / 2);
    }

    /// <summary>One price: 32 bytes. Its orders are named by indices of the view that keeps them.</summary>
    internal struct Level
    {
        internal ulong PriceTicks;
        internal ulong Lots;
        internal uint Orders;
        internal int FirstOrder;
        internal int LastOrder;

        internal readonly DepthLevel ToDepth() => new(PriceTicks, Lots, Orders);
    }
}
