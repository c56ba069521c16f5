namespace Velox.Primitives;

/// <summary>How one thread waits for work: it spins a little if it may, then yields, then parks.</summary>
/// <remarks>
/// <code>
/// while (!ring.TryRead(out item)) wait.WaitOnce();
/// wait.Reset();
/// </code>
/// The call before a park only announces it and returns, so that the caller's loop looks once more in between: that
/// is what makes parking safe (see <see cref="ParkingSpot"/>). Every park is bounded, so the loop may also watch a
/// cancellation. One instance per waiting thread; it is not shared.
/// </remarks>
public sealed class AdaptiveWait : IWaitStrategy
{
    /// <summary>The longest single wait.</summary>
    public const long MaxParkNanos = 10_000_000;

    private const int SpinSteps = 64;
    private const int SpinsPerStep = 8;
    private const int YieldSteps = 8;

    private readonly ParkingSpot _spot;
    private readonly int _spinSteps;
    private readonly int _announceStep;
    private int _step;

    /// <param name="spot">Where this thread parks. Who publishes work for it calls <see cref="ParkingSpot.Signal"/>.</param>
    /// <param name="stageThreads">Threads of the process that are meant to run at once. With no core more than that,
    /// there is no spinning: a spinning thread would hold the core that the thread it waits for needs.</param>
    public AdaptiveWait(ParkingSpot spot, int stageThreads)
        : this(spot, stageThreads, Environment.ProcessorCount)
    {
    }

    internal AdaptiveWait(ParkingSpot spot, int stageThreads, int processorCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stageThreads, 1);
        _spot = spot;
        _spinSteps = processorCount > stageThreads ? SpinSteps : 0;
        _announceStep = _spinSteps + YieldSteps;
    }

    // Neither spins nor yields: the first step announces the park.
    private AdaptiveWait(ParkingSpot spot) => _spot = spot;

    /// <summary>A wait that parks as soon as there is no work.</summary>
    public static AdaptiveWait ParkingAtOnce(ParkingSpot spot) => new(spot);

    /// <summary>Whether this thread may spin: there are more cores than stage threads.</summary>
    public bool MaySpin => _spinSteps > 0;

    /// <summary>True between the announcement and the park: the next look for work decides.</summary>
    internal bool IsAnnounced => _step > _announceStep;

    /// <summary>Work was found: the next wait begins with the lightest step.</summary>
    public void Reset()
    {
        if (IsAnnounced)
            _spot.Withdraw();
        _step = 0;
    }

    /// <summary>Waits one step, longer from step to step, and returns; the caller looks for work after each.</summary>
    public void WaitOnce() => WaitOnce(long.MaxValue);

    /// <summary>As <see cref="WaitOnce()"/>, for a caller who has something to do at a deadline in any case.</summary>
    /// <param name="nanosToDeadline">Nanoseconds from now to the deadline. Close to it the thread only yields.</param>
    public void WaitOnce(long nanosToDeadline)
    {
        if (_step < _spinSteps)
        {
            _step++;
            Thread.SpinWait(SpinsPerStep);
        }
        else if (_step < _announceStep)
        {
            _step++;
            Thread.Yield();
        }
        else if (nanosToDeadline <= _spot.LatenessNanos)
        {
            // A park would end too late.
            Thread.Yield();
        }
        else if (!IsAnnounced)
        {
            _step++;
            _spot.Announce();
        }
        else
        {
            // Still past the yields: a thread that was woken for nothing goes back to sleep at once.
            _step--;
            _spot.Park(Math.Min(nanosToDeadline - _spot.LatenessNanos, MaxParkNanos));
        }
    }
}
