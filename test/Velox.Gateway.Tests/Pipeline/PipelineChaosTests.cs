using Velox.Primitives;
using Xunit;

namespace Velox.Gateway.Tests;

/// <summary>Stages that stall and die at random, and an output that is busy or fails: nothing is lost, doubled or reordered.</summary>
public sealed class PipelineChaosTests
{
    private const int Messages = 20_000;

    [Theory]
    [InlineData(1, WaitKind.Adaptive, 1)]
    [InlineData(2, WaitKind.Adaptive, 2)]
    [InlineData(4, WaitKind.Adaptive, 3)]
    [InlineData(2, WaitKind.Park, 4)]
    [InlineData(4, WaitKind.Park, 5)]
    [InlineData(2, WaitKind.SpinThenYield, 6)]
    [InlineData(2, WaitKind.Spin, 7)]
    public void A_source_that_waits_loses_nothing(int threads, WaitKind wait, int seed)
    {
        (PipelineSnapshot end, CollectingOutput output, CallbackMonitor monitor) = Run(threads, wait, seed, waitsForRoom: true);
        Assert.Equal((Messages, 0, 0), (end.Delivered, end.Dropped, end.InFlight));
        Assert.Equal(Enumerable.Range(0, Messages).Select(i => (uint)i), output.Sequences);
        Assert.True(end.Restarts > 0);
        Assert.Equal(end.Restarts, monitor.Errors.Where(batch => batch.Code == (int)PipelineErrorCode.StageRestarted).Sum(batch => batch.Count));
    }

    [Theory]
    [InlineData(2, WaitKind.Adaptive, 11)]
    [InlineData(4, WaitKind.Park, 12)]
    public void Of_a_source_that_does_not_everything_is_accounted_for(int threads, WaitKind wait, int seed)
    {
        (PipelineSnapshot end, CollectingOutput output, _) = Run(threads, wait, seed, waitsForRoom: false);
        Assert.Equal((Messages, 0), (end.Generated, end.InFlight));
        Assert.Equal(Messages, end.Delivered + end.DroppedFull + end.DroppedShed);
        Assert.Equal(end.Delivered, output.Sequences.Count);
        Assert.Equal(output.Sequences.Distinct().Order(), output.Sequences);
    }

    [Fact]
    public void Stages_that_fail_more_often_than_allowed_end_the_run_with_their_error()
    {
        int deaths = 0;
        var options = new PipelineOptions { StageRestarts = 3, Threads = 1 };
        using var pipeline = new OrderPipeline(new CountingSource(100, true), new CollectingOutput(), options, SystemNanoClock.Instance)
        {
            BeforePoll = stage =>
            {
                deaths++;
                throw new InvalidOperationException($"{stage.Name} has died");
            },
        };
        PipelineFailedException error = Assert.Throws<PipelineFailedException>(() => pipeline.Run(null, TestContext.Current.CancellationToken));
        Assert.Contains("has died", error.Message);
        Assert.Equal((3, 4), (pipeline.Snapshot.Restarts, deaths));
    }

    private static (PipelineSnapshot End, CollectingOutput Output, CallbackMonitor Monitor) Run(
        int threads, WaitKind wait, int seed, bool waitsForRoom)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var outputChaos = new Random(seed);
        Dictionary<string, Random> chaos = new[] { "ingress", "orderbook", "bundles", "output" }
            .Select((stage, index) => (stage, random: new Random(seed + (1_000 * (index + 1)))))
            .ToDictionary(each => each.stage, each => each.random);
        var output = new CollectingOutput
        {
            Answer = _ => outputChaos.Next(40) switch { 0 => BundleResult.Failed, < 4 => BundleResult.Busy, _ => BundleResult.Accepted },
        };
        var options = new PipelineOptions
        {
            Threads = threads,
            Wait = wait,
            RingMessages = 64,
            ShedPercent = 75,
            StageRestarts = PipelineOptions.MaxRestarts,
            OutputPatienceNanos = 600_000_000_000,
            OutputBreaker = new CircuitBreakerOptions { BucketNanos = 1_000_000, MinimumCalls = 3, OpenNanos = 1_000_000, Probes = 1 },
        };
        using var pipeline = new OrderPipeline(new CountingSource(Messages, waitsForRoom), output, options, SystemNanoClock.Instance)
        {
            BeforePoll = stage => Disturb(chaos[stage.Name]),
        };
        var monitor = new CallbackMonitor();
        return (pipeline.Run(monitor, TestContext.Current.CancellationToken), output, monitor);
    }

    private static void Disturb(Random random)
    {
        switch (random.Next(1_000))
        {
            case < 3:
                throw new InvalidOperationException("killed");
            case < 30:
                Thread.SpinWait(random.Next(5_000));
                break;
            case < 40:
                Thread.Yield();
                break;
            case 40:
                for (int yields = random.Next(500); yields > 0; yields--)
                    Thread.Yield();
                break;
        }
    }
}
