namespace Velox.Primitives;

/// <summary>How a thread waits for another one, step by step; each step may be longer than the one before.</summary>
public interface IWaitStrategy
{
    /// <summary>Waits one step and returns; the caller looks again after each.</summary>
    void WaitOnce();

    /// <summary>What was waited for came: the next wait begins with the lightest step.</summary>
    void Reset();
}

/// <summary>Spins a little where there are several cores, then yields: for waits that are short, or may cost a core.</summary>
public struct SpinThenYieldWait : IWaitStrategy
{
    private SpinWait _spin;

    // No sleep of a millisecond, which the system would round up.
    public void WaitOnce() => _spin.SpinOnce(sleep1Threshold: -1);

    public void Reset() => _spin.Reset();
}
