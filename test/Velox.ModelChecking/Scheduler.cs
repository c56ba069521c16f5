using System.Globalization;
using System.Numerics;

namespace Velox.ModelChecking;

/// <summary>How an execution ended.</summary>
internal enum Ending
{
    Running,
    Complete,
    Pruned,
    Stuck,
    StepLimit,
}

/// <summary>
/// Decides which thread performs its operation next, and walks the tree of all such decisions depth first.
/// </summary>
/// <remarks>
/// Partial-order reduction by sleep sets (Godefroid 1996): when an operation has been explored from a state, and
/// another thread's operation is explored from the same state next, the first one "sleeps" below it until something is
/// performed that does not commute with it. Every class of equivalent executions is explored once; what would be a
/// repetition ends early (<see cref="Ending.Pruned"/>). On top of them, as dynamic partial-order reduction does (Flanagan and Godefroid 2005),
/// another thread is tried at a decision only when an operation of it has raced, further down, with what was tried there
/// (<see cref="Operation.RacesWith"/>, and neither happened before the other): without such a race nothing wakes the sleeper, so
/// that every such execution would be pruned. Executions that complete are the same ones with and without.
/// </remarks>
internal sealed class Scheduler(CheckOptions options)
{
    internal const int Nobody = -1;

    private readonly List<Decision> _decisions = [];
    private readonly Operation[] _pending = new Operation[Execution.MaxThreads];
    private Operation _performed;
    private int _step;

    // Steps of the last execution that are done again as they were: their races are known.
    private int _known;

    internal Ending Ending { get; private set; }

    /// <summary>The decision that the running thread acts on.</summary>
    internal Decision Decision => _decisions[_step - 1];

    internal void Reset()
    {
        Array.Clear(_pending);
        _step = 0;
        Ending = Ending.Running;
    }

    internal void Announce(int thread, Operation operation) => _pending[thread] = operation;

    internal bool IsSpinning(int thread) => _pending[thread].Kind == OperationKind.Spin;

    /// <summary>The thread that goes on, or <see cref="Nobody"/> when the execution is at its end.</summary>
    /// <param name="current">The thread that asks: it goes on if it may, which saves a change of threads.</param>
    /// <param name="enabled">Threads that can perform their operations, as bits.</param>
    /// <param name="isFinished">Whether all threads have ended.</param>
    /// <param name="memory">Tells what loads may read.</param>
    internal int Next(int current, int enabled, bool isFinished, WeakMemory memory)
    {
        if (enabled == 0)
        {
            Ending = isFinished ? Ending.Complete : Ending.Stuck;
            return Nobody;
        }

        if (_step == options.MaxSteps)
        {
            Ending = Ending.StepLimit;
            return Nobody;
        }

        if (_step == _decisions.Count && !TryDecide(current, enabled, memory))
        {
            Ending = Ending.Pruned;
            for (int thread = 0; thread < Execution.MaxThreads; thread++)
                FindRaces(thread, _step, memory);
            return Nobody;
        }

        Decision decision = _decisions[_step++];
        _performed = _pending[decision.Thread];
        if ((enabled & (1 << decision.Thread)) == 0)
            throw new ModelCheckException("The scenario does not do the same each time, or the schedule is not its own.");
        if (decision.Choices is null)
            FindChoices(decision, memory);
        if (_step > _known)
        {
            decision.Operation = _performed;
            decision.Clock = memory.ClockSeen(decision.Thread, decision.Thread);
            FindRaces(decision.Thread, _step - 1, memory);
        }

        return decision.Thread;
    }

    /// <summary>Moves to the next path of the tree; false when there is none.</summary>
    internal bool TryAdvance()
    {
        // Decisions that the last execution did not reach are not part of its path.
        for (; _decisions.Count > 0; _decisions.RemoveAt(_decisions.Count - 1))
        {
            Decision last = _decisions[^1];
            int next = Array.IndexOf(last.Choices!, last.Choice) + 1;
            if (next < last.Choices!.Length)
            {
                last.Choice = last.Choices[next];
                _known = _decisions.Count - 1;
                return true;
            }

            if (options.Reduction != Reduction.None)
                last.Sleep[last.Thread] = last.SleepWhenExplored;
            last.Explorable &= ~(1 << last.Thread);
            if ((last.Explorable & last.Wanted) != 0)
            {
                last.Thread = BitOperations.TrailingZeroCount(last.Explorable & last.Wanted);
                last.Choice = Decision.FirstChoice;
                last.Choices = null;
                _known = _decisions.Count - 1;
                return true;
            }
        }

        return false;
    }

    /// <summary>The decisions as text: the thread of each, and after a colon the choice where it is not the first.</summary>
    internal string Schedule => string.Join(' ', _decisions.Take(_step).Select(decision => decision.Choice <= 0
        ? decision.Thread.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{decision.Thread}:{decision.Choice}")));

    /// <summary>Takes over the decisions of a schedule.</summary>
    internal void Follow(string schedule)
    {
        foreach (string step in schedule.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = step.Split(':');
            _decisions.Add(new Decision
            {
                Thread = int.Parse(parts[0], CultureInfo.InvariantCulture),
                Choice = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0,
            });
        }
    }

    private bool TryDecide(int current, int enabled, WeakMemory memory)
    {
        var decision = new Decision();
        for (int thread = 0; thread < Execution.MaxThreads; thread++)
        {
            if (_step > 0 && thread != Decision.Thread && !_pending[thread].IsAffectedBy(_performed))
                decision.Sleep[thread] = Decision.Sleep[thread];
            if ((enabled & (1 << thread)) != 0 && IsToBeExplored(decision.Sleep[thread], thread, memory))
                decision.Explorable |= 1 << thread;
        }

        if (decision.Explorable == 0)
            return false;
        bool goesOn = current != Nobody && (decision.Explorable & (1 << current)) != 0;
        decision.Thread = goesOn ? current : BitOperations.TrailingZeroCount(decision.Explorable);
        decision.Wanted = options.Reduction == Reduction.Races ? 1 << decision.Thread : decision.Explorable;
        _decisions.Add(decision);
        return true;
    }

    private bool IsToBeExplored(int sleep, int thread, WeakMemory memory) =>
        sleep == 0
        || (sleep != Decision.Asleep && memory.ReadableAges(thread, memory[_pending[thread].Location], sleep).Length > 0);

    /// <summary>Has those decisions explored the other way round whose operations race with what a thread is about to do.</summary>
    private void FindRaces(int thread, int end, WeakMemory memory)
    {
        Operation operation = _pending[thread];
        for (int step = 0; step < end; step++)
        {
            Decision earlier = _decisions[step];
            if (earlier.Thread == thread || !earlier.Operation.RacesWith(operation)
                || memory.ClockSeen(thread, earlier.Thread) >= earlier.Clock)
            {
                continue;
            }

            int bit = 1 << thread;
            earlier.Wanted |= (earlier.Explorable & bit) != 0 ? bit : earlier.Explorable;
        }
    }

    private void FindChoices(Decision decision, WeakMemory memory)
    {
        decision.Choices = [0];
        decision.SleepWhenExplored = Decision.Asleep;
        if (_performed.IsLoad)
        {
            Location location = memory[_performed.Location];
            decision.Choices = memory.ReadableAges(decision.Thread, location, decision.Sleep[decision.Thread]);
            decision.SleepWhenExplored = location.History.Count;
        }
        else if (_performed.IsStore)
        {
            decision.Choices = memory.StorableAges(decision.Thread, memory[_performed.Location]);
        }

        if (decision.Choice == Decision.FirstChoice)
            decision.Choice = decision.Choices[0];
        if (!decision.Choices.Contains(decision.Choice))
            throw new ModelCheckException("The scenario does not do the same each time, or the schedule is not its own.");
    }
}
