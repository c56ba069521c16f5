using System.Numerics;

namespace Velox.Primitives;

/// <summary>
/// Counts durations in nanoseconds in buckets whose width grows with the value: any percentile from 1 ns to 1 h is
/// known within 1/256 (0.4 %), in fixed memory (70 KiB).
/// </summary>
/// <remarks>
/// Any thread may record at any time, without locks. Values up to 511 ns have a bucket each; above, every power of two
/// is cut into 256 buckets.
/// <para>
/// For figures per second, let threads record into one histogram, <see cref="DrainTo"/> it every second into another,
/// read that, and <see cref="Merge"/> it into a third that holds the total.
/// </para>
/// </remarks>
public sealed class LatencyHistogram
{
    /// <summary>The longest duration told apart: one hour. Longer ones count as this long.</summary>
    public const long MaxNanos = 3_600_000_000_000;

    private const int PrecisionBits = 8;
    private const int BucketsPerPowerOfTwo = 1 << PrecisionBits;

    private readonly long[] _counts = new long[IndexOf(MaxNanos) + 1];
    private long _maxNanos;
    private long _outOfRangeCount;

    /// <summary>Durations recorded.</summary>
    public long Count
    {
        get
        {
            long count = 0;
            for (int i = 0; i < _counts.Length; i++)
                count += Volatile.Read(ref _counts[i]);
            return count;
        }
    }

    /// <summary>The longest duration recorded, exact up to <see cref="MaxNanos"/>; 0 when there is none.</summary>
    public long Max => Volatile.Read(ref _maxNanos);

    /// <summary>Durations that were negative (counted as 0) or over <see cref="MaxNanos"/> (counted as that).</summary>
    public long OutOfRangeCount => Volatile.Read(ref _outOfRangeCount);

    public void Record(long nanos)
    {
        if ((ulong)nanos > MaxNanos)
        {
            Interlocked.Increment(ref _outOfRangeCount);
            nanos = nanos < 0 ? 0 : MaxNanos;
        }

        Interlocked.Increment(ref _counts[IndexOf(nanos)]);
        RaiseMax(nanos);
    }

    /// <summary>
    /// The smallest value that at least <paramref name="percentile"/> percent of the durations do not exceed, rounded
    /// up to the end of its bucket: never too low, at most 1/256 too high. 0 when nothing was recorded.
    /// </summary>
    /// <param name="percentile">0 to 100.</param>
    public long ValueAtPercentile(double percentile)
    {
        if (!(percentile is >= 0 and <= 100))
            throw new ArgumentOutOfRangeException(nameof(percentile), percentile, "A percentile is 0 to 100.");

        long rank = Math.Max(1, (long)Math.Ceiling(percentile / 100 * Count));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += Volatile.Read(ref _counts[i]);
            if (seen >= rank)
                return i == IndexOf(Max) ? Max : LastValueOf(i);
        }

        return Max;
    }

    /// <summary>Adds what <paramref name="other"/> holds; it keeps its content.</summary>
    public void Merge(LatencyHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
            AddTo(ref _counts[i], Volatile.Read(ref other._counts[i]));
        AddTo(ref _outOfRangeCount, other.OutOfRangeCount);
        RaiseMax(other.Max);
    }

    /// <summary>Moves what this histogram holds into <paramref name="target"/>.</summary>
    /// <remarks>
    /// Every duration that another thread records meanwhile is counted exactly once, here or there. Only its part in
    /// <see cref="Max"/> may land in the next interval.
    /// </remarks>
    public void DrainTo(LatencyHistogram target)
    {
        if (ReferenceEquals(this, target))
            throw new ArgumentException("A histogram cannot drain into itself.", nameof(target));

        for (int i = 0; i < _counts.Length; i++)
            AddTo(ref target._counts[i], Take(ref _counts[i]));
        AddTo(ref target._outOfRangeCount, Take(ref _outOfRangeCount));
        target.RaiseMax(Take(ref _maxNanos));
    }

    /// <summary>Forgets everything recorded.</summary>
    public void Reset()
    {
        for (int i = 0; i < _counts.Length; i++)
            Take(ref _counts[i]);
        Take(ref _outOfRangeCount);
        Take(ref _maxNanos);
    }

    // Below 2 * 256 the index is the value. Above, the leading nine bits of the value select the bucket:
    // one is always set, eight remain.
    private static int IndexOf(long nanos)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)nanos) - PrecisionBits);
        return (shift << PrecisionBits) + (int)(nanos >> shift);
    }

    private static long LastValueOf(int index)
    {
        if (index < 2 * BucketsPerPowerOfTwo)
            return index;
        int shift = (index >> PrecisionBits) - 1;
        long leadingBits = index - (shift << PrecisionBits);
        return ((leadingBits + 1) << shift) - 1;
    }

    private void RaiseMax(long nanos)
    {
        long max = Volatile.Read(ref _maxNanos);
        while (nanos > max)
        {
            // Another thread may have raised it in between; the loop ends when the stored value is as large.
            long found = Interlocked.CompareExchange(ref _maxNanos, nanos, max);
            if (found == max)
                return;
            max = found;
        }
    }

    // Most buckets are empty: a plain look spares an interlocked operation on each.
    private static void AddTo(ref long target, long amount)
    {
        if (amount != 0)
            Interlocked.Add(ref target, amount);
    }

    // An exchange and not a read followed by a clear: a record in between would be lost.
    private static long Take(ref long source) =>
        Volatile.Read(ref source) == 0 ? 0 : Interlocked.Exchange(ref source, 0);
}
