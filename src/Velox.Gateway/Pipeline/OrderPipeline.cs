using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>Four stages with rings between: ingress, order book, bundles, output.</summary>
/// <remarks>
/// <para>Each stage has a thread where there are cores for it, else two or all four share one. Every message that the source gives is
/// delivered or counted as dropped for a reason, to the unit: at the end generated = dropped + delivered.</para>
/// </remarks>
/// <example>
/// <code>
/// INanoClock clock = TscClock.Start();
/// var source = new SyntheticSource(new FlowParameters(), durationNanos: 10_000_000_000);
/// using var pipeline = new OrderPipeline(source, new NullOutput(), new PipelineOptions(), clock);
/// PipelineSnapshot end = pipeline.Run(monitor: null, CancellationToken.None);
/// </code>
/// </example>
public sealed class OrderPipeline : IDisposable
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    private readonly INanoClock _clock;
    private readonly IMessageSource _source;
    private readonly IBundleOutput _output;
    private readonly PipelineOptions _options;
    private readonly MetricsRegistry? _ownRegistry;
    private readonly PipelineMetrics _metrics;
    private readonly PipelineErrors _errors;
    private readonly PipelineRun _run;
    private readonly DepthView _depth;
    private readonly IngressStage _ingress;
    private readonly BundlingStage _bundling;
    private readonly OutputStage _last;
    private readonly PipelineStage[] _stages;
    private long _startNanos;
    private bool _hasRun;

    /// <param name="source">Where messages come from.</param>
    /// <param name="output">Where bundles go; disposed of with the pipeline.</param>
    /// <param name="options">Its sizes, and how it runs.</param>
    /// <param name="clock">Stamps the messages.</param>
    /// <param name="registry">Where its metrics live, in names of their own; without one, in instruments of the meter <c>Velox.Pipeline</c>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds.</exception>
    /// <exception cref="InvalidOperationException">The registry or its file has no room.</exception>
    public OrderPipeline(IMessageSource source, IBundleOutput output, PipelineOptions options, INanoClock clock, MetricsRegistry? registry = null)
    {
        options.Validate();
        _clock = clock;
        _source = source;
        _output = output;
        _options = options;
        _metrics = new PipelineMetrics(registry ?? (_ownRegistry = new MetricsRegistry("Velox.Pipeline")));
        _errors = new PipelineErrors(clock);
        _run = new PipelineRun(options.StageRestarts, _errors);
        _depth = new DepthView(options.FirstPriceTicks);
        var toBook = new SpscRing<PipelineMessage>(options.RingMessages);
        var toBundles = new SpscRing<PipelineMessage>(options.RingMessages);
        var toOutput = new SpscRing<PipelineBundle>(Math.Max(4, options.RingMessages / PipelineBundle.MaxMessages));
        _ingress = new IngressStage(source, toBook, options, clock, _errors, _metrics.LatencyOf(StageNames.Ingress));
        var book = new BookStage(_ingress, toBook, toBundles, _depth, clock, _metrics.LatencyOf(StageNames.OrderBook));
        _bundling = new BundlingStage(book, toBundles, toOutput, options, clock, _metrics.LatencyOf(StageNames.Bundles));
        _last = new OutputStage(_bundling, toOutput, output, options, clock, _metrics, _errors);
        _stages = [_ingress, book, _bundling, _last];
        for (int i = 0; i + 1 < _stages.Length; i++)
            (_stages[i].Next, _stages[i + 1].Previous) = (_stages[i + 1], _stages[i]);
    }

    /// <summary>What it has done so far; from any thread.</summary>
    public PipelineSnapshot Snapshot
    {
        get
        {
            long elapsedNanos = Math.Max(1, _clock.NowNanos - Volatile.Read(ref _startNanos));
            return new PipelineSnapshot(
                elapsedNanos, _ingress.Generated, _source.InvalidCount, _ingress.DroppedFull, _ingress.DroppedShed, _last.Dropped,
                _last.Delivered, _last.Bundles,
                _bundling.ClosedBy(BundleTrigger.Size), _bundling.ClosedBy(BundleTrigger.Age), _bundling.ClosedBy(BundleTrigger.Drain),
                _depth.NotApplied, _run.Restarts,
                [.. _stages.Select(stage => Describe(
                    stage.Name, stage.Messages, stage.Depth, (double)stage.BusyNanos / elapsedNanos, _metrics.LatencyOf(stage.Name)))],
                Describe(StageNames.Total, _last.Delivered, 0, 0, _metrics.LatencyOf(StageNames.Total)));
        }
    }

    /// <summary>What the depth view shows, to any thread.</summary>
    public AtomicDepth Depth => _depth.Depth;

    /// <summary>Where tests let stages stall and die.</summary>
    internal Action<PipelineStage>? BeforePoll
    {
        set => _run.BeforePoll = value;
    }

    /// <summary>Runs until the source is exhausted, or cancelled: then delivers what was taken, and returns.</summary>
    /// <param name="monitor">Told what happens, on this thread; null for nobody.</param>
    /// <param name="cancellation">Ends the source; nothing is thrown.</param>
    /// <returns>What was done in all.</returns>
    /// <exception cref="PipelineFailedException">The source or the output failed; what was on its way is lost, and counted as in flight.</exception>
    /// <exception cref="InvalidOperationException">It has run before.</exception>
    public PipelineSnapshot Run(IPipelineMonitor? monitor, CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref _hasRun, true))
            throw new InvalidOperationException("A pipeline runs once: make another one.");
        Volatile.Write(ref _startNanos, _clock.NowNanos);
        StageThread[] threads = CreateThreads();
        using CancellationTokenRegistration stop = cancellation.Register(Stop);
        foreach (StageThread thread in threads)
            thread.Start();
        try
        {
            monitor?.Started([.. threads.Select(thread => thread.AwaitPlace())]);
            foreach (StageThread thread in threads)
            {
                while (!thread.Join(ReportInterval))
                    Report(monitor);
            }
        }
        catch (Exception error)
        {
            // Nobody may use what the owner disposes of when this has left.
            _run.Fail(error);
            foreach (StageThread thread in threads)
                thread.Join();
            throw;
        }

        return End(monitor);
    }

    public void Dispose()
    {
        _ownRegistry?.Dispose();
        _depth.Dispose();
        _output.Dispose();
    }

    private PipelineSnapshot End(IPipelineMonitor? monitor)
    {
        if (!_run.HasFailed)
            Complete();
        PipelineSnapshot end = Snapshot;
        _metrics.Publish(end);
        if (monitor is not null)
            ReportErrors(monitor, isLast: true);
        return _run.Failure is { } failure ? throw new PipelineFailedException(end, failure) : end;
    }

    private void Complete()
    {
        try
        {
            _output.Complete();
        }
        catch (IOException error)
        {
            _run.Fail(error);
        }
    }

    private void Stop()
    {
        _run.Stop();
        _ingress.Stop();
    }

    private void Report(IPipelineMonitor? monitor)
    {
        if (monitor is null && _ownRegistry is not null)
            return; // nobody looks
        PipelineSnapshot now = Snapshot;
        _metrics.Publish(now);
        if (monitor is null)
            return;
        monitor.EverySecond(now);
        ReportErrors(monitor, isLast: false);
    }

    private void ReportErrors(IPipelineMonitor monitor, bool isLast) => _errors.Report(
        errors => monitor.Failed(errors, errors.Code == (int)PipelineErrorCode.StageRestarted ? _run.LastRestart?.Message : null), isLast);

    private StageThread[] CreateThreads()
    {
        int count = _options.EffectiveThreads;
        int stagesPerThread = _stages.Length / count;
        IReadOnlyList<int> cores = _options.Cores
            ?? (count == _stages.Length ? CorePlan.Choose(HostTopology.Read().Cores, count) : []);
        var threads = new StageThread[count];
        for (int i = 0; i < count; i++)
        {
            PipelineStage[] own = _stages[(i * stagesPerThread)..((i + 1) * stagesPerThread)];
            threads[i] = new StageThread(own, _options, cores.Count > 0 ? cores[i] : null, _run, _clock);
        }

        return threads;
    }

    private static StageSnapshot Describe(string name, long messages, long depth, double utilisation, LatencyHistogram latency) =>
        new(name, messages, depth, utilisation, latency.ValueAtPercentile(50), latency.ValueAtPercentile(99), latency.Max);
}
