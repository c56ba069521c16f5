namespace Velox.ModelChecking;

/// <summary>What a thread, or whoever reads a message, has seen: a vector clock and the newest store of each location.</summary>
/// <remarks>
/// The first <see cref="Execution.MaxThreads"/> numbers are the clock, which says what happened before and so decides
/// races; the others are positions in the histories of the locations, below which a load may not read (coherence).
/// </remarks>
internal static class View
{
    internal const int FirstLocation = Execution.MaxThreads;
    internal const int Length = FirstLocation + Execution.MaxLocations;

    internal static void Join(int[] target, int[] source, int first = 0)
    {
        for (int i = first; i < source.Length; i++)
        {
            if (source[i] > target[i])
                target[i] = source[i];
        }
    }
}

/// <summary>The three views of a thread.</summary>
internal sealed class ThreadViews
{
    /// <summary>What the thread has seen.</summary>
    internal readonly int[] Current = new int[View.Length];

    /// <summary>What it will have seen after a fence: relaxed loads put the views of their messages here.</summary>
    internal readonly int[] Acquired = new int[View.Length];

    /// <summary>What it had seen at its last fence: relaxed stores carry this.</summary>
    internal readonly int[] Released = new int[View.Length];

    internal void Reset(int thread)
    {
        Array.Clear(Current);
        Array.Clear(Acquired);
        Array.Clear(Released);
        Current[thread] = 1;
    }
}

/// <summary>One store of a location, with what its readers learn.</summary>
internal sealed record Message(long Value, int[] View);

/// <summary>An atomic word: its stores in modification order.</summary>
internal sealed class Location(int index, nint address, int size)
{
    internal int Index { get; } = index;

    internal nint Address { get; } = address;

    internal int Size { get; } = size;

    internal List<Message> History { get; } = [];

    internal int Newest => History.Count - 1;
}
