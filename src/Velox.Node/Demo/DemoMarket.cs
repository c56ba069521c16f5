using Velox.Gateway;
using Velox.Primitives;

namespace Velox.Node;

/// <summary>The demo: a SOL/USDC market with a synthetic Poisson flow of orders that enter by the order door.</summary>
public sealed class DemoMarket : IDisposable
{
    // flow, bundles, engine, journal
    private const int StageThreads = 4;
    private const int RingCapacity = 8_192;
    private const long MidTicks = 15_000;

    private readonly ChainView _chain;
    private readonly DemoOptions _options;
    private readonly DemoKeys _keys;
    private readonly DemoSetup _setup;
    private readonly BundleStage _stage;
    private readonly OrderDoor _door;
    private readonly BundleBuilder _builder;
    private readonly CancellationTokenSource _stopFlow = new();
    private readonly CancellationTokenSource _stopBundles = new();
    private Thread? _flowThread;
    private Thread? _bundleThread;

    internal DemoMarket(Ledger ledger, TransactionQueue queue, DemoOptions options)
    {
        _chain = ledger.Chain;
        _options = options;
        _keys = DemoKeys.LoadOrCreate(ledger.Directory, options.Traders);
        var sender = new DurableSender(_chain, queue, TimeSpan.FromSeconds(options.StepTimeoutSeconds));
        _setup = new DemoSetup(_chain, ledger.Keys.Faucet, _keys, sender);

        INanoClock clock = SystemNanoClock.Instance;
        Address sessionKey = _keys.Session.PublicKey;
        _stage = new BundleStage(clock, StageThreads);
        _door = new OrderDoor(Market, sessionKey, RingCapacity, _stage.Spot, clock);
        _builder = new BundleBuilder(_door, CreateEncoder(), new QueueSink(queue), clock);
    }

    /// <summary>The traders' seats, for which the session key may act; none before the node has started.</summary>
    public IReadOnlyList<ushort> Seats { get; private set; } = [];

    /// <summary>Makes transactions of bundles for this market, signed by the session key.</summary>
    public BundleEncoder CreateEncoder() =>
        new(Market, _keys.Session.PublicKey, _keys.Session.Sign, () => _chain.Tip.Hash);

    public Address Market => _keys.Market.PublicKey;

    public Address BaseMint => _keys.BaseMint.PublicKey;

    public Address QuoteMint => _keys.QuoteMint.PublicKey;

    /// <summary>Price of one tick in quote tokens for one base token.</summary>
    public static decimal TickPrice => 0.01m;

    /// <summary>Nanoseconds from an order message's arrival until its bundle was submitted.</summary>
    public LatencyHistogram BundleLatency => _builder.Latency;

    public BundleStatistics BundleStatistics => _builder.Statistics;

    internal DemoStatistics ReadStatistics()
    {
        DoorStatistics door = _door.Statistics;
        BundleStatistics bundles = _builder.Statistics;
        DropCount[] drops =
        [
            new("door:InvalidLength", door.InvalidLength),
            new("door:InvalidKind", door.InvalidKind),
            new("door:InvalidFlags", door.InvalidFlags),
            new("door:UnusedFieldNotZero", door.UnusedFieldNotZero),
            new("door:Full", door.Full),
            new("door:Closed", door.Closed),
            new("bundle:QueueFull", bundles.RefusedMessages),
        ];
        return new DemoStatistics(
            door.Received,
            bundles.SubmittedBundles,
            bundles.RefusedBundles,
            [.. drops.Where(drop => drop.Count > 0)],
            MarketQuote.Read(_chain.State.Find(Market)));
    }

    /// <summary>Sets the market up, or finds it again, and lets the flow begin.</summary>
    internal async Task StartAsync(CancellationToken cancellation)
    {
        Seats = await _setup.RunAsync(cancellation);
        if (!_options.HasFlow)
            return;
        var flow = new SyntheticFlow(
            _door,
            new FlowParameters
            {
                MessagesPerSecond = _options.MessagesPerSecond,
                BurstSize = _options.BurstSize,
                Seats = Seats,
                MidTicks = MidTicks,
                MaxOpenOrdersPerSeat = (int)DemoSetup.MaxOpenOrdersPerSeat / 2,
                Seed = _options.Seed,
            },
            SystemNanoClock.Instance);
        _stage.TryAdd(_builder);
        _bundleThread = Start("velox-bundles", () => _stage.Run(_stopBundles.Token));
        _flowThread = Start("velox-flow", () => flow.Run(StageThreads, _stopFlow.Token));
    }

    /// <summary>Ends the flow, then bundles and submits what it has entered.</summary>
    internal async Task StopAsync()
    {
        await _stopFlow.CancelAsync();
        _flowThread?.Join();
        await _stopBundles.CancelAsync();
        _bundleThread?.Join();
    }

    public void Dispose()
    {
        _stopFlow.Dispose();
        _stopBundles.Dispose();
    }

    private static Thread Start(string name, ThreadStart run)
    {
        var thread = new Thread(run) { Name = name, IsBackground = true };
        thread.Start();
        return thread;
    }
}
