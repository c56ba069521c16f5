namespace Velox.ModelChecking;

/// <summary>One step of an execution: which thread went on, and which store its load read.</summary>
internal sealed class Decision
{
    /// <summary>Sleep value of a thread whose operation need not be explored here at all.</summary>
    internal const int Asleep = int.MaxValue;

    internal const int FirstChoice = -1;

    /// <summary>The thread that performs its operation.</summary>
    internal int Thread;

    /// <summary>
    /// How many newer stores there are than the one that a load reads, or than a store finds its place before; -1 for the first
    /// of the choices.
    /// </summary>
    internal int Choice = FirstChoice;

    /// <summary>All choices; null while they are not known.</summary>
    internal int[]? Choices;

    /// <summary>What to put in <see cref="Sleep"/> for the thread once all its choices are explored.</summary>
    internal int SleepWhenExplored = Asleep;

    /// <summary>Threads that may be tried at this point, as bits.</summary>
    internal int Explorable;

    /// <summary>Those of them that are to be tried: the one that was tried first, and who raced with one that was tried.</summary>
    internal int Wanted;

    /// <summary>What the thread performs.</summary>
    internal Operation Operation;

    /// <summary>The thread's clock then: whoever has seen it comes after the operation in every order.</summary>
    internal int Clock;

    /// <summary>
    /// For each thread, what has been explored already in another order: 0 nothing, <see cref="Asleep"/> everything, and
    /// for a pending load the number of stores it has been explored with (it is to be explored with newer ones only).
    /// </summary>
    internal readonly int[] Sleep = new int[Execution.MaxThreads];
}
