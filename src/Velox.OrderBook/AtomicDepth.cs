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

    private const int MaxPauseSpins = 64;
    private const int LineBytes = 64;

    // A line for the total of the bucket, which every scan for the best one reads, and two for those of its ticks.
    private const int BucketBytes = LineBytes + (TicksPerBucket * sizeof(long));
    private const int Bytes = 2 * Buckets * BucketBytes;

    // One block for both sides: native, so that lines stay lines whatever the collector does.
    private byte* _lines;
    private readonly ulong _firstPriceTicks;
    private long _bestBid = -1;
    private long _bestAsk = Buckets;

    /// <param name="firstPriceTicks">The lowest price of the window; it has 16,384 ticks.</param>
    public AtomicDepth(ulong firstPriceTicks)
    {
        _firstPriceTicks = firstPriceTicks;
        _lines = (byte*)NativeMemory.AlignedAlloc(Bytes, LineBytes);
        NativeMemory.Clear(_lines, Bytes);
    }

    ~AtomicDepth() => Free();

    /// <summary>The best bid, or null without bids; about now.</summary>
    public ulong? BestBidTicks => TryFindBest(Side.Bid, out int bucket, out int tick) ? PriceOf(bucket, tick) : null;

    /// <summary>The best ask, or null without asks; about now.</summary>
    public ulong? BestAskTicks => TryFindBest(Side.Ask, out int bucket, out int tick) ? PriceOf(bucket, tick) : null;

    /// <summary>Ticks between the best prices, or null where a side is empty; about now, and below 0 where they cross.</summary>
    public long? SpreadTicks => BestBidTicks is { } bid && BestAskTicks is { } ask ? (long)ask - (long)bid : null;

    /// <summary>Adds at a price.</summary>
    public DepthResult Add(Side side, ulong priceTicks, ulong lots)
    {
        if (!TryFind(priceTicks, out int bucket, out int tick))
            return DepthResult.OutOfWindow;
        if (lots > long.MaxValue)
            return DepthResult.TooMany;
        DepthResult result = Change(ref Total(side, bucket), (long)lots);
        if (result != DepthResult.Done)
            return result;

        // Never too much: the bucket has room for it, and holds at least what its ticks do.
        Interlocked.Add(ref AtTick(side, bucket, tick), (long)lots);
        SetBest(side, bucket);
        return DepthResult.Done;
    }

    /// <summary>Takes at a price.</summary>
    public DepthResult Remove(Side side, ulong priceTicks, ulong lots)
    {
        if (!TryFind(priceTicks, out int bucket, out int tick))
            return DepthResult.OutOfWindow;
        if (lots > long.MaxValue)
            return DepthResult.NotEnough;
        DepthResult result = Change(ref AtTick(side, bucket, tick), -(long)lots);
        if (result == DepthResult.Done)
            TakeFromBucket(side, bucket, (long)lots);
        return result;
    }

    /// <summary>Takes at the best price, as far as that goes; the next price is the next call's.</summary>
    /// <remarks>The price is the best that this thread saw: a better one that comes at the same time is passed over.</remarks>
    /// <param name="side">Whose lots are taken.</param>
    /// <param name="worstPriceTicks">How far it may go: not below for bids, not above for asks.</param>
    /// <param name="lots">Most lots to take, at least 1.</param>
    /// <param name="priceTicks">Where they were taken.</param>
    /// <param name="takenLots">How many: 1..<paramref name="lots"/> when done, otherwise 0.</param>
    /// <returns><see cref="DepthResult.NotEnough"/> when there is nothing up to the worst price.</returns>
    public DepthResult TakeBest(Side side, ulong worstPriceTicks, ulong lots, out ulong priceTicks, out ulong takenLots)
    {
        priceTicks = 0;
        takenLots = 0;
        int pauseSpins = 1;
        for (int attempt = 0; attempt < MaxTries; attempt++)
        {
            if (lots == 0 || !BestBucketReaches(side, worstPriceTicks) || !TryFindBest(side, out int bucket, out int tick)
                || !Reaches(side, PriceOf(bucket, tick), worstPriceTicks))
            {
                return DepthResult.NotEnough;
            }

            ref long total = ref AtTick(side, bucket, tick);
            long before = Volatile.Read(ref total);
            long taken = (long)Math.Min((ulong)before, lots);
            if (taken > 0 && Interlocked.CompareExchange(ref total, before - taken, before) == before)
            {
                TakeFromBucket(side, bucket, taken);
                priceTicks = PriceOf(bucket, tick);
                takenLots = (ulong)taken;
                return DepthResult.Done;
            }

            Pause(ref pauseSpins);
        }

        return DepthResult.Timeout;
    }

    /// <summary>Lots at a price; 0 outside the window.</summary>
    public ulong LotsAt(Side side, ulong priceTicks) =>
        TryFind(priceTicks, out int bucket, out int tick) ? (ulong)Volatile.Read(ref AtTick(side, bucket, tick)) : 0;

    /// <summary>Lots in the bucket of a price; 0 outside the window. What is being added may be in it before it is at its price.</summary>
    public ulong LotsInBucket(Side side, ulong priceTicks) =>
        TryFind(priceTicks, out int bucket, out _) ? (ulong)LotsIn(side, bucket) : 0;

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
            Pause(ref pauseSpins);
        }

        return DepthResult.Timeout;
    }

    private static void Pause(ref int spins)
    {
        Thread.SpinWait(spins);
        spins = Math.Min(spins * 2, MaxPauseSpins);
    }

    /// <summary>The second step of taking. Never below 0: these lots were at a tick, so the bucket still has them.</summary>
    private void TakeFromBucket(Side side, int bucket, long lots)
    {
        if (Interlocked.Add(ref Total(side, bucket), -lots) == 0)
            SetBest(side, bucket);
    }

    /// <summary>Makes the best bucket the first that is not empty, from the better of itself and a changed one on.</summary>
    /// <remarks>
    /// The exchange is a full fence: what others put into buckets that were passed before it, and before they looked at the
    /// best one, the next turn sees; and who looks after it finds the best one worse than its own bucket, and sets it.
    /// </remarks>
    private void SetBest(Side side, int changed)
    {
        int step = StepOf(side);
        ref long best = ref BestOf(side);
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

    /// <summary>The first tick with lots, from the best bucket on.</summary>
    /// <remarks>Not always in the best bucket: what is being added may be in its total only, and it may be empty by now.</remarks>
    private bool TryFindBest(Side side, out int bucket, out int tick)
    {
        int step = StepOf(side);
        for (bucket = (int)Volatile.Read(ref BestOf(side)); bucket is >= 0 and < Buckets; bucket += step)
        {
            if (LotsIn(side, bucket) == 0)
                continue;
            for (tick = side == Side.Bid ? TicksPerBucket - 1 : 0; tick is >= 0 and < TicksPerBucket; tick += step)
            {
                if (Volatile.Read(ref AtTick(side, bucket, tick)) > 0)
                    return true;
            }
        }

        tick = 0;
        return false;
    }

    /// <summary>Whether any tick of the best bucket could do: most orders do not cross, and need no look at its ticks.</summary>
    private bool BestBucketReaches(Side side, ulong worstPriceTicks)
    {
        long bucket = Volatile.Read(ref BestOf(side));
        return bucket is >= 0 and < Buckets
            && Reaches(side, PriceOf((int)bucket, side == Side.Bid ? TicksPerBucket - 1 : 0), worstPriceTicks);
    }

    private static bool Reaches(Side side, ulong priceTicks, ulong worstPriceTicks) =>
        side == Side.Bid ? priceTicks >= worstPriceTicks : priceTicks <= worstPriceTicks;

    private static int StepOf(Side side) => side == Side.Bid ? -1 : 1;

    private ref long BestOf(Side side) => ref side == Side.Bid ? ref _bestBid : ref _bestAsk;

    private bool TryFind(ulong priceTicks, out int bucket, out int tick)
    {
        ulong distance = priceTicks - _firstPriceTicks;
        bucket = (int)(distance / TicksPerBucket);
        tick = (int)(distance % TicksPerBucket);
        return priceTicks >= _firstPriceTicks && distance < Buckets * TicksPerBucket;
    }

    private ulong PriceOf(int bucket, int tick) => _firstPriceTicks + (ulong)((bucket * TicksPerBucket) + tick);

    private long LotsIn(Side side, int bucket) => Volatile.Read(ref Total(side, bucket));

    // Safe, as below: bucket and tick are inside the block, which lives as long as this object.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref long Total(Side side, int bucket) => ref *(long*)(_lines + ((((int)side * Buckets) + bucket) * BucketBytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref long AtTick(Side side, int bucket, int tick) => ref Unsafe.Add(ref Total(side, bucket), (LineBytes / sizeof(long)) + tick);
}
