namespace Velox.Cli;

/// <summary>How often each latency was met, to the nanosecond; a million nanoseconds and more count as one million.</summary>
internal sealed class LatencyCounts
{
    private readonly uint[] _counts = new uint[1_000_001];
    private long _total;

    internal void Add(long nanos)
    {
        _counts[Math.Clamp(nanos, 0, _counts.Length - 1)]++;
        _total++;
    }

    /// <param name="perMille">999: of a thousand, this many are at most as large.</param>
    internal int Percentile(int perMille)
    {
        long rank = _total * perMille / 1_000;
        long seen = 0;
        for (int nanos = 0; nanos < _counts.Length; nanos++)
        {
            seen += _counts[nanos];
            if (seen > rank)
                return nanos;
        }

        return _counts.Length - 1;
    }
}
