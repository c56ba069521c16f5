namespace Velox.Gateway;

/// <summary>How long a source listens to somebody who wakes nobody here.</summary>
/// <param name="endNanos">When it ends, on the pipeline's clock.</param>
internal readonly struct ListeningTime(long endNanos)
{
    /// <summary>How long the stage waits at most before it looks again.</summary>
    private const long LookIntervalNanos = 100_000;

    /// <summary>How long after the end what was held is still taken.</summary>
    private const long MaxDrainNanos = 5_000_000_000;

    internal long NanosToNext(long nowNanos) => Math.Clamp(endNanos - nowNanos, 0, LookIntervalNanos);

    /// <summary>Whether nothing more is taken.</summary>
    /// <remarks>What is held at the end came in time; but who goes on sending must not keep the pipeline running.</remarks>
    /// <param name="nowNanos">The time of the last look.</param>
    /// <param name="foundNothing">What it found.</param>
    internal bool IsOver(long nowNanos, bool foundNothing) =>
        nowNanos >= endNanos && (foundNothing || nowNanos - endNanos >= MaxDrainNanos);
}
