using Velox.Primitives;

namespace Velox.Gateway;

/// <summary>Four stages with rings between: ingress, order book, bundles, output.</summary>
/// <remarks>
/// <para>Each stage has a thread where there are cores for it, else two or all four share one. Every message that the source gives is
/// delivered or counted as dropped, to the unit: at the end generated = dropped + delivered.</para>
/// </remarks>
/// <example>
/// <code>
/// INanoClock clock = SystemNanoClock.Instance;
/// var source = new SyntheticSource(new FlowParameters(), clock.NowNanos, durationNanos: 10_000_000_000);
/// using var pipeline = new OrderPipeline(source, new NullOutput(), new PipelineOptions(), clock);
/// PipelineSnapshot end = pipeline.Run(each => Console.WriteLine(each.Delivered), CancellationToken.None);
/// </code>
/// </example>
public sealed class OrderPipeline : IDisposable
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    private readonly INanoClock _clock;
    private readonly IMessageSource _source;
    private readonly IBundleOutput _output;
    private readonly DepthView _depth;
    private readonly IngressStage _ingress;
    private readonly BundlingStage _bundling;
    private readonly OutputStage _last;
    private readonly PipelineStage[] _stages;
    private readonly int _threads;
    private long _startNanos;
    private Exception? _failure;

    /// <param name="source">Where messages come from.</param>
    /// <param name="output">Where bundles go; disposed of with the pipeline.</param>
    /// <param name="options">Its sizes.</param>
    /// <param name="clock">Stamps the messages.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds.</exception>
    public OrderPipeline(IMessageSource source, IBundleOutput output, PipelineOptions options, INanoClock clock)
    {
        options.Validate();
        _clock = clock;
        _source = source;
        _output = output;
        _threads = options.EffectiveThreads;
        _depth = new DepthView(options.FirstPriceTicks);
        var toBook = new SpscRing<PipelineMessage>(options.RingMessages);
        var toBundles = new SpscRing<PipelineMessage>(options.RingMessages);
        var toOutput = new SpscRing<PipelineBundle>(Math.Max(4, options.RingMessages / PipelineBundle.MaxMessages));
        _ingress = new IngressStage(source, toBook, clock);
        var book = new BookStage(_ingress, toBook, toBundles, _depth, clock);
        _bundling = new BundlingStage(book, toBundles, toOutput, options, clock);
        _last = new OutputStage(_bundling, toOutput, output, clock);
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
                elapsedNanos, _ingress.Generated, _source.InvalidCount, _ingress.DroppedFull, _last.Messages, _last.Bundles,
                _bundling.ClosedBy(BundleTrigger.Size), _bundling.ClosedBy(BundleTrigger.Age), _bundling.ClosedBy(BundleTrigger.Drain),
                _depth.NotApplied,
                [.. _stages.Select(stage => Describe(stage.Name, stage.Messages, stage.Depth, (double)stage.BusyNanos / elapsedNanos, stage.Latency))],
                Describe("end to end", _last.Messages, 0, 0, _last.EndToEnd));
        }
    }

    /// <summary>Runs until the source is exhausted, or cancelled: then delivers what was taken, and returns.</summary>
    /// <param name="report">Called once a second.</param>
    /// <param name="cancellation">Ends the source; nothing is thrown.</param>
    /// <returns>What was done in all.</returns>
    /// <exception cref="IOException">The source or the output failed; what was on its way is lost, and counted as in flight.</exception>
    public PipelineSnapshot Run(Action<PipelineSnapshot>? report, CancellationToken cancellation)
    {
        Volatile.Write(ref _startNanos, _clock.NowNanos);
        Thread[] threads = CreateThreads();
        using CancellationTokenRegistration stop = cancellation.Register(_ingress.Stop);
        foreach (Thread thread in threads)
            thread.Start();
        try
        {
            foreach (Thread thread in threads)
            {
                while (!thread.Join(ReportInterval))
                    report?.Invoke(Snapshot);
            }
        }
        catch (Exception error)
        {
            // Nobody may use what the owner disposes of when this has left.
            Fail(error);
            foreach (Thread thread in threads)
                thread.Join();
            throw;
        }

        if (_failure is null)
            Complete();
        return _failure is null ? Snapshot : throw new IOException($"The pipeline has ended: {_failure.Message}", _failure);
    }

    public void Dispose()
    {
        _depth.Dispose();
        _output.Dispose();
    }

    private void Complete()
    {
        try
        {
            _output.Complete();
        }
        catch (IOException error)
        {
            Fail(error);
        }
    }

    /// <summary>The first failure counts. The threads see it within one park, and end.</summary>
    private void Fail(Exception error) => Interlocked.CompareExchange(ref _failure, error, null);

    private Thread[] CreateThreads()
    {
        int stagesPerThread = _stages.Length / _threads;
        var threads = new Thread[_threads];
        for (int i = 0; i < _threads; i++)
        {
            PipelineStage[] own = _stages[(i * stagesPerThread)..((i + 1) * stagesPerThread)];
            var spot = new ParkingSpot();
            foreach (PipelineStage stage in own)
                stage.Spot = spot;
            threads[i] = new Thread(() => Serve(own, spot)) { IsBackground = true, Name = $"pipeline {string.Join(", ", own.Select(stage => stage.Name))}" };
        }

        return threads;
    }

    private void Serve(PipelineStage[] stages, ParkingSpot spot)
    {
        var wait = new AdaptiveWait(spot, _threads);
        try
        {
            while (!stages[^1].IsFinished && Volatile.Read(ref _failure) is null)
            {
                if (PollAll(stages))
                    wait.Reset();
                else
                    wait.WaitOnce(NanosToNext(stages));
            }
        }
        catch (Exception error)
        {
            Fail(error);
        }

        wait.Reset();
    }

    private bool PollAll(PipelineStage[] stages)
    {
        bool hasWorked = false;
        foreach (PipelineStage stage in stages)
            hasWorked |= stage.Poll(_clock.NowNanos);
        return hasWorked;
    }

    private long NanosToNext(PipelineStage[] stages)
    {
        long nowNanos = _clock.NowNanos;
        long nanos = long.MaxValue;
        foreach (PipelineStage stage in stages)
            nanos = Math.Min(nanos, stage.NanosToNext(nowNanos));
        return nanos;
    }

    private static StageSnapshot Describe(string name, long messages, long depth, double utilisation, LatencyHistogram latency) =>
        new(name, messages, depth, utilisation, latency.ValueAtPercentile(50), latency.ValueAtPercentile(99), latency.Max);
}
