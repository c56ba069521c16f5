using Velox.Primitives;

namespace Velox.OrderBook;

/// <content>Growing: a market gets room for more orders, prices and seats. Capacities never become lower.</content>
public readonly partial struct Market
{
    /// <summary>What the market has room for.</summary>
    public MarketCapacities Capacities => MarketCapacities.Of(Header);

    /// <summary>
    /// Gives a market larger capacities, in place: its memory has become longer before (<see cref="TrackedMemory.Resize"/>).
    /// </summary>
    /// <param name="memory">At least as long as the new capacities need; what the market did not need before and needs now is
    /// zero.</param>
    /// <param name="capacities">None lower than now. All as now is no error and no change.</param>
    /// <param name="market">The market when the result is <see cref="BookError.None"/>. Every market opened in this memory
    /// before looks at the old places: let it go.</param>
    /// <returns>The errors of <see cref="TryOpen(TrackedMemory, out Market)"/>, then <see cref="BookError.InvalidCapacity"/>,
    /// <see cref="BookError.MemoryTooShort"/>, <see cref="BookError.CorruptMarket"/> (a node that was never used is not zero) or
    /// <see cref="BookError.MemoryNotEmpty"/>. Refused, it has changed nothing.</returns>
    /// <remarks>
    /// In any phase, between any two operations. The bytes are then those that the same operations would have given in a market
    /// that had these capacities from the beginning; docs/market-layout.md names the one exception. It moves what was ever used
    /// of each section once, and reads every byte. A market in native memory may have readers on other threads, who know
    /// where things stand: it grows by <see cref="TryCopyTo(NativeRegion, long, int, in MarketCapacities, out Market)"/>.
    /// </remarks>
    public static BookError TryGrow(TrackedMemory memory, in MarketCapacities capacities, out Market market)
    {
        BookError error = TryOpen(memory, out market);
        if (error != BookError.None)
            return error;
        error = MarketGrowth.Check(memory.Bytes, market.Capacities, capacities, memory.Length);
        if (error == BookError.None && IsInUse(memory.Bytes, market.Capacities.RequiredBytes, capacities.RequiredBytes))
            error = BookError.MemoryNotEmpty;
        if (error != BookError.None)
        {
            market = default;
            return error;
        }

        if (capacities == market.Capacities)
            return BookError.None;
        MarketCapacities before = market.Capacities;
        MarketGrowth.MoveInPlace(memory, capacities);
        market = new Market(new Slab(memory));
        MarketGrowth.MoveTimeHeap(market._slab, before.Orders);
        return BookError.None;
    }

    /// <summary>Makes a copy of the market, with the same capacities or larger ones, of a zeroed memory.</summary>
    /// <param name="memory">All zero as far as the capacities need it.</param>
    /// <param name="capacities">None lower than those of this market.</param>
    /// <param name="copy">The copy when the result is <see cref="BookError.None"/>.</param>
    /// <returns><see cref="BookError.InvalidCapacity"/>, <see cref="BookError.MemoryTooShort"/>,
    /// <see cref="BookError.CorruptMarket"/> or <see cref="BookError.MemoryNotEmpty"/>, with nothing written.</returns>
    public BookError TryCopyTo(TrackedMemory memory, in MarketCapacities capacities, out Market copy)
    {
        ArgumentNullException.ThrowIfNull(memory);
        copy = default;
        BookError error = CheckCopy(memory.Bytes, capacities);
        if (error != BookError.None)
            return error;
        MarketGrowth.Copy(_slab.Bytes, new GrowthTarget(memory), capacities);
        copy = new Market(new Slab(memory));
        MarketGrowth.MoveTimeHeap(copy._slab, Capacities.Orders);
        return BookError.None;
    }

    /// <summary>As <see cref="TryCopyTo(TrackedMemory, in MarketCapacities, out Market)"/>, into a native region: the places as in
    /// <see cref="TryOpen(NativeRegion, long, int, out Market)"/>, and apart from this market.</summary>
    public BookError TryCopyTo(
        NativeRegion memory, long offset, int length, in MarketCapacities capacities, out Market copy)
    {
        copy = default;
        Span<byte> bytes = PartOf(memory, offset, length);
        BookError error = CheckCopy(bytes, capacities);
        if (error != BookError.None)
            return error;
        MarketGrowth.Copy(_slab.Bytes, new GrowthTarget(bytes), capacities);
        copy = new Market(new Slab(memory, bytes));
        MarketGrowth.MoveTimeHeap(copy._slab, Capacities.Orders);
        return BookError.None;
    }

    private BookError CheckCopy(ReadOnlySpan<byte> target, in MarketCapacities capacities)
    {
        BookError error = MarketGrowth.Check(_slab.Bytes, Capacities, capacities, target.Length);
        if (error != BookError.None)
            return error;

        // The unused end of this market is zero too.
        ReadOnlySpan<byte> own = _slab.Bytes[..(int)Capacities.RequiredBytes];
        return IsInUse(target, 0, capacities.RequiredBytes) || own.Overlaps(target[..(int)capacities.RequiredBytes])
            ? BookError.MemoryNotEmpty
            : BookError.None;
    }

    private static bool IsInUse(ReadOnlySpan<byte> bytes, long start, long end) =>
        bytes[(int)start..(int)end].ContainsAnyExcept((byte)0);
}
