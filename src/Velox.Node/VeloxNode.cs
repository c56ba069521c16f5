using Velox.Svm;

namespace Velox.Node;

/// <summary>A whole node: ledger, engine, journal writer, services, and on request the demo market.</summary>
/// <remarks>
/// Threads: <c>velox-engine</c> owns the bank, <c>velox-journal</c> the disk and the publishing; the demo has two of its own
/// (<c>velox-flow</c>, <c>velox-bundles</c>). Stopping goes the way the data goes: sources, services, engine, journal.
/// </remarks>
public sealed class VeloxNode : IAsyncDisposable
{
    private readonly NodeOptions _options;
    private readonly Ledger _ledger;
    private readonly NodeMetrics _metrics;
    private readonly List<INodeService> _services = [];
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _statisticsLock = new();
    private readonly DemoMarket? _demo;
    private readonly JournalWriter _writer;
    private readonly BlockProducer _producer;
    private readonly LatencyMeter _executionLatency;
    private readonly LatencyMeter _durableLatency;
    private readonly long _replayedTransactions;
    private Thread? _engine;
    private int _startedServices;
    private bool _isStopped;

    private VeloxNode(NodeOptions options, Ledger ledger, NodeMetrics metrics)
    {
        _options = options;
        _ledger = ledger;
        _metrics = metrics;
        _writer = new JournalWriter(ledger.Journal, ledger.Chain);
        _producer = new BlockProducer(ledger.Bank, Queue, _writer, options.Time);
        _executionLatency = new LatencyMeter(_producer.ExecutionLatency, metrics.ExecutionLatency);
        _durableLatency = new LatencyMeter(_writer.DurableLatency, metrics.DurableLatency);
        _replayedTransactions = Stages[0].Passed;
        if (options.Demo is { } demo)
            _demo = new DemoMarket(ledger, Queue, demo);
    }

    /// <summary>The chain as it is on disk.</summary>
    public ChainView Chain => _ledger.Chain;

    /// <summary>Where transactions enter.</summary>
    public TransactionQueue Queue { get; } = new();

    public NodeKeys Keys => _ledger.Keys;

    /// <summary>The ledger directory's full path.</summary>
    public string LedgerPath => _ledger.Directory.Root;

    /// <summary>Whether this start created the chain.</summary>
    public bool IsNewChain => _ledger.IsNew;

    /// <summary>An unfinished block that the last crash left and this start cut off, or null.</summary>
    public TornTail? CutTail => _ledger.Journal.CutTail;

    /// <summary>The demo market, or null.</summary>
    public DemoMarket? Demo => _demo;

    /// <summary>The six stages' counters, in order; what the replay at the start did counts too.</summary>
    public IReadOnlyList<StageCounters> Stages => _ledger.Bank.Stages;

    /// <summary>Ends when the engine has stopped; fails with the error that stopped it (a full disk, say).</summary>
    public Task Completion => _completion.Task;

    /// <summary>Opens the ledger and replays it. Nothing runs yet.</summary>
    /// <param name="options">How to run.</param>
    /// <param name="cancellation">Ends the replay between two blocks.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds.</exception>
    /// <exception cref="LedgerException">The ledger is in use, damaged, or does not replay.</exception>
    /// <exception cref="IOException">The disk failed, or the metrics file cannot be made or is in use.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static VeloxNode Open(NodeOptions options, CancellationToken cancellation = default)
    {
        options.Validate();
        var ledgerOptions = new LedgerOptions
        {
            Reset = options.Reset,
            Workers = options.Workers,
            SlotMillis = options.SlotMillis,
            Additions = options.Additions,
            Progress = options.ReplayProgress,
            Time = options.Time,
        };
        var metrics = new NodeMetrics(options.MetricsFile);
        try
        {
            return new VeloxNode(
                options,
                Ledger.Open(options.LedgerDirectory, NativePrograms.CreateRegistry(), ledgerOptions, cancellation),
                metrics);
        }
        catch
        {
            metrics.Dispose();
            throw;
        }
    }

    /// <summary>Adds a part that is started and stopped with the node; before <see cref="StartAsync"/>.</summary>
    public void Add(INodeService service) => _services.Add(service);

    /// <summary>Offers a transaction; false when the queue is full or the node is stopping.</summary>
    /// <param name="transaction">Serialized; not to be changed any more.</param>
    /// <param name="receivedNanos">When it entered, on the monotonic clock; for latency metrics only.</param>
    public bool TrySubmit(byte[] transaction, long receivedNanos = 0) => Queue.TrySubmit(transaction, receivedNanos);

    /// <summary>Starts the engine, the services, then the demo; returns when all of them run.</summary>
    /// <exception cref="DemoException">The demo market could not be set up.</exception>
    /// <exception cref="LedgerException">WriteFailed: the disk failed while the demo market was set up.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        _engine = new Thread(RunEngine) { Name = "velox-engine", IsBackground = true };
        _engine.Start();
        foreach (INodeService service in _services)
        {
            await service.StartAsync(cancellation);
            _startedServices++;
        }

        if (_demo is not null)
            await StartDemoAsync(_demo, cancellation);
    }

    /// <summary>
    /// Stops in order: everything submitted before is in a durable block when this returns, and the ledger is unlocked.
    /// Chain and statistics stay readable until the node is disposed of.
    /// </summary>
    /// <exception cref="LedgerException">WriteFailed: the journal had failed.</exception>
    public async Task StopAsync()
    {
        if (_isStopped)
            return;
        _isStopped = true;
        try
        {
            if (_demo is not null)
                await _demo.StopAsync();
            for (int i = _startedServices - 1; i >= 0; i--)
                await _services[i].StopAsync();
            Queue.Close();
            if (_engine is not null)
                await Completion;
        }
        finally
        {
            Queue.Close();
            _engine?.Join();
            _demo?.Dispose();
            _writer.Dispose();
            _ledger.Close();
        }
    }

    /// <summary>
    /// Reads all counters, and leaves the metrics (file, meter <c>Velox.Node</c>) as read. Latencies "since the last reading"
    /// are since the last call, whoever made it.
    /// </summary>
    public NodeStatistics ReadStatistics()
    {
        lock (_statisticsLock)
        {
            ChainTip tip = Chain.Tip;
            DemoStatistics demo = _demo?.ReadStatistics() ?? DemoStatistics.Empty;
            long transactions = Queue.Accepted + Queue.Refused;
            (LatencySummary execution, LatencySummary totalExecution) = _executionLatency.Read();
            (LatencySummary durable, LatencySummary totalDurable) = _durableLatency.Read();
            var statistics = new NodeStatistics
            {
                Slot = tip.Slot,
                StateRoot = tip.StateRoot,
                OrderMessages = demo.OrderMessages,
                Transactions = transactions,
                Ingress = demo.OrderMessages + Math.Max(0, transactions - demo.SubmittedBundles - demo.RefusedBundles),
                Verified = Stages[0].Passed - _replayedTransactions,
                Executed = _producer.Recorded.Value,
                ExecutedFailures = _producer.RecordedFailures.Value,
                Bundles = demo.SubmittedBundles,
                Fills = _producer.Fills.Value,
                Blocks = _producer.Blocks.Value,
                JournalBytes = _ledger.Journal.Length,
                Drops = [.. ReadDrops(demo)],
                Quote = demo.Quote,
                ExecutionLatency = execution,
                DurableLatency = durable,
                TotalExecutionLatency = totalExecution,
                TotalDurableLatency = totalDurable,
            };
            _metrics.Publish(statistics);
            return statistics;
        }
    }

    /// <summary>Stops the node; a failure is not thrown again here, it is <see cref="Completion"/>'s to tell.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync();
        }
        catch (LedgerException) when (Completion.IsFaulted)
        {
            // Told by Completion; throwing from a dispose would hide the error that is on its way already.
        }

        _metrics.Dispose();
        _ledger.Dispose();
    }

    private async Task StartDemoAsync(DemoMarket demo, CancellationToken cancellation)
    {
        using var halt = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task start = demo.StartAsync(halt.Token);
        await Task.WhenAny(start, Completion);
        if (Queue.IsClosed)
        {
            // Its steps are refused, or would wait for blocks that do not come; the engine's error is the one to tell,
            // even where a refused step is there first.
            await halt.CancelAsync();
            await start.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Completion;
        }

        await start;
    }

    private IEnumerable<DropCount> ReadDrops(DemoStatistics demo)
    {
        foreach (DropCount drop in demo.Drops)
            yield return drop;

        // Refused bundles are counted above, in messages.
        long refused = Queue.Refused - demo.RefusedBundles;
        if (refused > 0)
            yield return new DropCount("queue:Full", refused);
        foreach ((TransactionErrorKind reason, long count) in _producer.Rejections.NonZero)
            yield return new DropCount($"transaction:{reason}", count);
    }

    private void RunEngine()
    {
        try
        {
            _producer.Run(TimeSpan.FromMilliseconds(_options.SlotMillis));
            _writer.Complete();
            _writer.Completion.GetAwaiter().GetResult();
            _completion.SetResult();
        }
        catch (Exception exception)
        {
            // Whoever submits from now on is refused instead of waiting for blocks that do not come.
            Queue.Close();
            _writer.Complete();
            _completion.SetException(exception);
        }
    }
}
