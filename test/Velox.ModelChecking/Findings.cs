using System.Globalization;

namespace Velox.ModelChecking;

/// <summary>What can be wrong with an execution.</summary>
public enum FindingKind
{
    /// <summary>A thread or the final check threw: an assertion, or the structure itself.</summary>
    Exception,

    /// <summary>Two threads touched plain data, one of them writing, with no happens-before between them.</summary>
    DataRace,

    /// <summary>Memory was touched after it had been given back.</summary>
    UseAfterReclaim,

    /// <summary>Threads wait, and nobody is left to wake them: a lost wake-up, a deadlock, a loop that nothing ends.</summary>
    Stuck,

    /// <summary>The execution took more steps than the bound: an endless loop without a spin hint, or a small bound.</summary>
    StepLimit,
}

/// <summary>A fault, and the execution that shows it.</summary>
/// <param name="Kind">What kind of fault.</param>
/// <param name="Message">What happened, in words.</param>
/// <param name="Schedule">Decisions of the execution, for <see cref="ModelChecker.Replay"/>.</param>
/// <param name="Trace">The operations of the execution, one a line, in order.</param>
public sealed record Finding(FindingKind Kind, string Message, string Schedule, string Trace)
{
    public override string ToString() =>
        $"{Kind}: {Message}{Environment.NewLine}schedule: {Schedule}{Environment.NewLine}{Trace}";
}

/// <summary>What an exploration found, and how far it went.</summary>
/// <param name="Executions">Executions that ran to their end; each differs from all others in what some thread saw.</param>
/// <param name="Pruned">Executions given up because all that could follow had been explored in another order.</param>
/// <param name="IsComplete">False when the bound on executions ended the exploration.</param>
/// <param name="Finding">The first fault; null when there is none.</param>
public sealed record CheckResult(long Executions, long Pruned, bool IsComplete, Finding? Finding)
{
    /// <summary>Throws unless everything was explored and nothing was found.</summary>
    /// <exception cref="ModelCheckException">There is a finding, or the exploration is not complete.</exception>
    public CheckResult MustPass()
    {
        if (Finding is not null)
            throw new ModelCheckException(Finding.ToString());
        if (!IsComplete)
        {
            throw new ModelCheckException(string.Create(
                CultureInfo.InvariantCulture, $"The exploration ended at its bound, after {Executions} executions."));
        }

        return this;
    }
}

/// <summary>A checked scenario is faulty, or could not be explored.</summary>
public sealed class ModelCheckException(string message) : Exception(message);

/// <summary>Which repetitions an exploration leaves out. The result is the same; with less it comes much later.</summary>
public enum Reduction
{
    /// <summary>None.</summary>
    None,

    /// <summary>Those that sleep sets find: each is begun, and given up.</summary>
    SleepSets,

    /// <summary>Most of them are not even begun: another order is tried only where operations have been seen to race.</summary>
    Races,
}

/// <summary>Bounds of an exploration.</summary>
public sealed record CheckOptions
{
    /// <summary>Executions, complete or pruned, after which the exploration ends incomplete.</summary>
    public long MaxExecutions { get; init; } = 1_000_000;

    /// <summary>Operations of one execution after which it counts as endless.</summary>
    public int MaxSteps { get; init; } = 1_000;

    /// <summary>What is left out.</summary>
    public Reduction Reduction { get; init; } = Reduction.Races;
}
