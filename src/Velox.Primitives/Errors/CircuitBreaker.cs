using System.Runtime.CompilerServices;

namespace Velox.Primitives;

/// <summary>Whether a breaker lets calls through.</summary>
public enum BreakerState
{
    /// <summary>All calls pass, and are watched.</summary>
    Closed = 0,

    /// <summary>None passes until the time is over.</summary>
    Open = 1,

    /// <summary>A few pass as probes.</summary>
    HalfOpen = 2,
}

/// <summary>Leave for one call; give it back with the call's outcome.</summary>
public readonly record struct BreakerPermit
{
    internal BreakerPermit(long period) => Period = period;

    /// <summary>The closed or half-open time it was given in: an outcome counts for no other.</summary>
    internal long Period { get; }
}

/// <summary>
/// Stops calling what fails: opens when too many calls of a sliding window have failed, refuses for a while, lets a few
/// probes through, and closes when all of them succeed.
/// </summary>
/// <remarks>
/// Any thread, no locks, nothing allocated. While closed, <see cref="TryEnter"/> is one read, without a look at the clock.
/// Report every permit exactly once. A permit that is never reported does no harm while closed; half-open, probes without
/// an answer count as failed after <see cref="CircuitBreakerOptions.OpenNanos"/>. An outcome that comes after the state
/// has changed is counted by <see cref="LateReports"/> and nothing else, but for one at most of a thread that the system stops
/// inside <see cref="Report"/> while the breaker opens and closes again. The clock must not be negative, nor pass 2^61 ns
/// (73 years).
/// <example><code>
/// var breaker = new CircuitBreaker(new CircuitBreakerOptions { FailurePercent = 20 }, SystemNanoClock.Instance);
/// if (!breaker.TryEnter(out BreakerPermit permit))
///     return Result.Refused;
/// bool isGood = TrySend();
/// breaker.Report(permit, isGood);
/// </code></example>
/// <para>
/// The state is one word, so each change is one exchange that one thread wins: the low two bits are the state; above, while
/// open, the time at which it ends; while closed or half-open, the time it began, which names the period, and half-open
/// below it the probes given and succeeded.
/// </para>
/// </remarks>
public sealed class CircuitBreaker
{
    private const int StateBits = 2;
    private const int ProbeBits = 8;
    private const int PeriodShift = StateBits + (2 * ProbeBits);
    private const long GivenUnit = 1L << StateBits;
    private const long SucceededUnit = 1L << (StateBits + ProbeBits);
    private const long ProbeMask = (1 << ProbeBits) - 1;

    // A half-open period is named by its beginning in units of 65.5 us, which leaves room for the probes. Periods are at
    // least 1 ms apart, so their names differ.
    private const int PeriodUnitShift = PeriodShift - StateBits;

    private readonly CircuitBreakerOptions _options;
    private readonly INanoClock _clock;
    private readonly FailureWindow _window;
    private readonly Action<BreakerState, BreakerState>? _stateChanged;
    private readonly Counter _refused = new();
    private readonly Counter _lateReports = new();
    private readonly Counter[] _entered = [new(), new(), new()];
    private long _word;

    /// <param name="options">Its limits.</param>
    /// <param name="clock">What windows and waits are measured by.</param>
    /// <param name="stateChanged">Told of every change (from, to), on the thread that made it, right after it.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds.</exception>
    public CircuitBreaker(
        CircuitBreakerOptions options, INanoClock clock, Action<BreakerState, BreakerState>? stateChanged = null)
    {
        options.Validate();
        _options = options;
        _clock = clock;
        _stateChanged = stateChanged;
        _window = new FailureWindow(options.BucketNanos, options.Buckets);
        _word = ClosedWord(clock.NowNanos);
    }

    /// <summary>The state as the last call left it: open stays open until a call comes after its time.</summary>
    public BreakerState State => StateOf(Volatile.Read(ref _word));

    /// <summary>Calls that got no permit.</summary>
    public long Refused => _refused.Value;

    /// <summary>Outcomes that came too late to count.</summary>
    public long LateReports => _lateReports.Value;

    /// <summary>How often a state was entered, not counting the first.</summary>
    public long ChangesTo(BreakerState state) => _entered[(int)state].Value;

    /// <summary>Asks for leave to call; false means: do not call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryEnter(out BreakerPermit permit)
    {
        // Acquire: with a closed word come the emptied buckets of its period.
        long word = Volatile.Read(ref _word);
        permit = new BreakerPermit(word);
        return StateOf(word) == BreakerState.Closed || TryEnterUnlessOpen(out permit);
    }

    /// <summary>Gives a permit back with the outcome of the call.</summary>
    public void Report(BreakerPermit permit, bool isSuccess)
    {
        long word = Volatile.Read(ref _word);
        if (word == permit.Period && StateOf(word) == BreakerState.Closed)
            ReportClosed(word, isSuccess);
        else
            ReportProbe(permit, isSuccess);
    }

    private void ReportClosed(long word, bool isSuccess)
    {
        long now = _clock.NowNanos;
        (long calls, long failures) = _window.Record(now, !isSuccess);
        if (calls >= _options.MinimumCalls && failures * 100 >= _options.FailurePercent * calls)
            TryChange(word, OpenWord(now));
    }

    private void ReportProbe(BreakerPermit permit, bool isSuccess)
    {
        while (true)
        {
            long word = Volatile.Read(ref _word);
            if (StateOf(word) != BreakerState.HalfOpen || PeriodOf(word) != permit.Period)
            {
                _lateReports.Increment();
                return;
            }

            if (!isSuccess)
            {
                if (TryChange(word, OpenWord(_clock.NowNanos)))
                    return;
            }
            else if (SucceededOf(word) + 1 < _options.Probes)
            {
                if (TryReplace(word, word + SucceededUnit))
                    return;
            }
            else
            {
                // Before the change: from it on, calls are counted. Nothing is, half-open, so no count is lost.
                _window.Clear();
                if (TryChange(word, ClosedWord(_clock.NowNanos)))
                    return;
            }
        }
    }

    private bool TryEnterUnlessOpen(out BreakerPermit permit)
    {
        while (true)
        {
            long word = Volatile.Read(ref _word);
            permit = new BreakerPermit(word);
            switch (StateOf(word))
            {
                case BreakerState.Closed:
                    return true;
                case BreakerState.Open when _clock.NowNanos is long now && now >= word >> StateBits:
                    TryChange(word, HalfOpenWord(now));
                    break;
                case BreakerState.HalfOpen when GivenOf(word) < _options.Probes:
                    permit = new BreakerPermit(PeriodOf(word));
                    if (TryReplace(word, word + GivenUnit))
                        return true;
                    break;
                case BreakerState.HalfOpen when _clock.NowNanos is long now && now - BeginningOf(word) >= _options.OpenNanos:
                    // Unanswered for too long: as good as failed.
                    TryChange(word, OpenWord(now));
                    break;
                default:
                    _refused.Increment();
                    return false;
            }
        }
    }

    private bool TryChange(long from, long to)
    {
        if (!TryReplace(from, to))
            return false;
        _entered[(int)StateOf(to)].Increment();
        _stateChanged?.Invoke(StateOf(from), StateOf(to));
        return true;
    }

    private bool TryReplace(long from, long to) => Interlocked.CompareExchange(ref _word, to, from) == from;

    private static BreakerState StateOf(long word) => (BreakerState)(word & ((1 << StateBits) - 1));

    private static long ClosedWord(long now) => (now << StateBits) | (long)BreakerState.Closed;

    private long OpenWord(long now) => ((now + _options.OpenNanos) << StateBits) | (long)BreakerState.Open;

    private static long HalfOpenWord(long now) => (now >> PeriodUnitShift << PeriodShift) | (long)BreakerState.HalfOpen;

    // With the state in it, so that no closed period has the same number.
    private static long PeriodOf(long word) => (word >> PeriodShift << PeriodShift) | (long)BreakerState.HalfOpen;

    private static long BeginningOf(long word) => word >> PeriodShift << PeriodUnitShift;

    private static long GivenOf(long word) => (word / GivenUnit) & ProbeMask;

    private static long SucceededOf(long word) => (word / SucceededUnit) & ProbeMask;
}
