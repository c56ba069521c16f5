namespace Velox.Primitives;

/// <summary>Calls and failures of the last so many buckets of time, counted by any thread without locks.</summary>
/// <remarks>
/// A bucket is one word: its lap around the ring (24 bits), its calls and its failures (20 bits each). So it is emptied and
/// counted in by one exchange, and nothing is counted in a bucket that has passed. A full bucket, of 1,048,575 calls,
/// counts no further ones: their rate is known. Exactly 2^24 laps after a bucket was last counted in (46 hours with the
/// shortest window of ten buckets) it would be taken for a new one.
/// </remarks>
internal sealed class FailureWindow(long bucketNanos, int bucketCount)
{
    internal const long MaxCallsPerBucket = (1 << CountBits) - 1;

    private const int CountBits = 20;
    private const int LapBits = 24;
    private const long LapMask = (1 << LapBits) - 1;
    private const long MaxLapsLate = 8;
    private const long CallUnit = 1L << CountBits;

    private readonly long[] _buckets = new long[bucketCount];

    /// <summary>Counts a call; returns the window's sums with it.</summary>
    internal (long Calls, long Failures) Record(long nowNanos, bool isFailure)
    {
        long number = nowNanos / bucketNanos;
        ref long bucket = ref _buckets[number % bucketCount];
        long lap = LapOf(number);
        long seen = Volatile.Read(ref bucket);
        while (true)
        {
            // A thread that slept since it read the clock comes to a bucket of a later lap: it must not empty that.
            long seenLap = seen >>> (2 * CountBits);
            bool isLate = CallsOf(seen) > 0 && ((seenLap - lap) & LapMask) is > 0 and <= MaxLapsLate;
            long current = seenLap == lap ? seen : lap << (2 * CountBits);
            if (isLate || CallsOf(current) == MaxCallsPerBucket)
                break;
            long next = current + CallUnit + (isFailure ? 1 : 0);
            long found = Interlocked.CompareExchange(ref bucket, next, seen);
            if (found == seen)
                break;
            seen = found;
        }

        return Sum(number);
    }

    /// <summary>Forgets everything.</summary>
    internal void Clear()
    {
        for (int i = 0; i < _buckets.Length; i++)
            Volatile.Write(ref _buckets[i], 0);
    }

    private (long Calls, long Failures) Sum(long newest)
    {
        long calls = 0;
        long failures = 0;
        for (long number = Math.Max(0, newest - bucketCount + 1); number <= newest; number++)
        {
            long bucket = Volatile.Read(ref _buckets[number % bucketCount]);
            if (bucket >>> (2 * CountBits) != LapOf(number))
                continue;
            calls += CallsOf(bucket);
            failures += bucket & MaxCallsPerBucket;
        }

        return (calls, failures);
    }

    private static long CallsOf(long bucket) => (bucket >> CountBits) & MaxCallsPerBucket;

    private long LapOf(long number) => (number / bucketCount) & LapMask;
}
