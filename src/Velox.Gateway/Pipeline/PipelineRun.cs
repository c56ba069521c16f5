namespace Velox.Gateway;

/// <summary>What the threads of a run share: whether it has failed, and how often stages may still go on after an exception.</summary>
internal sealed class PipelineRun(int mostRestarts, PipelineErrors errors)
{
    private Exception? _failure;
    private Exception? _lastRestart;
    private int _restarts;
    private bool _isStopping;

    /// <summary>Called before each poll of a stage: tests let stages stall and die in it.</summary>
    internal Action<PipelineStage>? BeforePoll { get; set; }

    /// <summary>The first failure that ended the run.</summary>
    internal Exception? Failure => Volatile.Read(ref _failure);

    internal bool HasFailed => Failure is not null;

    /// <summary>How often a stage went on after an exception.</summary>
    internal int Restarts => Math.Min(Volatile.Read(ref _restarts), mostRestarts);

    /// <summary>The last exception that a stage went on after.</summary>
    internal Exception? LastRestart => Volatile.Read(ref _lastRestart);

    /// <summary>From now on a stage that fails ends the run: nobody waits for it to get well.</summary>
    internal void Stop() => Volatile.Write(ref _isStopping, true);

    /// <summary>Ends the run, with the first of such errors. The threads see it within one park, and end.</summary>
    internal void Fail(Exception error) => Interlocked.CompareExchange(ref _failure, error, null);

    /// <summary>Lets a stage go on after an exception, or ends the run with it.</summary>
    internal void RestartOrFail(Exception error)
    {
        if (Volatile.Read(ref _isStopping) || Interlocked.Increment(ref _restarts) > mostRestarts)
        {
            Fail(error);
            return;
        }

        Volatile.Write(ref _lastRestart, error);
        errors.Note(PipelineErrorCode.StageRestarted);
    }
}
