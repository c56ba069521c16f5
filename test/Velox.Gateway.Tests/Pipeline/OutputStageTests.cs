using Velox.Primitives;
using Xunit;

namespace Velox.Gateway.Tests;

/// <summary>What becomes of bundles whose output is busy, fails for a while, or for good.</summary>
public sealed class OutputStageTests
{
    private const long PatienceNanos = 1_000_000_000;

    private static readonly PipelineOptions Options = new() { OutputPatienceNanos = PatienceNanos };

    [Fact]
    public void What_an_output_could_not_take_is_offered_again_and_nothing_is_lost()
    {
        const int count = 1_000;
        var output = new CollectingOutput
        {
            Answer = offer => (offer % 7) switch { 0 => BundleResult.Failed, 1 => BundleResult.Busy, _ => BundleResult.Accepted },
        };
        using var pipeline = new OrderPipeline(
            new CountingSource(count, waitsForRoom: true), output, new PipelineOptions { Threads = 1 }, SystemNanoClock.Instance);
        PipelineSnapshot end = pipeline.Run(null, TestContext.Current.CancellationToken);
        Assert.Equal((count, 0, 0), (end.Delivered, end.Dropped, end.InFlight));
        Assert.Equal(Enumerable.Range(0, count).Select(i => (uint)i), output.Sequences);
    }

    [Fact]
    public void A_failing_output_is_left_alone_but_for_a_probe_now_and_then()
    {
        var rig = new Rig(bundles: 1) { Answer = BundleResult.Failed };
        rig.Poll(100);
        Assert.Equal((Options.OutputBreaker.MinimumCalls, BreakerState.Open), (rig.Output.Offers, rig.Stage.Breaker));

        for (int probe = 1; probe < 5; probe++)
        {
            rig.Clock.NowNanos += Options.OutputBreaker.OpenNanos;
            rig.Poll(100);
            Assert.Equal(Options.OutputBreaker.MinimumCalls + probe, rig.Output.Offers);
        }

        rig.Answer = BundleResult.Accepted;
        rig.Clock.NowNanos += Options.OutputBreaker.OpenNanos;
        rig.Poll(1);
        Assert.Equal((1, 0, BreakerState.Closed), (rig.Stage.Delivered, rig.Stage.Dropped, rig.Stage.Breaker));
    }

    [Fact]
    public void After_its_patience_bundles_are_dropped_and_counted_until_the_output_is_well()
    {
        var rig = new Rig(bundles: 10) { Answer = BundleResult.Failed };
        rig.Poll(100);
        rig.Clock.NowNanos += PatienceNanos - 1;
        rig.Poll(100);
        Assert.Equal((0, 0), (rig.Stage.Dropped, rig.Stage.Delivered));

        rig.Clock.NowNanos += 1;
        rig.Poll(4);
        Assert.Equal((4, 0), (rig.Stage.Dropped, rig.Stage.Delivered));

        rig.Answer = BundleResult.Accepted;
        rig.Clock.NowNanos += Options.OutputBreaker.OpenNanos;
        rig.Poll(100);
        Assert.Equal((4, 6), (rig.Stage.Dropped, rig.Stage.Delivered));
    }

    [Fact]
    public void An_output_that_throws_is_left_alone_too()
    {
        var rig = new Rig(bundles: 1) { Throws = true };
        for (int i = 0; i < Options.OutputBreaker.MinimumCalls; i++)
            Assert.Throws<InvalidOperationException>(() => rig.Poll(1));
        Assert.Equal(BreakerState.Open, rig.Stage.Breaker);
        rig.Poll(100);
        Assert.Equal(0, rig.Stage.Delivered);

        rig.Throws = false;
        rig.Clock.NowNanos += Options.OutputBreaker.OpenNanos;
        rig.Poll(1);
        Assert.Equal((1, BreakerState.Closed), (rig.Stage.Delivered, rig.Stage.Breaker));
    }

    [Fact]
    public void A_busy_output_is_waited_for_however_long_that_takes()
    {
        var rig = new Rig(bundles: 3) { Answer = BundleResult.Busy };
        rig.Poll(100); // at once: busy is no failure
        Assert.Equal((100, BreakerState.Closed), (rig.Output.Offers, rig.Stage.Breaker));
        for (int i = 0; i < 100; i++)
        {
            rig.Clock.NowNanos += PatienceNanos;
            rig.Poll(1);
        }

        Assert.Equal((200, 0, 0), (rig.Output.Offers, rig.Stage.Dropped, rig.Stage.Delivered));
        Assert.InRange(rig.Stage.NanosToNext(rig.Clock.NowNanos), 1, 1_000_000); // nobody signals that it has room
        rig.Answer = BundleResult.Accepted;
        rig.Poll(3);
        Assert.Equal(3, rig.Stage.Delivered);
    }

    [Fact]
    public void A_run_whose_output_never_recovers_ends_and_accounts_for_everything()
    {
        const int count = 10_000;
        var monitor = new CallbackMonitor();
        var options = new PipelineOptions { OutputPatienceNanos = 1_000_000 };
        using var pipeline = new OrderPipeline(
            new CountingSource(count, waitsForRoom: true), new CollectingOutput { Answer = _ => BundleResult.Failed }, options, SystemNanoClock.Instance);
        PipelineSnapshot end = pipeline.Run(monitor, TestContext.Current.CancellationToken);
        Assert.Equal((0, count, 0), (end.Delivered, end.DroppedByOutput, end.InFlight));
        Assert.Contains(monitor.Errors, batch => batch.Code == (int)PipelineErrorCode.OutputFailed);
        Assert.Contains(
            monitor.Errors, batch => batch.Code == (int)PipelineErrorCode.BreakerChanged && batch.Last.Second != (long)BreakerState.Closed);
    }

    /// <summary>An output stage with bundles of one message in front of it, on a clock that the test moves.</summary>
    private sealed class Rig
    {
        internal Rig(int bundles)
        {
            var ring = new SpscRing<PipelineBundle>(64);
            for (uint i = 0; i < bundles; i++)
            {
                var bundle = default(PipelineBundle);
                bundle.Add([new PipelineMessage(Sample.Message(i), 0, 0)]);
                Assert.True(ring.TryWrite(bundle));
            }

            Output = new CollectingOutput { Answer = _ => Throws ? throw new InvalidOperationException("broken") : Answer };
            var registry = new MetricsRegistry("Velox.Pipeline.Test");
            Stage = new OutputStage(
                new EndingStage(Clock), ring, Output, Options, Clock, new PipelineMetrics(registry), new PipelineErrors(Clock))
            {
                Spot = new ParkingSpot(),
            };
        }

        internal FakeClock Clock { get; } = new();

        internal BundleResult Answer { get; set; }

        internal bool Throws { get; set; }

        internal CollectingOutput Output { get; }

        internal OutputStage Stage { get; }

        internal void Poll(int times)
        {
            for (int i = 0; i < times; i++)
                Stage.Poll(Clock.NowNanos);
        }
    }
}
