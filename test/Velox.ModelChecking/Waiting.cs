namespace Velox.ModelChecking;

/// <summary>What threads have read since their last spin hint: a waiting loop goes on when some of it is outdated.</summary>
/// <remarks>
/// Stores become visible in finite time: after a spin hint the loop's loads read what was newest then, or later. Turns
/// of the loop that would read the same again are so left out, and the exploration of waiting loops is finite.
/// </remarks>
internal sealed class SpinWatch
{
    private readonly List<(Location Location, Message Message)>[] _reads =
        [.. Enumerable.Range(0, Execution.MaxThreads).Select(_ => new List<(Location, Message)>())];

    internal void Reset()
    {
        foreach (List<(Location, Message)> reads in _reads)
            reads.Clear();
    }

    internal void Note(int thread, Location location, int position) =>
        _reads[thread].Add((location, location.History[position]));

    internal bool HasNews(int thread) => _reads[thread].Exists(read => read.Location.History[^1] != read.Message);

    internal void EndTurn(int thread, WeakMemory memory)
    {
        foreach ((Location location, _) in _reads[thread])
            memory.CatchUp(thread, location);
        _reads[thread].Clear();
    }
}

/// <summary>Threads asleep on words.</summary>
internal sealed class WaitRoom
{
    private const int Awake = -1;
    private readonly int[] _locations = new int[Execution.MaxThreads];

    internal void Reset() => Array.Fill(_locations, Awake);

    internal bool IsAsleep(int thread) => _locations[thread] != Awake;

    internal void Enter(int thread, int location) => _locations[thread] = location;

    internal void WakeOne(int location)
    {
        int thread = Array.IndexOf(_locations, location);
        if (thread >= 0)
            _locations[thread] = Awake;
    }
}
