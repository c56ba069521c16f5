namespace Velox.Gateway;

/// <summary>What the threads of a run share: whether it has failed, and how often stages may still go on after an exception.</summary>
internal sealed class PipelineRun(int mostRestarts, PipelineErrors errors)
{
    private Exception? _failure;
    private int _restarts;

    /// <summary>Called before each poll of a stage: tests let stages stall and die in it.</summary>
    internal Action<PipelineStage>? BeforePoll { get; set; }

    /// <summary>The first failure that ended the run.</summary>
    internal Exception? Failure => Volatile.Read(ref _failure);

    internal bool HasFailed => Failure is not null;

    /// <summary>How often a stage went on after an exception.</summary>
    internal int Restarts => Math.Min(Volatile.Read(ref _restarts), mostRestarts);

    /// <summary>Ends the run, unless stages may go on. The threads see it within one park, and end.</summary>
    internal void Fail(Exception error, bool mayRestart)
    {
        if (mayRestart && Interlocked.Increment(ref _restarts) <= mostRestarts)
            errors.Note(PipelineErrorCode.StageRestarted, error.HResult);
        else
            Interlocked.CompareExchange(ref _failure, error, null);
    }
}
