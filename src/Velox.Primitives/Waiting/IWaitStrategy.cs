namespace Velox.Primitives;

/// <summary>How a thread waits for another one, step by step; each step may be longer than the one before.</summary>
public interface IWaitStrategy
{
    /// <summary>Waits one step and returns; the caller looks again after each.</summary>
    void WaitOnce();

    /// <summary>As <see cref="WaitOnce()"/>, for a caller who has something to do at a deadline in any case.</summary>
    /// <param name="nanosToDeadline">Nanoseconds from now to the deadline. Of no account to a strategy that never sleeps.</param>
    void WaitOnce(long nanosToDeadline) => WaitOnce();

    /// <summary>What was waited for came: the next wait begins with the lightest step.</summary>
    void Reset();
}

/// <summary>Only spins: the shortest wait of all, for a thread that has a core of its own.</summary>
/// <remarks>
/// With fewer cores than threads it holds the core that the thread it waits for needs: <see cref="WaitStrategy.Create"/> gives
/// another one there.
/// </remarks>
public struct SpinningWait : IWaitStrategy
{
    private const int Spins = 8;

    public readonly void WaitOnce() => Thread.SpinWait(Spins);

    public readonly void Reset()
    {
    }
}

/// <summary>Spins a little where there are several cores, then yields: for waits that are short, or may cost a core.</summary>
public struct SpinThenYieldWait : IWaitStrategy
{
    private SpinWait _spin;

    // No sleep of a millisecond, which the system would round up.
    public void WaitOnce() => _spin.SpinOnce(sleep1Threshold: -1);

    public void Reset() => _spin.Reset();
}
