using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>One of a pipeline's stages: moves messages from its input to its output, a few at a time.</summary>
/// <remarks>
/// One thread polls a stage; several stages may share that thread. Counters are written by it alone and read by any. A stage
/// takes no more from its input than its output has room for, so that nothing is lost between stages: only the first one drops.
/// </remarks>
/// <param name="name">Its name in reports.</param>
/// <param name="clock">The pipeline's clock.</param>
internal abstract class PipelineStage(string name, INanoClock clock)
{
    /// <summary>Most messages of one poll: what a stage that shares its thread may keep the others waiting for.</summary>
    protected const int BatchMessages = 64;

    private long _messages;
    private long _busyNanos;
    private bool _isFinished;

    internal string Name { get; } = name;

    /// <summary>Where the thread that polls this stage parks.</summary>
    internal ParkingSpot Spot { get; set; } = null!;

    /// <summary>The stage that writes what this one reads; null for the first.</summary>
    internal PipelineStage? Previous { get; set; }

    /// <summary>The stage that reads what this one writes; null for the last.</summary>
    internal PipelineStage? Next { get; set; }

    /// <summary>Messages that left the stage towards the next.</summary>
    internal long Messages => Volatile.Read(ref _messages);

    /// <summary>Time spent with messages.</summary>
    internal long BusyNanos => Volatile.Read(ref _busyNanos);

    /// <summary>Messages that wait in front of it; about now.</summary>
    internal abstract long Depth { get; }

    /// <summary>Whether everything has passed and nothing more will come.</summary>
    internal bool IsFinished => Volatile.Read(ref _isFinished);

    protected INanoClock Clock { get; } = clock;

    /// <summary>One step; false when there was nothing to do.</summary>
    internal bool Poll(long nowNanos)
    {
        int moved = Work(nowNanos, out bool isFinished);
        if (moved > 0)
        {
            // One writer: a plain sum, published for the monitor.
            Volatile.Write(ref _messages, _messages + moved);
            Volatile.Write(ref _busyNanos, _busyNanos + (Clock.NowNanos - nowNanos));
            Next?.Spot.Signal();
            Previous?.Spot.Signal(); // it may wait for room
        }

        if (isFinished && !_isFinished)
        {
            // Release: who sees the end sees everything that was written before it.
            Volatile.Write(ref _isFinished, true);
            Next?.Spot.Signal();
        }

        return moved > 0;
    }

    /// <summary>Nanoseconds until the stage has something to do by itself; messages wake it in any case.</summary>
    internal virtual long NanosToNext(long nowNanos) => long.MaxValue;

    /// <summary>Moves what can be moved.</summary>
    /// <param name="nowNanos">The time at the start.</param>
    /// <param name="isFinished">Whether that was the last.</param>
    /// <returns>Messages moved.</returns>
    protected abstract int Work(long nowNanos, out bool isFinished);
}
