using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>What a read of a market beside its writer came to.</summary>
public enum ReadResult : byte
{
    /// <summary>It is the book as it was at one moment between two operations.</summary>
    Whole = 0,

    /// <summary>The writer changed the book during every try. Nothing was read.</summary>
    Contended = 1,

    /// <summary>The book has more orders than the snapshot holds. Nothing was read.</summary>
    Full = 2,

    /// <summary>The slab contradicts itself, and no operation was under way. Nothing was read.</summary>
    Corrupt = 3,
}

/// <summary>Reads a market from any thread while another one changes it, without locks and without disturbing the writer.</summary>
/// <remarks>
/// <para>
/// Best prices stand on a cache line that the writer touches only when they change. All else is read between two looks at
/// the header's counter of changes: a read during which something changed is thrown away and tried again, a bounded
/// number of times. So what is handed out is never torn, and a walk never leaves the slab, whatever it meets on its way.
/// </para>
/// <para>
/// The deeper a read and the busier the writer, the more often it is contended: a few levels of a market under full load
/// come through, a full walk of thousands of orders does not. For those follow the feed (<see cref="OrderView"/>) and
/// begin with a snapshot made in a quieter moment or by the writer (<see cref="BookSnapshot.Take"/>).
/// </para>
/// <para>
/// Only native memory, because there nothing is undone: an undone operation would leave the counter as it was before, and
/// a reader that saw half of it could not tell. One reader may be used by several threads; windows and snapshots that it
/// fills by one at a time. Nothing is allocated.
/// </para>
/// </remarks>
public sealed unsafe class LiveMarketReader
{
    /// <summary>Tries of a read, where nothing else is asked for.</summary>
    public const int DefaultTries = 100;

    private readonly NativeRegion _memory;
    private readonly RacingSlab<RacingMemory> _slab;

    private LiveMarketReader(NativeRegion memory, in Market market, int changesOffset)
    {
        _memory = memory;
        _slab = new RacingSlab<RacingMemory>(memory.Address, market.Header, changesOffset);
    }

    /// <summary>Opens a market for reading, after the check of its header; it may be changing already.</summary>
    /// <param name="memory">Must not be disposed while the reader is used. When the market moves to another region, as it
    /// does to grow, the reader must be opened there anew.</param>
    /// <param name="reader">The reader when the result is <see cref="BookError.None"/>.</param>
    public static BookError TryOpen(NativeRegion memory, out LiveMarketReader? reader) =>
        TryOpen(memory, MarketHeader.ChangesOffset, out reader);

    /// <summary>For tests, which let it look at another word than the one that counts changes.</summary>
    internal static BookError TryOpen(NativeRegion memory, int changesOffset, out LiveMarketReader? reader)
    {
        BookError error = Market.TryOpen(memory, out Market market);
        reader = error == BookError.None ? new LiveMarketReader(memory, market, changesOffset) : null;
        return error;
    }

    /// <summary>The best prices, of one moment.</summary>
    /// <param name="bidTicks">0 when there are no bids.</param>
    /// <param name="askTicks">0 when there are no asks.</param>
    /// <param name="maxTries">Tries before it gives up, at least 1.</param>
    /// <returns><see cref="ReadResult.Whole"/> or <see cref="ReadResult.Contended"/>.</returns>
    public ReadResult ReadPrices(out ulong bidTicks, out ulong askTicks, int maxTries = DefaultTries)
    {
        bool isWhole = _slab.TryReadPrices(out bidTicks, out askTicks);
        for (int tries = 1; !isWhole && tries < maxTries; tries++)
        {
            HardwareModel.BackOff(1);
            isWhole = _slab.TryReadPrices(out bidTicks, out askTicks);
        }

        GC.KeepAlive(_memory);
        if (isWhole)
            return ReadResult.Whole;
        (bidTicks, askTicks) = (0, 0);
        return ReadResult.Contended;
    }

    /// <summary>The best levels of each side, of one moment: as many as the window holds.</summary>
    /// <param name="window">Filled with levels and <see cref="DepthWindow.NextEventSequence"/>; empty when the result is not
    /// <see cref="ReadResult.Whole"/>. With a depth of 1 it is the best prices with their sizes.</param>
    /// <param name="maxTries">Tries before it gives up, at least 1.</param>
    /// <returns>All but <see cref="ReadResult.Full"/>.</returns>
    public ReadResult ReadDepth(DepthWindow window, int maxTries = DefaultTries)
    {
        ArgumentNullException.ThrowIfNull(window);
        ReadResult result = ReadResult.Contended;
        for (int tries = 0; result == ReadResult.Contended && tries < maxTries; tries++)
        {
            result = _slab.ReadDepth(window);
            BackOffUnlessDone(result);
        }

        GC.KeepAlive(_memory);
        if (result != ReadResult.Whole)
            window.Load(0, 0, 0);
        return result;
    }

    /// <summary>All orders, of one moment: a snapshot for views to begin with.</summary>
    /// <param name="snapshot">Filled; empty when the result is not <see cref="ReadResult.Whole"/>.</param>
    /// <param name="maxTries">Tries before it gives up, at least 1.</param>
    public ReadResult ReadOrders(BookSnapshot snapshot, int maxTries = DefaultTries)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ReadResult result = ReadResult.Contended;
        for (int tries = 0; result == ReadResult.Contended && tries < maxTries; tries++)
        {
            result = _slab.ReadOrders(snapshot);
            BackOffUnlessDone(result);
        }

        GC.KeepAlive(_memory);
        if (result != ReadResult.Whole)
            snapshot.Begin(0);
        return result;
    }

    private static void BackOffUnlessDone(ReadResult result)
    {
        if (result == ReadResult.Contended)
            HardwareModel.BackOff(1);
    }
}
