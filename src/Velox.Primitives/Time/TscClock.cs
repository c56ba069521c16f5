namespace Velox.Primitives;

/// <summary>How far the counter's clock went from the system's since the two were last set against each other.</summary>
/// <param name="PartsPerBillion">Nanoseconds per second by which the clock is faster (above 0) or slower.</param>
/// <param name="UncertaintyPartsPerBillion">The drift is known to plus or minus this: the readings are not at one instant.</param>
/// <param name="ElapsedNanos">Over how much time, on the system's clock.</param>
public readonly record struct ClockDrift(long PartsPerBillion, long UncertaintyPartsPerBillion, long ElapsedNanos);

/// <summary>A monotonic clock that reads the processor's counter: TSC on x86-64, CNTVCT_EL0 on ARM64.</summary>
/// <remarks>
/// <para>
/// A read takes about as long as the instruction: no system call, no lock, nothing allocated. Any thread may read, and
/// the values of one thread never decrease. On x86-64 the processor may read the counter some instructions early, before
/// a load that waits for memory: who subtracts a time that another thread took just before may see a little less than
/// zero. <see cref="MonotonicClock"/> pays for that order.
/// </para>
/// <para>
/// Nanoseconds begin where <see cref="MonotonicClock"/> is at the start, and the rate is measured against it: over 20 ms
/// to a few parts per million, and later, over more time and better, by <see cref="TryRecalibrate"/>. What the two clocks
/// are apart by then stays: this one measures intervals. Its resolution is the counter's: under a nanosecond on x86-64,
/// 1 to 42 on ARM64.
/// </para>
/// <para>
/// Where there is no such counter, or it is not invariant, or the system allows no code to read it, the clock is the
/// system's and <see cref="FallbackReason"/> says why.
/// </para>
/// <code>
/// var clock = TscClock.Start();
/// long start = clock.NowNanos;
/// DoWork();
/// histogram.Record(clock.NowNanos - start);
/// </code>
/// </remarks>
public sealed class TscClock : INanoClock
{
    /// <summary>How long a start measures the counter, and the least time between two calibrations.</summary>
    public const long CalibrationNanos = 20_000_000;

    private const long NanosPerSecond = 1_000_000_000;
    private const ulong MinTicksPerSecond = 100_000;
    private const ulong MaxTicksPerSecond = 20_000_000_000;

    private readonly CycleCounter _counter;
    private readonly Lock _change = new();
    private ClockSample _reference;

    /// <summary>Null while it is being replaced: then readers wait for the lock.</summary>
    private TickScale? _scale;

    private TscClock(string fallbackReason) => FallbackReason = fallbackReason;

    /// <summary>A clock of the given scale, which a later check compares with the system from the sample on.</summary>
    internal TscClock(CycleCounter counter, ClockSample reference, TickScale scale)
    {
        _counter = counter;
        _reference = reference;
        _scale = scale;
    }

    /// <summary>Why this is the system's clock; null when it reads the processor's counter.</summary>
    public string? FallbackReason { get; }

    /// <summary>Ticks per second of the counter as measured at the start; 0 for the system's clock.</summary>
    public long TicksPerSecond { get; private init; }

    /// <inheritdoc/>
    public long NowNanos
    {
        get
        {
            if (!_counter.IsAvailable)
                return MonotonicClock.NowNanos;
            // The counter first, then the scale: see TryRecalibrate.
            ulong ticks = _counter.Read();
            TickScale? scale = Volatile.Read(ref _scale);
            return scale is not null ? scale.ToNanos(ticks) : AwaitScale().ToNanos(ticks);
        }
    }

    /// <summary>Starts a clock; takes <see cref="CalibrationNanos"/>, most of it asleep. Never fails.</summary>
    public static TscClock Start() => Start(CycleCounter.Shared);

    internal static TscClock Start(CycleCounter counter)
    {
        if (!counter.IsAvailable)
            return new TscClock(counter.Refusal!);
        ClockSample first = ClockSample.Take(counter);
        while (MonotonicClock.NowNanos - first.SystemNanos < CalibrationNanos)
            Thread.Sleep(1);
        ClockSample second = ClockSample.Take(counter);

        long nanos = second.SystemNanos - first.SystemNanos;
        ulong ticks = second.Ticks - first.Ticks;
        UInt128 ticksPerSecond = (UInt128)ticks * NanosPerSecond / (ulong)nanos;
        if (second.Ticks <= first.Ticks || ticksPerSecond < MinTicksPerSecond || ticksPerSecond > MaxTicksPerSecond)
            return new TscClock("the counter does not tick: at calibration it stood still, or ran at no plausible rate");
        return new TscClock(counter, first, new TickScale(first.Ticks, first.SystemNanos, nanos, ticks))
        {
            TicksPerSecond = (long)ticksPerSecond,
        };
    }

    /// <summary>Compares this clock's rate with the system's since the last calibration; the longer ago, the sharper.</summary>
    /// <remarks>The system's clock is steered itself: time synchronisation bends it by up to 500,000 parts per billion.</remarks>
    /// <returns>The drift; all zeros for the system's clock, and when no time has passed.</returns>
    public ClockDrift Check()
    {
        if (!_counter.IsAvailable)
            return default;
        lock (_change)
        {
            ClockSample now = ClockSample.Take(_counter);
            long systemNanos = now.SystemNanos - _reference.SystemNanos;
            if (systemNanos <= 0 || now.Ticks <= _reference.Ticks)
                return default;
            long nanos = (long)_scale!.NanosOf(now.Ticks - _reference.Ticks);
            long uncertainNanos = (long)_scale.NanosOf(now.UncertainTicks + _reference.UncertainTicks);
            return new ClockDrift(
                PartsPerBillion(nanos - systemNanos, systemNanos), PartsPerBillion(uncertainNanos, systemNanos), systemNanos);
        }
    }

    /// <summary>Takes the rate that the counter had since the last calibration; the time itself goes on without a step.</summary>
    /// <remarks>
    /// <para>
    /// A reader reads the counter, then the scale. Here the scale is taken away, and then every core of the process is
    /// made to pass a full barrier (an interrupt, where it runs): a reader that still got the old scale has finished
    /// that load, and with it the read of the counter before it, as instructions are finished in order. So the start of the new scale, read after
    /// the barrier, is behind every reading that the old scale converts, and as the new scale gives no less than the old
    /// one's time at that start, no thread sees time step back.
    /// </para>
    /// <para>Readers that come in between wait for the microseconds that this takes.</para>
    /// </remarks>
    /// <returns>False when nothing changed: the system's clock, or less than <see cref="CalibrationNanos"/> since.</returns>
    public bool TryRecalibrate()
    {
        if (!_counter.IsAvailable)
            return false;
        lock (_change)
        {
            ClockSample now = ClockSample.Take(_counter);
            long nanos = now.SystemNanos - _reference.SystemNanos;
            if (nanos < CalibrationNanos || now.Ticks <= _reference.Ticks)
                return false;
            TickScale old = _scale!;
            Volatile.Write(ref _scale, null);
            Interlocked.MemoryBarrierProcessWide();
            ulong start = _counter.Read();
            var next = new TickScale(start, old.ToNanos(start), nanos, now.Ticks - _reference.Ticks);
            // Release: the scale's fields are visible before the reference to it.
            Volatile.Write(ref _scale, next);
            _reference = now;
            return true;
        }
    }

    private TickScale AwaitScale()
    {
        lock (_change)
            return _scale!;
    }

    private static long PartsPerBillion(long part, long whole) => (long)((Int128)part * NanosPerSecond / whole);
}
