using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>A thread that polls some of a pipeline's stages until the last of them has finished, or the run has failed.</summary>
internal sealed class StageThread
{
    // What failed may need a moment; and the other stages of this thread wait meanwhile.
    private static readonly TimeSpan RestartPause = TimeSpan.FromMilliseconds(1);

    private readonly PipelineStage[] _stages;
    private readonly PipelineRun _run;
    private readonly INanoClock _clock;
    private readonly IWaitStrategy _wait;
    private readonly WaitKind _waitKind;
    private readonly int? _core;
    private readonly PipelineOptions _options;
    private readonly TaskCompletionSource<IReadOnlyList<HostGrant>> _placed = new();
    private readonly Thread _thread;

    /// <param name="stages">In their order.</param>
    /// <param name="options">How it waits, and before whom it runs.</param>
    /// <param name="core">Where it runs; null where the system likes.</param>
    /// <param name="run">What it belongs to.</param>
    /// <param name="clock">The pipeline's clock.</param>
    internal StageThread(PipelineStage[] stages, PipelineOptions options, int? core, PipelineRun run, INanoClock clock)
    {
        _stages = stages;
        _run = run;
        _clock = clock;
        _core = core;
        _options = options;
        var spot = new ParkingSpot();
        foreach (PipelineStage stage in stages)
            stage.Spot = spot;
        _waitKind = options.EffectiveWait;
        _wait = WaitStrategy.Create(_waitKind, spot, options.EffectiveThreads);
        _thread = new Thread(Serve) { IsBackground = true, Name = $"pipeline {string.Join(", ", stages.Select(stage => stage.Name))}" };
    }

    internal void Start() => _thread.Start();

    internal bool Join(TimeSpan time) => _thread.Join(time);

    internal void Join() => _thread.Join();

    /// <summary>Waits until it is in its place.</summary>
    internal PipelineThreadReport AwaitPlace() =>
        new([.. _stages.Select(stage => stage.Name)], _waitKind, _placed.Task.GetAwaiter().GetResult());

    private void Serve()
    {
        _placed.SetResult([.. Place()]);
        while (!_stages[^1].IsFinished && !_run.HasFailed)
        {
            try
            {
                PollUntilFinished();
            }
            catch (Exception error)
            {
                _run.RestartOrFail(error);
                Thread.Sleep(RestartPause);
            }
        }

        _wait.Reset();
    }

    private void PollUntilFinished()
    {
        while (!_stages[^1].IsFinished && !_run.HasFailed)
        {
            if (PollAll())
                _wait.Reset();
            else
                _wait.WaitOnce(NanosToNext());
        }
    }

    private IEnumerable<HostGrant> Place()
    {
        if (_core is { } core)
            yield return ThreadPlacement.PinToCore(core);
        if (_options.RealTimePriority == 0)
            yield break;
        yield return _options.MayBeRealTime
            ? ThreadPlacement.SetRealTimePriority(_options.RealTimePriority)
            : new HostGrant("real-time priority", IsGranted: false, $"needs a core more than the {_options.EffectiveThreads} threads: the system must run too");
    }

    private bool PollAll()
    {
        bool hasWorked = false;
        foreach (PipelineStage stage in _stages)
        {
            _run.BeforePoll?.Invoke(stage);
            hasWorked |= stage.Poll(_clock.NowNanos);
        }

        return hasWorked;
    }

    private long NanosToNext()
    {
        long nowNanos = _clock.NowNanos;
        long nanos = long.MaxValue;
        foreach (PipelineStage stage in _stages)
            nanos = Math.Min(nanos, stage.NanosToNext(nowNanos));
        return nanos;
    }
}
