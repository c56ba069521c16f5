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

    /// <summary>Keeps a view what it was when a store finds its place before others of its location.</summary>
    internal static void MakeRoom(int[] view, Location location, int position)
    {
        int index = FirstLocation + location.Index;
        if (index < view.Length && view[index] >= position)
            view[index]++;
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

    internal void MakeRoom(Location location, int position)
    {
        View.MakeRoom(Current, location, position);
        View.MakeRoom(Acquired, location, position);
        View.MakeRoom(Released, location, position);
    }
}

/// <summary>One store of a location, with what its readers learn.</summary>
/// <param name="Value">What was stored.</param>
/// <param name="View">What its readers learn.</param>
/// <param name="Number">How many stores of the location were performed before.</param>
/// <param name="IsModification">Whether it is a read-modify-write, which nothing separates from the store it read.</param>
internal sealed record Message(long Value, int[] View, int Number, bool IsModification = false);

/// <summary>An atomic word: its stores in modification order.</summary>
internal sealed class Location(int index, nint address, int size)
{
    internal int Index { get; } = index;

    internal nint Address { get; } = address;

    internal int Size { get; } = size;

    internal List<Message> History { get; } = [];

    internal int Newest => History.Count - 1;
}
