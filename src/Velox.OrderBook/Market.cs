using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>
/// A market: two sides of resting orders and the balances of their traders, in one flat slab of bytes.
/// </summary>
/// <remarks>
/// This is a view over the memory and holds no state of its own: copying it or opening it anew changes nothing.
/// <para>
/// One writer at a time. Every operation is a pure function of the slab and its arguments. A refused operation
/// (an error other than <see cref="BookError.None"/>) has changed nothing and dirtied no page. Only damage to the slab
/// from outside throws (<see cref="CorruptMarketException"/>).
/// </para>
/// <para>
/// Money: a fill of q lots at p ticks moves q * lotSize base atoms and q * p * tickSize quote atoms, always at the
/// maker's price. Each side pays its fee out of what it receives, rounded up to a whole atom. A resting order's full
/// value is locked: quote behind a bid, base behind an ask. A taker must cover its whole order at its limit price on
/// arrival; what a better price saves stays free.
/// </para>
/// </remarks>
public readonly partial struct Market
{
    /// <summary>
    /// An arriving order stops after this many fills and its remainder is cancelled; a fill-or-kill that needs more is
    /// refused.
    /// </summary>
    public const int MaxFillsPerOrder = 255;

    /// <summary>Most orders that one cancel-all cancels.</summary>
    public const int MaxCancelsPerOperation = 256;

    /// <summary>Room for this many events is enough for any one operation. Placing always asks for it.</summary>
    public const int MaxEventsPerOperation = 1_024;

    private const int LineBytes = 64;

    private readonly Slab _slab;

    private Market(in Slab slab) => _slab = slab;

    /// <summary>The market's parameters, counters and totals, in place.</summary>
    public ref readonly MarketHeader Header => ref _slab.ReadHeader();

    /// <summary>
    /// Opens the market in a memory after a check of its header: cheap, and enough for the safety of every operation.
    /// </summary>
    /// <remarks>It does not prove the slab sound; <see cref="CheckInvariants"/> does.</remarks>
    public static BookError TryOpen(TrackedMemory memory, out Market market)
    {
        ArgumentNullException.ThrowIfNull(memory);
        market = default;
        BookError error = CheckHeader(memory.Bytes);
        if (error == BookError.None)
            market = new Market(new Slab(memory));
        return error;
    }

    /// <summary>
    /// Opens the market in a native region: nothing notes what is written, so nothing can be undone.
    /// </summary>
    /// <remarks>As for <see cref="TryOpen(TrackedMemory, out Market)"/>. The region must not be disposed while the market is
    /// used.</remarks>
    public static BookError TryOpen(NativeRegion memory, out Market market) => TryOpen(memory, 0, WholeOf(memory), out market);

    /// <summary>Opens one of several markets in a native region.</summary>
    /// <param name="memory">As for <see cref="TryOpen(NativeRegion, out Market)"/>.</param>
    /// <param name="offset">Where the market begins, a multiple of 64. Markets that lie at the same distance from a multiple of
    /// 64 KiB push each other out of the caches: let them follow each other closely, not each at a round address.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="market">The market when the result is <see cref="BookError.None"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part leaves the region, or its offset is not a multiple of 64.</exception>
    public static BookError TryOpen(NativeRegion memory, long offset, int length, out Market market)
    {
        market = default;
        ReadOnlySpan<byte> bytes = PartOf(memory, offset, length);
        BookError error = CheckHeader(bytes);
        if (error == BookError.None)
            market = new Market(new Slab(memory, bytes));
        return error;
    }

    /// <summary>
    /// Makes an empty market of a zeroed memory. Writes the header page only, whatever the capacities.
    /// </summary>
    /// <param name="memory">All zero, at least <see cref="MarketLayout.RequiredBytes"/> long; bytes past that stay
    /// unused.</param>
    /// <param name="parameters">What the market is made of; each field states its bound.</param>
    /// <param name="market">The market when the result is <see cref="BookError.None"/>.</param>
    public static BookError TryCreate(TrackedMemory memory, in MarketParameters parameters, out Market market)
    {
        ArgumentNullException.ThrowIfNull(memory);
        market = default;
        BookError error = CheckCreation(memory.Bytes, parameters);
        if (error != BookError.None)
            return error;
        memory.Write<MarketHeader>(0) = HeaderOf(parameters);
        market = new Market(new Slab(memory));
        return BookError.None;
    }

    /// <summary>As <see cref="TryCreate(TrackedMemory, in MarketParameters, out Market)"/>, in a native region.</summary>
    public static BookError TryCreate(NativeRegion memory, in MarketParameters parameters, out Market market) =>
        TryCreate(memory, 0, WholeOf(memory), parameters, out market);

    /// <summary>Makes one of several markets in a native region; the places as in
    /// <see cref="TryOpen(NativeRegion, long, int, out Market)"/>.</summary>
    public static BookError TryCreate(
        NativeRegion memory, long offset, int length, in MarketParameters parameters, out Market market)
    {
        market = default;
        Span<byte> bytes = PartOf(memory, offset, length);
        BookError error = CheckCreation(bytes, parameters);
        if (error != BookError.None)
            return error;
        MarketHeader header = HeaderOf(parameters);
        MemoryMarshal.Write(bytes, in header);
        market = new Market(new Slab(memory, bytes));
        return BookError.None;
    }

    private static int WholeOf(NativeRegion memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        return (int)Math.Min(memory.Bytes, int.MaxValue);
    }

    private static Span<byte> PartOf(NativeRegion memory, long offset, int length)
    {
        ArgumentNullException.ThrowIfNull(memory);
        if (offset % LineBytes != 0)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"A market begins at a multiple of {LineBytes}.");
        return memory.Slice(offset, length);
    }

    private static BookError CheckCreation(ReadOnlySpan<byte> bytes, in MarketParameters parameters)
    {
        BookError error = parameters.Validate();
        if (error != BookError.None)
            return error;
        if (bytes.Length < MarketLayout.RequiredBytes(
            parameters.OrderCapacity, parameters.BlockCapacity, parameters.SeatCapacity))
        {
            return BookError.MemoryTooShort;
        }

        return bytes.ContainsAnyExcept((byte)0) ? BookError.MemoryNotEmpty : BookError.None;
    }

    private static MarketHeader HeaderOf(in MarketParameters parameters) => new()
    {
        Magic = MarketLayout.Magic,
        Version = MarketLayout.Version,
        Flags = parameters.Flags,
        SeatCapacity = parameters.SeatCapacity,
        BlockCapacity = parameters.BlockCapacity,
        OrderCapacity = parameters.OrderCapacity,
        MaxOpenOrdersPerSeat = parameters.MaxOpenOrdersPerSeat,
        LotSize = parameters.LotSize,
        TickSize = parameters.TickSize,
        MakerFeeBps = parameters.MakerFeeBps,
        TakerFeeBps = parameters.TakerFeeBps,
        NextOrderSequence = 1,
        IndexBuckets = 1,
        BaseMint = parameters.BaseMint,
        QuoteMint = parameters.QuoteMint,
        BaseVault = parameters.BaseVault,
        QuoteVault = parameters.QuoteVault,
        Authority = parameters.Authority,
    };

    private static BookError CheckHeader(ReadOnlySpan<byte> bytes) =>
        bytes.Length < MarketLayout.HeaderBytes
            ? BookError.MemoryTooShort
            : CheckHeader(MemoryMarshal.AsRef<MarketHeader>(bytes), bytes.Length);

    private static BookError CheckHeader(in MarketHeader header, int length)
    {
        if (header.Magic != MarketLayout.Magic)
            return BookError.NotAMarket;
        if (header.Version != MarketLayout.Version)
            return BookError.UnsupportedVersion;

        BookError error = ParametersOf(header).Validate();
        if (error != BookError.None)
            return error;
        if (length < MarketLayout.RequiredBytes(header.OrderCapacity, header.BlockCapacity, header.SeatCapacity))
            return BookError.MemoryTooShort;

        bool countersFit = header.SeatCount <= header.SeatCapacity
            && header.UsedBlocks <= header.BlockCapacity
            && header.UsedOrders <= header.OrderCapacity
            && header.IndexBuckets - 1 < MarketLayout.BucketCapacity(header.OrderCapacity)
            && header.NextOrderSequence is > 0 and <= MarketLayout.MaxOrderSequence + 1;
        return countersFit ? BookError.None : BookError.CorruptMarket;
    }

    private static MarketParameters ParametersOf(in MarketHeader header) => new()
    {
        LotSize = header.LotSize,
        TickSize = header.TickSize,
        MakerFeeBps = header.MakerFeeBps,
        TakerFeeBps = header.TakerFeeBps,
        OrderCapacity = header.OrderCapacity,
        BlockCapacity = header.BlockCapacity,
        SeatCapacity = header.SeatCapacity,
        MaxOpenOrdersPerSeat = header.MaxOpenOrdersPerSeat,
        Flags = header.Flags,
    };

    /// <summary>Begins the change of an operation on orders that has passed its checks.</summary>
    /// <remarks>
    /// Readers on other threads compare <see cref="MarketHeader.Changes"/> before and after: the barrier puts its odd value
    /// before everything that the operation writes.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref MarketHeader BeginChange()
    {
        ref MarketHeader header = ref _slab.WriteHeader();
        BeginChange(ref header);
        return ref header;
    }

    /// <summary>The same for a header that is noted as written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void BeginChange(ref MarketHeader header)
    {
        header.Changes++;
        Volatile.WriteBarrier();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void EndChange(ref MarketHeader header)
    {
        if (header.BestBidTicks != header.Bids.BestTicks || header.BestAskTicks != header.Asks.BestTicks)
            PublishQuote(ref header);

        // After everything that the operation wrote.
        Volatile.Write(ref header.Changes, header.Changes + 1);
    }

    /// <summary>
    /// Writes the best prices where readers look for them: on a line of their own, which other changes leave alone.
    /// </summary>
    private static void PublishQuote(ref MarketHeader header)
    {
        header.QuoteChanges++;
        Volatile.WriteBarrier();
        header.BestBidTicks = header.Bids.BestTicks;
        header.BestAskTicks = header.Asks.BestTicks;
        Volatile.Write(ref header.QuoteChanges, header.QuoteChanges + 1);
    }
}
