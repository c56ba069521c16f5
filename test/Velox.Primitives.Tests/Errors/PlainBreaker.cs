namespace Velox.Primitives.Tests;

/// <summary>A circuit breaker as one would explain it: a list of calls and a few variables, for one thread.</summary>
internal sealed class PlainBreaker(CircuitBreakerOptions options, ManualClock clock)
{
    private readonly List<(long Bucket, bool IsFailure)> _calls = [];
    private long _openUntil;
    private long _halfOpenSince;
    private int _given;
    private int _succeeded;

    internal BreakerState State { get; private set; }

    /// <summary>Counts the closed and half-open times; a permit is the one it was given in.</summary>
    internal int Period { get; private set; }

    internal int Late { get; private set; }

    internal int Refused { get; private set; }

    internal List<BreakerState> Changes { get; } = [];

    internal int? TryEnter()
    {
        long now = clock.NowNanos;

        // The breaker names a half-open time in units of 65.5 us, and waits from the beginning of the unit.
        if (State == BreakerState.HalfOpen && _given == options.Probes && now - (_halfOpenSince >> 16 << 16) >= options.OpenNanos)
            Open(now);
        if (State == BreakerState.Open && now >= _openUntil)
        {
            Change(BreakerState.HalfOpen);
            _halfOpenSince = now;
            _given = _succeeded = 0;
        }

        if (State == BreakerState.Open || (State == BreakerState.HalfOpen && _given == options.Probes))
        {
            Refused++;
            return null;
        }

        if (State == BreakerState.HalfOpen)
            _given++;
        return Period;
    }

    internal void Report(int permit, bool isSuccess)
    {
        if (permit != Period || State == BreakerState.Open)
            Late++;
        else if (State == BreakerState.HalfOpen)
            ReportProbe(isSuccess);
        else
            ReportClosed(isSuccess);
    }

    private void ReportClosed(bool isSuccess)
    {
        long bucket = clock.NowNanos / options.BucketNanos;
        _calls.Add((bucket, !isSuccess));
        _calls.RemoveAll(call => call.Bucket <= bucket - options.Buckets);
        int failures = _calls.Count(call => call.IsFailure);
        if (_calls.Count >= options.MinimumCalls && failures * 100 >= options.FailurePercent * _calls.Count)
            Open(clock.NowNanos);
    }

    private void ReportProbe(bool isSuccess)
    {
        if (!isSuccess)
            Open(clock.NowNanos);
        else if (++_succeeded == options.Probes)
        {
            _calls.Clear();
            Change(BreakerState.Closed);
        }
    }

    private void Open(long now)
    {
        _openUntil = now + options.OpenNanos;
        Change(BreakerState.Open);
    }

    private void Change(BreakerState to)
    {
        State = to;
        Period++;
        Changes.Add(to);
    }
}
