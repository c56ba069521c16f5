namespace Velox.Primitives;

/// <summary>When a priority is turned away.</summary>
/// <param name="ShedAtDepth">Queue depth from which on it is, at least 1.</param>
/// <param name="ResumeAtDepth">Depth from which down it is taken again, 0 to one below.</param>
public readonly record struct ShedThreshold(int ShedAtDepth, int ResumeAtDepth);

/// <summary>Turns work away by priority when a queue grows, the lowest priority first.</summary>
/// <remarks>
/// Priority 0 is the highest. The state is a single number, how many of the lowest priorities are shed: so no priority can
/// be shed while a lower one is taken. Two depths for each keep it from flickering. Any thread; two of them that ask at the
/// same time with different depths both move the number, one after the other. Nothing allocates.
/// <example><code>
/// // Cancels always pass, orders until 3,000 wait, queries until 1,000 do.
/// var shedder = new LoadShedder([new(int.MaxValue, 4_000), new(3_000, 2_000), new(1_000, 500)]);
/// if (!shedder.TryAdmit(priority: 1, queue.Count))
///     return Result.Overloaded;
/// </code></example>
/// </remarks>
public sealed class LoadShedder
{
    /// <summary>Priorities, at most.</summary>
    public const int MaxPriorities = 8;

    private readonly ShedThreshold[] _thresholds;
    private readonly Counter[] _admitted;
    private readonly Counter[] _shed;
    private int _shedPriorities;

    /// <param name="thresholds">
    /// By priority, the highest first, 1 to <see cref="MaxPriorities"/>; both depths of each no larger than those before it.
    /// </param>
    /// <exception cref="ArgumentException">They are not such numbers.</exception>
    public LoadShedder(ReadOnlySpan<ShedThreshold> thresholds)
    {
        if (thresholds.Length is < 1 or > MaxPriorities)
            throw new ArgumentException($"There are {thresholds.Length} priorities: it must be 1 to {MaxPriorities}.", nameof(thresholds));
        for (int i = 0; i < thresholds.Length; i++)
            Check(thresholds, i);

        _thresholds = thresholds.ToArray();
        _admitted = [.. _thresholds.Select(_ => new Counter())];
        _shed = [.. _thresholds.Select(_ => new Counter())];
    }

    /// <summary>How many priorities there are.</summary>
    public int Priorities => _thresholds.Length;

    /// <summary>How many of the lowest priorities are turned away at the moment.</summary>
    public int ShedPriorities => Volatile.Read(ref _shedPriorities);

    /// <summary>Whether work of a priority is taken, now that so much waits.</summary>
    /// <param name="priority">0, the highest, to <see cref="Priorities"/> - 1.</param>
    /// <param name="queueDepth">Items waiting.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such priority.</exception>
    public bool TryAdmit(int priority, int queueDepth)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)priority, (uint)_thresholds.Length, nameof(priority));
        bool isAdmitted = priority < _thresholds.Length - Update(queueDepth);
        (isAdmitted ? _admitted : _shed)[priority].Increment();
        return isAdmitted;
    }

    /// <summary>Items of a priority that were taken.</summary>
    public long Admitted(int priority) => _admitted[priority].Value;

    /// <summary>Items of a priority that were turned away.</summary>
    public long Shed(int priority) => _shed[priority].Value;

    private int Update(int queueDepth)
    {
        while (true)
        {
            // Nothing else is read or written by the number's leave: volatile only to see it soon.
            int current = Volatile.Read(ref _shedPriorities);
            int next = NextFor(current, queueDepth);
            if (next == current || Interlocked.CompareExchange(ref _shedPriorities, next, current) == current)
                return next;
        }
    }

    private int NextFor(int shed, int queueDepth)
    {
        while (shed < _thresholds.Length && queueDepth >= _thresholds[^(shed + 1)].ShedAtDepth)
            shed++;

        // The highest of those shed comes back first: its depths are the largest.
        while (shed > 0 && queueDepth <= _thresholds[^shed].ResumeAtDepth)
            shed--;
        return shed;
    }

    private static void Check(ReadOnlySpan<ShedThreshold> thresholds, int i)
    {
        (int shedAt, int resumeAt) = thresholds[i];
        if (shedAt < 1 || resumeAt < 0 || resumeAt >= shedAt)
        {
            throw new ArgumentException(
                $"Priority {i} is shed at {shedAt} and resumes at {resumeAt}: it must be 1 or more, and 0 to one below.", nameof(thresholds));
        }

        if (i > 0 && (shedAt > thresholds[i - 1].ShedAtDepth || resumeAt > thresholds[i - 1].ResumeAtDepth))
            throw new ArgumentException($"Priority {i} has a larger depth than priority {i - 1}, which is higher.", nameof(thresholds));
    }
}
