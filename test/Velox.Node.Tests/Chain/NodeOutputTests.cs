using Velox.Gateway;
using Velox.Primitives;
using Xunit;

namespace Velox.Node.Tests;

public sealed class NodeOutputTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Every_bundle_is_executed_and_durable_at_the_end()
    {
        await using VeloxNode node = await StartAsync(TimeProvider.System);
        long before = node.ReadStatistics().Executed;
        PipelineSnapshot end = Run(node, durationNanos: 300_000_000);
        Assert.Equal((0, 0), (end.InFlight, end.Dropped));
        Assert.True(end.Bundles > 0);
        Assert.Equal(end.Bundles, node.ReadStatistics().Executed - before);
        Assert.True(node.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_node_that_dies_ends_the_run_with_its_error()
    {
        var time = new BreakableTime();
        await using VeloxNode node = await StartAsync(time);
        node.Chain.BlockPublished += _ => time.IsBroken = true;
        PipelineFailedException error = Assert.Throws<PipelineFailedException>(() => Run(node, durationNanos: 600_000_000_000));
        Assert.Contains("no time", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_without_a_market_is_refused()
    {
        await using VeloxNode node = VeloxNode.Open(new NodeOptions { LedgerDirectory = _directory.File("plain") });
        Assert.Throws<ArgumentException>(() => new NodeOutput(node));
    }

    private static PipelineSnapshot Run(VeloxNode node, long durationNanos)
    {
        var flow = new FlowParameters { MessagesPerSecond = 1_000, Seats = node.Demo!.Seats };
        using var pipeline = new OrderPipeline(
            new SyntheticSource(flow, durationNanos), new NodeOutput(node), new PipelineOptions(), SystemNanoClock.Instance);
        return pipeline.Run(monitor: null, TestContext.Current.CancellationToken);
    }

    private async Task<VeloxNode> StartAsync(TimeProvider time)
    {
        VeloxNode node = VeloxNode.Open(new NodeOptions
        {
            LedgerDirectory = _directory.File("ledger"),
            SlotMillis = 20,
            Time = time,
            Demo = new DemoOptions { Traders = 2, HasFlow = false },
        });
        await node.StartAsync(TestContext.Current.CancellationToken);
        return node;
    }

    /// <summary>A clock that ends the engine, which reads it for every block.</summary>
    private sealed class BreakableTime : TimeProvider
    {
        internal bool IsBroken { get; set; }

        public override DateTimeOffset GetUtcNow() =>
            IsBroken ? throw new LedgerException(LedgerFault.WriteFailed, "no time") : base.GetUtcNow();
    }
}
