using System.Runtime.CompilerServices;
using Velox.Primitives;

namespace Velox.OrderBook;

/// <summary>How large an <see cref="AtomicDepth"/> is, and how patient. Implemented by structs, whose numbers are constants when compiled.</summary>
internal interface IAtomicDepthShape
{
    /// <summary>Buckets of a side.</summary>
    static abstract int Buckets { get; }

    /// <summary>Ticks of a bucket.</summary>
    static abstract int TicksPerBucket { get; }

    /// <summary>Most tries of one change.</summary>
    static abstract int MaxTries { get; }
}

/// <summary>The algorithm of <see cref="AtomicDepth"/>, over memory that its owner keeps.</summary>
/// <remarks>
/// Order: every exchange and addition is a full fence, as those of .NET are; a model whose are not must add them. What this
/// is needed for stands at <see cref="SetBest"/>; elsewhere acquire and release would do.
/// </remarks>
/// <param name="lines">Zeroed, <see cref="Bytes"/> at the beginning of a cache line.</param>
/// <param name="firstPriceTicks">The lowest price of the window.</param>
internal readonly unsafe struct AtomicDepthCore<TModel, TShape>(byte* lines, ulong firstPriceTicks)
    where TModel : struct, IMemoryModel
    where TShape : struct, IAtomicDepthShape
{
    private const int MaxPauseSpins = 64;
    private const int LineBytes = 64;

    /// <summary>A line for the best buckets, and those of both sides.</summary>
    internal static int Bytes => LineBytes + (2 * TShape.Buckets * BucketBytes);

    // A line for the total of the bucket, which every scan for the best one reads, and others for those of its ticks.
    private static int BucketBytes => LineBytes + (TShape.TicksPerBucket * sizeof(long));

    /// <summary>Makes zeroed memory an empty depth, before any thread uses it.</summary>
    internal void Begin()
    {
        BestOf(Side.Bid) = -1;
        BestOf(Side.Ask) = TShape.Buckets;
    }

    internal ulong? BestTicks(Side side) => TryFindBest(side, out int bucket, out int tick) ? PriceOf(bucket, tick) : null;

    internal DepthResult Add(Side side, ulong priceTicks, ulong lots)
    {
        if (!TryFind(priceTicks, out int bucket, out int tick))
            return DepthResult.OutOfWindow;
        if (lots > long.MaxValue)
            return DepthResult.TooMany;
        DepthResult result = Change(ref Total(side, bucket), (long)lots);
        if (result != DepthResult.Done)
            return result;

        // Never too much: the bucket has room for it, and holds at least what its ticks do.
        TModel.Add(ref AtTick(side, bucket, tick), (long)lots);
        SetBest(side, bucket);
        return DepthResult.Done;
    }

    internal DepthResult Remove(Side side, ulong priceTicks, ulong lots)
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

    internal DepthResult TakeBest(Side side, ulong worstPriceTicks, ulong lots, out ulong priceTicks, out ulong takenLots)
    {
        priceTicks = 0;
        takenLots = 0;
        int pauseSpins = 1;
        for (int attempt = 0; attempt < TShape.MaxTries; attempt++)
        {
            if (lots == 0 || !BestBucketReaches(side, worstPriceTicks) || !TryFindBest(side, out int bucket, out int tick)
                || !Reaches(side, PriceOf(bucket, tick), worstPriceTicks))
            {
                return DepthResult.NotEnough;
            }

            ref long total = ref AtTick(side, bucket, tick);
            long before = TModel.LoadAcquire(ref total);
            long taken = (long)Math.Min((ulong)before, lots);
            if (taken > 0 && TModel.CompareExchange(ref total, before - taken, before) == before)
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

    internal ulong LotsAt(Side side, ulong priceTicks) =>
        TryFind(priceTicks, out int bucket, out int tick) ? (ulong)TModel.LoadAcquire(ref AtTick(side, bucket, tick)) : 0;

    internal ulong LotsInBucket(Side side, ulong priceTicks) =>
        TryFind(priceTicks, out int bucket, out _) ? (ulong)LotsIn(side, bucket) : 0;

    private static DepthResult Change(ref long quantity, long by)
    {
        int pauseSpins = 1;
        for (int attempt = 0; attempt < TShape.MaxTries; attempt++)
        {
            long before = TModel.LoadAcquire(ref quantity);
            long after = before + by;
            if (after < 0)
                return by < 0 ? DepthResult.NotEnough : DepthResult.TooMany; // a sum that wrapped is negative
            // A full fence, as every interlocked operation here: what this thread did before is seen with the new quantity.
            if (TModel.CompareExchange(ref quantity, after, before) == before)
                return DepthResult.Done;
            Pause(ref pauseSpins);
        }

        return DepthResult.Timeout;
    }

    private static void Pause(ref int spins)
    {
        TModel.BackOff(spins);
        spins = Math.Min(spins * 2, MaxPauseSpins);
    }

    /// <summary>The second step of taking. Never below 0: these lots were at a tick, so the bucket still has them.</summary>
    private void TakeFromBucket(Side side, int bucket, long lots)
    {
        if (TModel.Add(ref Total(side, bucket), -lots) == 0)
            SetBest(side, bucket);
    }

    /// <summary>Makes the best bucket the first that is not empty, from the better of itself and a changed one on.</summary>
    /// <remarks>
    /// The exchange is a full fence: what others put into buckets that were passed before it, and before they looked at the
    /// best one, the next turn sees; and who looks after it finds the best one worse than its own bucket, and sets it. It has no
    /// last try: who gave up would leave the best one wrong for good. Each lost exchange is another thread's done change.
    /// </remarks>
    private void SetBest(Side side, int changed)
    {
        int step = StepOf(side);
        ref long best = ref BestOf(side);
        while (true)
        {
            long seen = TModel.LoadAcquire(ref best);
            int bucket = side == Side.Bid ? (int)Math.Max(seen, changed) : (int)Math.Min(seen, changed);
            changed = bucket;
            while (IsBucket(bucket) && LotsIn(side, bucket) == 0)
                bucket += step;
            if (bucket == seen)
                return;
            TModel.CompareExchange(ref best, bucket, seen);
        }
    }

    /// <summary>The first tick with lots, from the best bucket on.</summary>
    /// <remarks>Not always in the best bucket: what is being added may be in its total only, and it may be empty by now.</remarks>
    private bool TryFindBest(Side side, out int bucket, out int tick)
    {
        int step = StepOf(side);
        for (bucket = (int)TModel.LoadAcquire(ref BestOf(side)); IsBucket(bucket); bucket += step)
        {
            if (LotsIn(side, bucket) == 0)
                continue;
            for (tick = side == Side.Bid ? TShape.TicksPerBucket - 1 : 0; (uint)tick < (uint)TShape.TicksPerBucket; tick += step)
            {
                if (TModel.LoadAcquire(ref AtTick(side, bucket, tick)) > 0)
                    return true;
            }
        }

        tick = 0;
        return false;
    }

    /// <summary>Whether any tick of the best bucket could do: most orders do not cross, and need no look at its ticks.</summary>
    private bool BestBucketReaches(Side side, ulong worstPriceTicks)
    {
        int bucket = (int)TModel.LoadAcquire(ref BestOf(side));
        return IsBucket(bucket)
            && Reaches(side, PriceOf(bucket, side == Side.Bid ? TShape.TicksPerBucket - 1 : 0), worstPriceTicks);
    }

    private static bool Reaches(Side side, ulong priceTicks, ulong worstPriceTicks) =>
        side == Side.Bid ? priceTicks >= worstPriceTicks : priceTicks <= worstPriceTicks;

    private static bool IsBucket(int bucket) => (uint)bucket < (uint)TShape.Buckets;

    private static int StepOf(Side side) => side == Side.Bid ? -1 : 1;

    private ref long BestOf(Side side) => ref ((long*)lines)[(int)side];

    private bool TryFind(ulong priceTicks, out int bucket, out int tick)
    {
        ulong distance = priceTicks - firstPriceTicks;
        bucket = (int)(distance / (uint)TShape.TicksPerBucket);
        tick = (int)(distance % (uint)TShape.TicksPerBucket);
        return priceTicks >= firstPriceTicks && distance < (uint)(TShape.Buckets * TShape.TicksPerBucket);
    }

    private ulong PriceOf(int bucket, int tick) => firstPriceTicks + (ulong)((bucket * TShape.TicksPerBucket) + tick);

    private long LotsIn(Side side, int bucket) => TModel.LoadAcquire(ref Total(side, bucket));

    // Safe, as below: bucket and tick are inside the block, which its owner keeps.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref long Total(Side side, int bucket) => ref *(long*)(lines + LineBytes + ((((int)side * TShape.Buckets) + bucket) * BucketBytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref long AtTick(Side side, int bucket, int tick) => ref Unsafe.Add(ref Total(side, bucket), (LineBytes / sizeof(long)) + tick);
}
