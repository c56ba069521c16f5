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
    public const int MaxEventsPerOperation = 256;

    private readonly Slab _slab;

    private Market(TrackedMemory memory) => _slab = new Slab(memory);

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
        if (memory.Length < MarketLayout.HeaderBytes)
            return BookError.MemoryTooShort;

        ref readonly MarketHeader header = ref memory.Read<MarketHeader>(0);
        BookError error = CheckHeader(header, memory.Length);
        if (error == BookError.None)
            market = new Market(memory);
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
        BookError error = parameters.Validate();
        if (error != BookError.None)
            return error;
        if (memory.Length < MarketLayout.RequiredBytes(
            parameters.OrderCapacity, parameters.LevelCapacity, parameters.SeatCapacity))
        {
            return BookError.MemoryTooShort;
        }

        if (memory.Bytes.ContainsAnyExcept((byte)0))
            return BookError.MemoryNotEmpty;

        memory.Write<MarketHeader>(0) = new MarketHeader
        {
            Magic = MarketLayout.Magic,
            Version = MarketLayout.Version,
            SeatCapacity = parameters.SeatCapacity,
            LevelCapacity = parameters.LevelCapacity,
            OrderCapacity = parameters.OrderCapacity,
            MaxOpenOrdersPerSeat = parameters.MaxOpenOrdersPerSeat,
            LotSize = parameters.LotSize,
            TickSize = parameters.TickSize,
            MakerFeeBps = parameters.MakerFeeBps,
            TakerFeeBps = parameters.TakerFeeBps,
            NextOrderSequence = 1,
            BaseMint = parameters.BaseMint,
            QuoteMint = parameters.QuoteMint,
            BaseVault = parameters.BaseVault,
            QuoteVault = parameters.QuoteVault,
            Authority = parameters.Authority,
        };
        market = new Market(memory);
        return BookError.None;
    }

    private static BookError CheckHeader(in MarketHeader header, int length)
    {
        if (header.Magic != MarketLayout.Magic)
            return BookError.NotAMarket;
        if (header.Version != MarketLayout.Version || header.Flags != 0)
            return BookError.UnsupportedVersion;

        BookError error = ParametersOf(header).Validate();
        if (error != BookError.None)
            return error;
        if (length < MarketLayout.RequiredBytes(header.OrderCapacity, header.LevelCapacity, header.SeatCapacity))
            return BookError.MemoryTooShort;

        bool countersFit = header.SeatCount <= header.SeatCapacity
            && header.UsedLevels <= header.LevelCapacity
            && header.UsedOrders <= header.OrderCapacity
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
        LevelCapacity = header.LevelCapacity,
        SeatCapacity = header.SeatCapacity,
        MaxOpenOrdersPerSeat = header.MaxOpenOrdersPerSeat,
    };
}
