using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Velox.OrderBook;

/// <summary>What a change of <see cref="AtomicDepth"/> came to.</summary>
public enum DepthResult : byte
{
    Done,

    /// <summary>The price is outside the window.</summary>
    OutOfWindow,

    /// <summary>Other threads were faster in every try: nothing was changed.</summary>
    Timeout,

    /// <summary>There is less than was to be taken: nothing was changed.</summary>
    NotEnough,

    /// <summary>A bucket holds at most 2^63 - 1 lots: nothing was changed.</summary>
    TooMany,
}

/// <summary>
/// How many lots rest in each bucket of 16 ticks on both sides, changed by any number of threads without locks.
/// </summary>
/// <remarks>
/// <para>1,024 buckets a side, each alone on its cache line. A change is one compare-and-swap, tried at most
/// <see cref="MaxTries"/> times with growing pauses: it succeeds, or says <see cref="DepthResult.Timeout"/> and has changed nothing.</para>
/// <para>The best buckets are kept beside the quantities: a reader may see them a moment early or late. Who changes a quantity
/// sets the best bucket right behind it, and looks again after that: when all have ended, it is right. A bucket's quantity
/// itself is exact: the sum of all changes that were done.</para>
/// </remarks>
public sealed unsafe class AtomicDepth : IDisposable
{
    /// <summary>Buckets of a side.</summary>
    public const int Buckets = 1024;

    /// <summary>Ticks of a bucket.</summary>
    public const int TicksPerBucket = 16;

    /// <summary>Most tries of one change.</summary>
    public const int MaxTries = 100;

    private const int MaxPauseSpins = 64;
    private const int LineBytes = 64;

    // One block for both sides: native, so that lines stay lines whatever the collector does.
    private byte* _lines;
    private readonly ulong _firstPriceTicks;
    private long _bestBid = -1;
    private long _bestAsk = Buckets;

    /// <param name="firstPriceTicks">The lowest price of the window; it has 16,384 ticks.</param>
    public AtomicDepth(ulong firstPriceTicks)
    {
        _firstPriceTicks = firstPriceTicks;
        _lines = (byte*)NativeMemory.AlignedAlloc(2 * Buckets * LineBytes, LineBytes);
        NativeMemory.Clear(_lines, 2 * Buckets * LineBytes);
    }

    ~AtomicDepth() => Free();

    /// <summary>The lowest price of the best bid's bucket, or null without bids; about now.</summary>
    public ulong? BestBidTicks => Volatile.Read(ref _bestBid) is >= 0 and long bucket ? PriceOf((int)bucket) : null;

    /// <summary>The lowest price of the best ask's bucket, or null without asks; about now.</summary>
    public ulong? BestAskTicks => Volatile.Read(ref _bestAsk) is < Buckets and long bucket ? PriceOf((int)bucket) : null;

    /// <summary>Ticks between the best buckets, or null where a side is empty; about now.</summary>
    public long? SpreadTicks => BestBidTicks is { } bid && BestAskTicks is { } ask ? (long)ask - (long)bid : null;

    /// <summary>Adds to the bucket of a price.</summary>
    public DepthResult Add(Side side, ulong priceTicks, ulong lots)
    {
        if (!TryFind(priceTicks, out int bucket))
            return DepthResult.OutOfWindow;
        if (lots > long.MaxValue)
            return DepthResult.TooMany;
        DepthResult result = Change(ref Quantity(side, bucket), (long)lots);
        if (result == DepthResult.Done)
            SetBest(side, bucket);
        return result;
    }

    /// <summary>Takes from the bucket of a price.</summary>
    public DepthResult Remove(Side side, ulong priceTicks, ulong lots)
    {
        if (!TryFind(priceTicks, out int bucket))
            return DepthResult.OutOfWindow;
        if (lots > long.MaxValue)
            return DepthResult.NotEnough;
        DepthResult result = Change(ref Quantity(side, bucket), -(long)lots);
        if (result == DepthResult.Done && LotsIn(side, bucket) == 0)
            SetBest(side, bucket);
        return result;
    }

    /// <summary>Lots in the bucket of a price; 0 outside the window.</summary>
    public ulong LotsAt(Side side, ulong priceTicks) => TryFind(priceTicks, out int bucket) ? (ulong)LotsIn(side, bucket) : 0;

    /// <summary>Frees the memory; no thread may use it any more.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_lines);
        _lines = null;
    }

    private static DepthResult Change(ref long quantity, long by)
    {
        int pauseSpins = 1;
        for (int attempt = 0; attempt < MaxTries; attempt++)
        {
            long before = Volatile.Read(ref quantity);
            long after = before + by;
            if (after < 0)
                return by < 0 ? DepthResult.NotEnough : DepthResult.TooMany; // a sum that wrapped is negative
            // A full fence, as every interlocked operation here: what this thread did before is seen with the new quantity.
            if (Interlocked.CompareExchange(ref quantity, after, before) == before)
                return DepthResult.Done;
            Thread.SpinWait(pauseSpins);
            pauseSpins = Math.Min(pauseSpins * 2, MaxPauseSpins);
        }

        return DepthResult.Timeout;
    }

    /// <summary>Makes the best bucket the first that is not empty, from the better of itself and a changed one on.</summary>
    /// <remarks>
    /// The exchange is a full fence: what others put into buckets that were passed before it, and before they looked at the
    /// best one, the next turn sees; and who looks after it finds the best one worse than its own bucket, and sets it.
    /// </remarks>
    private void SetBest(Side side, int changed)
    {
        int step = side == Side.Bid ? -1 : 1;
        ref long best = ref side == Side.Bid ? ref _bestBid : ref _bestAsk;
        for (int attempt = 0; attempt < MaxTries; attempt++)
        {
            long seen = Volatile.Read(ref best);
            int bucket = side == Side.Bid ? (int)Math.Max(seen, changed) : (int)Math.Min(seen, changed);
            changed = bucket;
            while (bucket is >= 0 and < Buckets && LotsIn(side, bucket) == 0)
                bucket += step;
            if (bucket == seen)
                return;
            Interlocked.CompareExchange(ref best, bucket, seen);
        }
    }

    private bool TryFind(ulong priceTicks, out int bucket)
    {
        ulong distance = (priceTicks - _firstPriceTicks) / TicksPerBucket;
        bucket = (int)distance;
        return priceTicks >= _firstPriceTicks && distance < Buckets;
    }

    private ulong PriceOf(int bucket) => _firstPriceTicks + (ulong)(bucket * TicksPerBucket);

    private long LotsIn(Side side, int bucket) => Volatile.Read(ref Quantity(side, bucket));

    // Safe: the bucket is inside the block, which lives as long as this object.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref long Quantity(Side side, int bucket) => ref *(long*)(_lines + ((((int)side * Buckets) + bucket) * LineBytes));
}
