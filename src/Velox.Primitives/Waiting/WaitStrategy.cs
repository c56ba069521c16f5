namespace Velox.Primitives;

/// <summary>The wait strategies by name.</summary>
public enum WaitKind
{
    /// <summary>Spins where there are more cores than threads, then yields, then parks: <see cref="AdaptiveWait"/>.</summary>
    Adaptive,

    /// <summary>Parks as soon as there is no work: the least processor time, and a wake-up by the system each time.</summary>
    Park,

    /// <summary>Spins a little, then yields and never sleeps: <see cref="SpinThenYieldWait"/>.</summary>
    SpinThenYield,

    /// <summary>Only spins: <see cref="SpinningWait"/>.</summary>
    Spin,
}

/// <summary>Makes the wait strategy of a thread by its name.</summary>
public static class WaitStrategy
{
    /// <param name="wanted">What was asked for.</param>
    /// <param name="stageThreads">Threads of the process that are meant to run at once.</param>
    /// <returns>
    /// What such threads may have here: a thread that spins needs a core of its own, so with fewer cores than threads
    /// <see cref="WaitKind.Spin"/> becomes <see cref="WaitKind.Adaptive"/>.
    /// </returns>
    public static WaitKind Allowed(WaitKind wanted, int stageThreads) => Allowed(wanted, stageThreads, Environment.ProcessorCount);

    /// <param name="wanted">What was asked for; <see cref="Allowed(WaitKind, int)"/> says what is made.</param>
    /// <param name="spot">Where the thread parks, if it does.</param>
    /// <param name="stageThreads">Threads of the process that are meant to run at once.</param>
    public static IWaitStrategy Create(WaitKind wanted, ParkingSpot spot, int stageThreads) => Allowed(wanted, stageThreads) switch
    {
        WaitKind.Spin => new SpinningWait(),
        WaitKind.SpinThenYield => new SpinThenYieldWait(),
        WaitKind.Park => AdaptiveWait.ParkingAtOnce(spot),
        _ => new AdaptiveWait(spot, stageThreads),
    };

    internal static WaitKind Allowed(WaitKind wanted, int stageThreads, int processorCount) =>
        wanted == WaitKind.Spin && processorCount < stageThreads ? WaitKind.Adaptive : wanted;
}
