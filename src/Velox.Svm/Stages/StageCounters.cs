namespace Velox.Svm;

/// <summary>What went through a stage. Written by the thread that runs the stage; others may read a slightly old value.</summary>
public sealed class StageCounters(string name)
{
    private long _entered;
    private long _passed;
    private long _busyTicks;

    public string Name { get; } = name;

    public long Entered => Volatile.Read(ref _entered);

    public long Passed => Volatile.Read(ref _passed);

    public long Dropped => Entered - Passed;

    /// <summary>Time spent inside the stage.</summary>
    public TimeSpan Busy => TimeSpan.FromTicks(Volatile.Read(ref _busyTicks));

    /// <summary>Counts one batch.</summary>
    internal void Add(int entered, int passed, TimeSpan busy)
    {
        // One writer: plain additions, published by the volatile write so that a reader never sees a torn value.
        Volatile.Write(ref _entered, _entered + entered);
        Volatile.Write(ref _passed, _passed + passed);
        Volatile.Write(ref _busyTicks, _busyTicks + busy.Ticks);
    }
}
