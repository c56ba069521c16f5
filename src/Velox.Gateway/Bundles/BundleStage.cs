using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>The thread that serves the bundle builders of many doors.</summary>
/// <remarks>
/// It looks at every builder in turn; when none has anything to do it waits, spinning only with cores to spare, and no
/// longer than until the first open bundle is due. Builders whose door is closed are drained and forgotten.
/// </remarks>
public sealed class BundleStage
{
    /// <summary>Most builders at a time.</summary>
    public const int MaxBuilders = 1_024;

    private readonly INanoClock _clock;
    private readonly int _stageThreads;
    private readonly Lock _changes = new();

    // Replaced as a whole under the lock, so that the stage's thread walks it without one.
    private BundleBuilder[] _builders = [];

    /// <param name="clock">The clock of the doors and builders.</param>
    /// <param name="stageThreads">Threads of the process meant to run at once; see <see cref="AdaptiveWait"/>.</param>
    public BundleStage(INanoClock clock, int stageThreads)
    {
        _clock = clock;
        _stageThreads = stageThreads;
    }

    /// <summary>Where the stage's thread parks: every door it serves must be given this spot.</summary>
    public ParkingSpot Spot { get; } = new();

    /// <summary>Builders served now.</summary>
    public int BuilderCount => Volatile.Read(ref _builders).Length;

    /// <summary>Begins to serve a builder, from any thread; false when there are <see cref="MaxBuilders"/>.</summary>
    public bool TryAdd(BundleBuilder builder)
    {
        lock (_changes)
        {
            if (_builders.Length == MaxBuilders)
                return false;
            Volatile.Write(ref _builders, [.. _builders, builder]);
        }

        Spot.Signal();
        return true;
    }

    /// <summary>Serves until cancelled; then closes the doors, bundles what they had accepted, and returns.</summary>
    /// <remarks>One thread at a time. Cancellation throws nothing; what an encoder or a sink throws ends the stage.</remarks>
    public void Run(CancellationToken cancellation)
    {
        using CancellationTokenRegistration wakeUp = cancellation.Register(Spot.Signal);
        var wait = new AdaptiveWait(Spot, _stageThreads);
        while (!cancellation.IsCancellationRequested)
        {
            if (Poll())
                wait.Reset();
            else
                wait.WaitOnce(NanosToFirstDeadline());
        }

        wait.Reset();
        CloseAndDrain();
    }

    /// <summary>One step of every builder; false when none had anything to do.</summary>
    internal bool Poll()
    {
        bool hasWorked = false;
        foreach (BundleBuilder builder in Volatile.Read(ref _builders))
        {
            hasWorked |= builder.Poll();
            if (builder.IsFinished)
                Remove(builder);
        }

        return hasWorked;
    }

    private void CloseAndDrain()
    {
        // Door by door in every round: a builder may have been added since the last.
        while (BuilderCount > 0)
        {
            foreach (BundleBuilder builder in Volatile.Read(ref _builders))
                builder.CloseDoor();
            Poll();
        }
    }

    private void Remove(BundleBuilder builder)
    {
        lock (_changes)
            Volatile.Write(ref _builders, Array.FindAll(_builders, other => other != builder));
    }

    private long NanosToFirstDeadline()
    {
        long deadline = long.MaxValue;
        foreach (BundleBuilder builder in Volatile.Read(ref _builders))
            deadline = Math.Min(deadline, builder.DeadlineNanos);
        return deadline == long.MaxValue ? long.MaxValue : deadline - _clock.NowNanos;
    }
}
