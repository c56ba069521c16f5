namespace Velox.ModelChecking;

/// <summary>One execution under construction: its memory, its threads, its final check.</summary>
/// <remarks>
/// The scenario's action runs anew for each execution and must do the same each time. Until the threads start, and in
/// the final check, operations of <see cref="CheckedModel"/> act on the memory directly.
/// </remarks>
public sealed class Scenario
{
    private readonly Arena _arena;

    internal Scenario(Arena arena) => _arena = arena;

    internal List<Action> Threads { get; } = [];

    internal Action? FinalCheck { get; private set; }

    /// <summary>Zeroed memory for shared words and data, aligned to 128 bytes; it lives as long as the execution.</summary>
    /// <param name="name">Names the memory in traces.</param>
    /// <param name="count">Number of items.</param>
    public unsafe T* Allocate<T>(string name, int count = 1)
        where T : unmanaged =>
        (T*)_arena.Allocate(sizeof(T) * count, name);

    /// <summary>Adds a thread. At most <see cref="Execution.MaxThreads"/>.</summary>
    public void Thread(Action body)
    {
        if (Threads.Count == Execution.MaxThreads)
            throw new ModelCheckException($"A scenario may have {Execution.MaxThreads} threads.");
        Threads.Add(body);
    }

    /// <summary>Runs when all threads have ended, and sees all that they did.</summary>
    public void Finally(Action check) => FinalCheck = check;
}
