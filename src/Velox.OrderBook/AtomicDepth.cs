using System.Runtime.InteropServices;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>What a change of <see cref="AtomicDepth"/> came to.</summary>
public enum DepthResult : byte
{
    Done,

    /// <summary>The price is outside the window.</summary>
    OutOfWindow,

    /// <summary>Other threads were faster in every try: nothing was changed.</summary>
    Timeout,

    /// <summary>There is less than was to be taken at this price, or nothing up to it: nothing was changed.</summary>
    NotEnough,

    /// <summary>A bucket holds at most 2^63 - 1 lots: nothing was changed.</summary>
    TooMany,
}

/// <summary>
/// How many lots rest at each tick of a window on both sides, changed by any number of threads without locks.
/// </summary>
/// <remarks>
/// <para>1,024 buckets of 16 ticks a side. A bucket has a total, alone on its cache line, and a total for each of its ticks. The
/// decision of a change is one compare-and-swap, tried at most <see cref="MaxTries"/> times with growing pauses: it succeeds, or
/// says <see cref="DepthResult.Timeout"/> and has changed nothing.</para>
/// <para>What is added goes to the bucket first, where it is decided whether it fits, and then to the tick; what is taken leaves the
/// tick first, where it is decided whether there is enough, and then the bucket. So the bucket always holds at least what its
/// ticks hold: the second step cannot fail, neither total is ever negative or too large, and a bucket that says 0 has nothing at
/// any tick. When all have ended, a bucket holds exactly the sum of its ticks.</para>
/// <para>The best buckets are kept beside the totals: a reader may see them a moment early or late. Who changes a bucket
/// sets the best one right behind it, and looks again after that: when all have ended, it is right, and the best price in it,
/// for which a reader looks through the ticks, is exact. A tick's total itself is exact: the sum of all changes that were
/// done.</para>
/// </remarks>
public sealed unsafe class AtomicDepth : IDisposable
{
    /// <summary>Buckets of a side.</summary>
    public const int Buckets = 1024;

    /// <summary>Ticks of a bucket.</summary>
    public const int TicksPerBucket = 16;

    /// <summary>Most tries of one change.</summary>
    public const int MaxTries = 100;

    private const int AlignmentBytes = 64;

    // One block for both sides: native, so that lines stay lines whatever the collector does.
    private byte* _lines;
    private AtomicDepthCore<HardwareModel, Shape> _core;

    /// <param name="firstPriceTicks">The lowest price of the window; it has 16,384 ticks.</param>
    public AtomicDepth(ulong firstPriceTicks)
    {
        nuint bytes = (nuint)AtomicDepthCore<HardwareModel, Shape>.Bytes;
        _lines = (byte*)NativeMemory.AlignedAlloc(bytes, AlignmentBytes);
        NativeMemory.Clear(_lines, bytes);
        _core = new AtomicDepthCore<HardwareModel, Shape>(_lines, firstPriceTicks);
        _core.Begin();
    }

    ~AtomicDepth() => Free();

    /// <summary>The best bid, or null without bids; about now.</summary>
    public ulong? BestBidTicks => _core.BestTicks(Side.Bid);

    /// <summary>The best ask, or null without asks; about now.</summary>
    public ulong? BestAskTicks => _core.BestTicks(Side.Ask);

    /// <summary>Ticks between the best prices, or null where a side is empty; about now, and below 0 where they cross.</summary>
    public long? SpreadTicks => BestBidTicks is { } bid && BestAskTicks is { } ask ? (long)ask - (long)bid : null;

    /// <summary>Adds at a price.</summary>
    public DepthResult Add(Side side, ulong priceTicks, ulong lots) => _core.Add(Known(side), priceTicks, lots);

    /// <summary>Takes at a price.</summary>
    public DepthResult Remove(Side side, ulong priceTicks, ulong lots) => _core.Remove(Known(side), priceTicks, lots);

    /// <summary>Takes at the best price, as far as that goes; the next price is the next call's.</summary>
    /// <remarks>The price is the best that this thread saw: a better one that comes at the same time is passed over.</remarks>
    /// <param name="side">Whose lots are taken.</param>
    /// <param name="worstPriceTicks">How far it may go: not below for bids, not above for asks.</param>
    /// <param name="lots">Most lots to take, at least 1.</param>
    /// <param name="priceTicks">Where they were taken.</param>
    /// <param name="takenLots">How many: 1..<paramref name="lots"/> when done, otherwise 0.</param>
    /// <returns><see cref="DepthResult.NotEnough"/> when there is nothing up to the worst price.</returns>
    public DepthResult TakeBest(Side side, ulong worstPriceTicks, ulong lots, out ulong priceTicks, out ulong takenLots) =>
        _core.TakeBest(Known(side), worstPriceTicks, lots, out priceTicks, out takenLots);

    /// <summary>Lots at a price; 0 outside the window.</summary>
    public ulong LotsAt(Side side, ulong priceTicks) => _core.LotsAt(Known(side), priceTicks);

    /// <summary>Lots in the bucket of a price; 0 outside the window. What is being added may be in it before it is at its price.</summary>
    public ulong LotsInBucket(Side side, ulong priceTicks) => _core.LotsInBucket(Known(side), priceTicks);

    /// <summary>Frees the memory; no thread may use it any more.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    // The side decides an address.
    private static Side Known(Side side)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((byte)side, (byte)Side.Ask, nameof(side));
        return side;
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_lines);
        _lines = null;
        _core = default;
    }

    private readonly struct Shape : IAtomicDepthShape
    {
        public static int Buckets => AtomicDepth.Buckets;

        public static int TicksPerBucket => AtomicDepth.TicksPerBucket;

        public static int MaxTries => AtomicDepth.MaxTries;
    }
}
