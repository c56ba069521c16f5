namespace Velox.Primitives;

/// <summary>Threads that help the one which owns them: with a range of work at once, and else with work in the background.</summary>
/// <remarks>
/// <para>
/// The owner is worker 0 and takes part in what it asks for, so a team of one has no threads and everything works on one core.
/// The others are made when the first work needs them, look for work of the owner first, then in the background, and sleep when
/// there is neither. Nothing is allocated for a piece of work.
/// </para>
/// <para>
/// Used by one thread at a time. What was written before <see cref="Run"/> is visible to the workers, and what they wrote is visible
/// after it. A team that nobody knows any more ends its threads by itself; <see cref="Dispose"/> ends them at once.
/// </para>
/// </remarks>
public sealed class WorkerTeam : IDisposable
{
    /// <summary>Most workers, the owner among them.</summary>
    public const int MaxWorkers = 256;

    // The threads know this part only, so that the team can be collected while they sleep.
    private readonly TeamBoard _board;
    private Thread[] _threads = [];

    /// <param name="workers">1 to <see cref="MaxWorkers"/>, the owner among them.</param>
    /// <param name="background">What the threads do when the owner asks for nothing; null for nothing. It must not know the team.</param>
    public WorkerTeam(int workers, IBackgroundWork? background = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(workers, MaxWorkers);
        Workers = workers;
        _board = new TeamBoard(workers, background);
        if (workers == 1)
            GC.SuppressFinalize(this);
    }

    // Null where the constructor threw.
    ~WorkerTeam() => _board?.Stop();

    /// <summary>How many take part, the owner among them.</summary>
    public int Workers { get; }

    /// <summary>Ends the threads; work in the background that was not begun is left.</summary>
    public void Dispose()
    {
        _board.Stop();
        foreach (Thread thread in _threads)
            thread.Join();
        GC.SuppressFinalize(this);
    }

    /// <summary>Does the work and returns when all is done.</summary>
    /// <param name="work">It must not use the team.</param>
    /// <param name="count">Items, at least 0.</param>
    /// <param name="sliceLength">Items that a worker takes at a time. What is not longer is done by the owner alone.</param>
    /// <exception cref="AggregateException">A worker's slice threw; the others were done all the same.</exception>
    public void Run(ISlicedWork work, int count, int sliceLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sliceLength);
        if (Workers == 1 || count <= sliceLength)
        {
            for (int start = 0; start < count; start += sliceLength)
                work.Run(0, start, Math.Min(count, start + sliceLength));
            return;
        }

        StartThreads();
        _board.Run(work, count, sliceLength);
    }

    /// <summary>Says that there is work in the background. Call it after that work was made visible.</summary>
    public void Wake()
    {
        if (Workers == 1)
            return;
        StartThreads();
        _board.WakeAll();
    }

    private void StartThreads()
    {
        if (_threads.Length > 0)
            return;
        var threads = new Thread[Workers - 1];
        TeamBoard board = _board;
        for (int i = 0; i < threads.Length; i++)
        {
            int worker = i + 1;
            threads[i] = new Thread(() => board.Serve(worker)) { IsBackground = true, Name = $"velox-worker-{worker}" };
            threads[i].Start();
        }

        _threads = threads;
    }
}
