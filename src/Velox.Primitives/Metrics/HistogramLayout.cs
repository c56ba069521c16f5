using System.Numerics;
using System.Runtime.CompilerServices;

namespace Velox.Primitives;

/// <summary>Which bucket counts a duration, and the cells that a histogram is made of.</summary>
/// <remarks>
/// Below 2,048 ns the bucket is the value. Above, the leading eleven bits of the value select it: one is always set, ten
/// remain, so every power of two is cut into 1,024 buckets and a bucket is at most 1/1,024 of its values wide.
/// </remarks>
internal static class HistogramLayout
{
    internal const long MaxNanos = 3_600_000_000_000;

    internal const int MaxCell = 0;
    internal const int OutOfRangeCell = 1;

    // What every record may look at stands apart from the counts.
    internal const int FirstBucketCell = MetricCells.Stride;

    internal const int BucketCount = 33_421;
    internal const int CellCount = FirstBucketCell + BucketCount;

    private const int PrecisionBits = 10;
    private const int BucketsPerPowerOfTwo = 1 << PrecisionBits;

    /// <param name="nanos">0 to <see cref="MaxNanos"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int BucketOf(long nanos)
    {
        // The set bit makes the shift 0 for all small values without a comparison, and changes no large one's.
        int shift = BitOperations.Log2((ulong)nanos | BucketsPerPowerOfTwo) - PrecisionBits;
        return (shift << PrecisionBits) + (int)(nanos >> shift);
    }

    /// <summary>The longest duration that the bucket counts.</summary>
    internal static long LastValueOf(int bucket)
    {
        if (bucket < 2 * BucketsPerPowerOfTwo)
            return bucket;
        int shift = (bucket >> PrecisionBits) - 1;
        long leadingBits = bucket - (shift << PrecisionBits);
        return ((leadingBits + 1) << shift) - 1;
    }
}
