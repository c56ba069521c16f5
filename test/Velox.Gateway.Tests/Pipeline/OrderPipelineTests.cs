using System.IO.Pipes;
using Velox.OrderBook;
using Velox.Primitives;
using Velox.Testing;
using Xunit;

namespace Velox.Gateway.Tests;

public sealed class OrderPipelineTests : IDisposable
{
    private static readonly SystemNanoClock Clock = SystemNanoClock.Instance;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Every_message_comes_out_once_and_in_order(int threads)
    {
        const int count = 100_000;
        var output = new CollectingOutput();
        using var pipeline = new OrderPipeline(
            new CountingSource(count, waitsForRoom: true), output, new PipelineOptions { Threads = threads, RingMessages = 64 }, Clock);

        PipelineSnapshot end = pipeline.Run(null, TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, count).Select(i => (uint)i), output.Sequences);
        Assert.Equal((count, 0, 0), (end.Delivered, end.DroppedFull, end.InFlight));
        Assert.Equal(end.Bundles, end.BundlesBySize + end.BundlesByAge + end.BundlesByDrain);
        Assert.All(end.Stages, stage => Assert.Equal(count, stage.Messages));
    }

    [Fact]
    public void What_finds_the_ring_full_is_dropped_and_counted_to_the_unit()
    {
        const int count = 50_000;
        var output = new CollectingOutput { Answer = offer => offer % 2 == 0 ? BundleResult.Busy : BundleResult.Accepted };
        using var pipeline = new OrderPipeline(
            new CountingSource(count, waitsForRoom: false), output, new PipelineOptions { Threads = 1, RingMessages = 64 }, Clock);

        PipelineSnapshot end = pipeline.Run(null, TestContext.Current.CancellationToken);

        Assert.Equal(count, end.Generated);
        Assert.True(end.DroppedFull > 0);
        Assert.Equal(count, end.Delivered + end.DroppedFull);
        Assert.Equal(end.Delivered, output.Sequences.Count);
        Assert.Equal(output.Sequences.Order(), output.Sequences);
    }

    [Fact]
    public void A_cancelled_run_delivers_what_it_had_taken()
    {
        using var cancellation = new CancellationTokenSource();
        var output = new CollectingOutput { OnBundle = count => { if (count > 1_000) cancellation.Cancel(); } };
        using var pipeline = new OrderPipeline(
            new CountingSource(int.MaxValue, waitsForRoom: true), output, new PipelineOptions { RingMessages = 256 }, Clock);

        PipelineSnapshot end = pipeline.Run(null, cancellation.Token);

        Assert.Equal(0, end.InFlight);
        Assert.Equal(end.Generated, output.Sequences.Count);
    }

    [Fact]
    public void An_output_that_fails_ends_the_run_with_its_error()
    {
        var output = new CollectingOutput { OnBundle = _ => throw new IOException("no space left") };
        using var pipeline = new OrderPipeline(new CountingSource(1_000, true), output, new PipelineOptions(), Clock);
        Assert.Contains("no space left", Assert.Throws<PipelineFailedException>(() => pipeline.Run(null, TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void A_report_that_throws_ends_the_run_and_its_threads()
    {
        var source = new CountingSource(int.MaxValue, waitsForRoom: true);
        using var pipeline = new OrderPipeline(source, new NullOutput(), new PipelineOptions(), Clock);
        Assert.Throws<FormatException>(() => pipeline.Run(new CallbackMonitor { OnSecond = _ => throw new FormatException() }, TestContext.Current.CancellationToken));

        // The threads have ended: nobody asks the source any more, and the pipeline's memory may go.
        int taken = source.Taken;
        for (int i = 0; i < 1_000; i++)
            Thread.Yield();
        Assert.Equal(taken, source.Taken);
    }

    [Fact]
    public void What_the_output_could_not_finish_is_an_error_and_no_account()
    {
        var output = new CollectingOutput { OnComplete = () => throw new IOException("no space left") };
        using var pipeline = new OrderPipeline(new CountingSource(10, true), output, new PipelineOptions(), Clock);
        Assert.Contains("no space left", Assert.Throws<PipelineFailedException>(() => pipeline.Run(null, TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void A_file_that_is_being_replayed_cannot_be_the_output()
    {
        string path = _folder.File("messages");
        new FileOutput(path).Dispose();
        using var source = new FileSource(path);
        Assert.Throws<IOException>(() => new FileOutput(path));
        Assert.Equal(MessageFile.HeaderBytes, new FileInfo(path).Length);
    }

    [Fact]
    public void A_file_that_grows_by_half_a_message_ends_the_run()
    {
        string path = _folder.File("messages");
        new FileOutput(path).Dispose();
        using var source = new FileSource(path);
        using (var more = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
            more.Write(new byte[OrderMessage.Size / 2]);
        using var pipeline = new OrderPipeline(source, new NullOutput(), new PipelineOptions(), Clock);
        Assert.Contains("cut off", Assert.Throws<PipelineFailedException>(() => pipeline.Run(null, TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void Bundles_are_closed_when_full_when_old_and_at_the_end()
    {
        var clock = new FakeClock();
        var input = new SpscRing<PipelineMessage>(64);
        var output = new SpscRing<PipelineBundle>(64);
        var before = new EndingStage(clock);
        var stage = new BundlingStage(before, input, output, new PipelineOptions { BundleMessages = 4 }, clock, new LatencyHistogram()) { Spot = new ParkingSpot() };

        for (int i = 0; i < 5; i++)
            input.TryWrite(new PipelineMessage(default, clock.NowNanos, clock.NowNanos));
        Assert.True(stage.Poll(clock.NowNanos));
        Assert.False(stage.Poll(clock.NowNanos));
        Assert.Equal(100_000, stage.NanosToNext(clock.NowNanos));
        clock.NowNanos += 99_999;
        Assert.False(stage.Poll(clock.NowNanos));
        clock.NowNanos += 1;
        Assert.True(stage.Poll(clock.NowNanos));
        input.TryWrite(new PipelineMessage(default, clock.NowNanos, clock.NowNanos));
        before.End();
        while (!stage.IsFinished)
            stage.Poll(clock.NowNanos);

        Assert.Equal((1, 1, 1), (stage.ClosedBy(BundleTrigger.Size), stage.ClosedBy(BundleTrigger.Age), stage.ClosedBy(BundleTrigger.Drain)));
        Assert.Equal([4, 1, 1], Enumerable.Range(0, 3).Select(_ => output.TryRead(out PipelineBundle bundle) ? bundle.Count : 0));
    }

    [Fact]
    public void A_stage_takes_nothing_that_the_next_ring_would_refuse()
    {
        var clock = new FakeClock();
        var input = new SpscRing<PipelineMessage>(64);
        var output = new SpscRing<PipelineMessage>(64);
        using var depth = new DepthView(0);
        var stage = new BookStage(new EndingStage(clock), input, output, depth, clock, new LatencyHistogram()) { Spot = new ParkingSpot() };
        while (output.TryWrite(default(PipelineMessage)))
        {
        }

        // The reader gives slots back late: after one read the ring holds 63 and still has no room.
        Assert.True(output.TryRead(out _));
        input.TryWrite(new PipelineMessage(OrderMessage.Cancel(0, 77, 1), 0, 0));
        stage.Poll(clock.NowNanos);
        while (output.TryRead(out _))
        {
        }

        stage.Poll(clock.NowNanos);
        Assert.True(output.TryRead(out PipelineMessage message));
        Assert.Equal(77u, message.Message.Sequence);
    }

    [Fact]
    public void A_file_written_by_one_run_is_the_source_of_the_next()
    {
        string path = _folder.File("messages");
        var flow = new FlowParameters { MessagesPerSecond = 1_000_000, Seed = 7 };
        using (var first = new OrderPipeline(new SyntheticSource(flow, 20_000_000), new FileOutput(path), new PipelineOptions { RingMessages = 1 << 16 }, Clock))
            Assert.InRange(first.Run(null, TestContext.Current.CancellationToken).Delivered, 15_000, 25_000);

        var output = new CollectingOutput();
        using var source = new FileSource(path);
        using var second = new OrderPipeline(source, output, new PipelineOptions(), Clock);
        PipelineSnapshot end = second.Run(null, TestContext.Current.CancellationToken);
        Assert.Equal((new FileInfo(path).Length - MessageFile.HeaderBytes) / OrderMessage.Size, end.Delivered);
        Assert.Equal(Enumerable.Range(1, (int)end.Delivered).Select(i => (uint)i), output.Sequences);
    }

    [Theory]
    [InlineData("", "the header is cut off: 0 bytes of 16")]
    [InlineData("5645", "the header is cut off: 2 bytes of 16")]
    [InlineData("56454c4f584d5348010000002000000000", "magic")]
    [InlineData("56454c4f584d53470200000020000000", "version 2; this program reads version 1")]
    [InlineData("56454c4f584d53470100000021000000", "messageBytes 33; it must be 32")]
    [InlineData("56454c4f584d5347010000002000000001", "the last message is cut off: 1 bytes of 32")]
    public void A_damaged_file_is_refused_with_field_and_bound(string hex, string expected)
    {
        string path = _folder.File("messages");
        File.WriteAllBytes(path, Convert.FromHexString(hex));
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => new FileSource(path)).Message);
    }

    [Fact]
    public void A_pipe_is_no_source()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux gives a pipe a path.");
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        string path = $"/proc/self/fd/{pipe.SafePipeHandle.DangerousGetHandle()}";
        Assert.Contains("no regular file", Assert.Throws<InvalidDataException>(() => new FileSource(path)).Message);
    }

    [Fact]
    public void A_file_with_malformed_messages_gives_the_others_and_counts_them()
    {
        string path = _folder.File("messages");
        using (FileStream file = File.Create(path))
        {
            MessageFile.WriteHeader(file);
            byte[] bytes = new byte[OrderMessage.Size];
            for (uint i = 0; i < 10; i++)
            {
                OrderMessage.Cancel(0, i, 5).WriteTo(bytes);
                bytes[0] = i % 2 == 0 ? bytes[0] : (byte)99;
                file.Write(bytes);
            }
        }

        var output = new CollectingOutput();
        using var source = new FileSource(path);
        using var pipeline = new OrderPipeline(source, output, new PipelineOptions(), Clock);
        PipelineSnapshot end = pipeline.Run(null, TestContext.Current.CancellationToken);
        Assert.Equal((5, 5), (end.Invalid, end.Delivered));
        Assert.Equal([0u, 2u, 4u, 6u, 8u], output.Sequences);
    }

    [Theory]
    [InlineData(100, 16, 100_000, 0, "RingMessages")]
    [InlineData(32, 16, 100_000, 0, "RingMessages")]
    [InlineData(64, 17, 100_000, 0, "BundleMessages must be 1 to 16")]
    [InlineData(64, 16, -1, 0, "BundleAgeNanos must be 0 to 1000000000")]
    [InlineData(64, 16, 1, 3, "Threads must be 0 (by the cores), 1, 2 or 4")]
    public void Options_out_of_bounds_are_refused(int ring, int bundle, long age, int threads, string expected)
    {
        var options = new PipelineOptions { RingMessages = ring, BundleMessages = bundle, BundleAgeNanos = age, Threads = threads };
        Assert.Contains(
            expected,
            Assert.Throws<ArgumentOutOfRangeException>(() => new OrderPipeline(new CountingSource(1, true), new NullOutput(), options, Clock)).Message);
    }

    public static TheoryData<PipelineOptions, string> BadOptions => new()
    {
        { new PipelineOptions { Threads = 2, Cores = [1] }, "Cores must be one core for each of the 2 threads" },
        { new PipelineOptions { Threads = 2, Cores = [1, 1] }, "Cores must be a core of its own for each thread" },
        { new PipelineOptions { Threads = 1, Cores = [-1] }, "Cores must be core numbers, 0 to" },
        { new PipelineOptions { Wait = (WaitKind)9 }, "Wait must be a wait strategy" },
        { new PipelineOptions { RealTimePriority = 100 }, "RealTimePriority must be 0 to 99" },
        { new PipelineOptions { ShedPercent = 101 }, "ShedPercent must be 0 to 100" },
        { new PipelineOptions { OutputPatienceNanos = -1 }, "OutputPatienceNanos must be 0 to 3600000000000" },
        { new PipelineOptions { StageRestarts = -1 }, "StageRestarts must be 0 to 1000000" },
    };

    [Theory]
    [MemberData(nameof(BadOptions), DisableDiscoveryEnumeration = true)]
    public void Ways_to_run_that_are_out_of_bounds_are_refused(PipelineOptions options, string expected) => Assert.Contains(
        expected,
        Assert.Throws<ArgumentOutOfRangeException>(() => new OrderPipeline(new CountingSource(1, true), new NullOutput(), options, Clock)).Message);

    [Fact]
    public void What_the_system_does_not_grant_is_told_and_the_run_goes_on()
    {
        var monitor = new CallbackMonitor();
        var options = new PipelineOptions { Threads = 1, Cores = [CoreList.MaxNumber], RealTimePriority = 1 };
        using var pipeline = new OrderPipeline(new CountingSource(100, true), new CollectingOutput(), options, Clock);
        Assert.Equal(100, pipeline.Run(monitor, TestContext.Current.CancellationToken).Delivered);
        PipelineThreadReport thread = Assert.Single(monitor.Threads);
        Assert.Equal(["ingress", "orderbook", "bundles", "output"], thread.Stages);
        Assert.Equal(["pinning", "real-time priority"], thread.Grants.Select(grant => grant.Feature));
        Assert.False(thread.Grants[0].IsGranted);
    }

    [Fact]
    public void Its_metrics_are_in_the_file_that_others_read()
    {
        string path = _folder.File("metrics");
        using var file = MetricsFile.Create(path);
        using var registry = new MetricsRegistry("Velox.Pipeline.Test", file);
        using var pipeline = new OrderPipeline(new CountingSource(12_345, true), new CollectingOutput(), new PipelineOptions(), Clock, registry);
        pipeline.Run(null, TestContext.Current.CancellationToken);

        using var reader = MetricsFileReader.Open(path);
        Dictionary<string, MetricsFileEntry> entries = reader.ReadEntries().ToDictionary(entry => entry.Definition.Name);
        Assert.Equal(12_345, entries["messages.delivered"].ReadValue());
        var latency = new LatencyHistogram();
        entries["latency.total"].ReadHistogram(latency);
        Assert.Equal(12_345, latency.Count);
        Assert.Equal(0, entries["dropped.full"].ReadValue());
    }

    [Fact]
    public void A_run_that_fails_says_what_it_had_done()
    {
        var output = new CollectingOutput { OnBundle = count => { if (count >= 160) throw new IOException("no space left"); } };
        using var pipeline = new OrderPipeline(new CountingSource(100_000, true), output, new PipelineOptions(), Clock);
        PipelineFailedException error = Assert.Throws<PipelineFailedException>(() => pipeline.Run(null, TestContext.Current.CancellationToken));
        Assert.Equal(error.End.Generated, error.End.Delivered + error.End.InFlight);
        Assert.True(error.End.InFlight > 0);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 4)]
    [InlineData(128, 4)]
    public void Few_cores_leave_one_to_the_system(int cores, int threads) => Assert.Equal(threads, PipelineOptions.ThreadsFor(cores));

    [Fact]
    public void A_pipeline_runs_once()
    {
        using var pipeline = new OrderPipeline(new CountingSource(10, true), new CollectingOutput(), new PipelineOptions(), Clock);
        pipeline.Run(null, TestContext.Current.CancellationToken);
        Assert.Throws<InvalidOperationException>(() => pipeline.Run(null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Nothing_is_restarted_once_the_run_is_to_stop()
    {
        using var stop = new CancellationTokenSource();
        var output = new CollectingOutput { Answer = _ => { stop.Cancel(); throw new InvalidOperationException("never well"); } };
        var options = new PipelineOptions { StageRestarts = 100 };
        using var pipeline = new OrderPipeline(new CountingSource(int.MaxValue, true), output, options, Clock);
        PipelineFailedException error = Assert.Throws<PipelineFailedException>(() => pipeline.Run(null, stop.Token));
        Assert.Contains("never well", error.Message);
        Assert.Equal(0, error.End.Restarts);
    }

    [Fact]
    public void How_late_messages_were_taken_is_known_where_it_is_known_when_they_were_due()
    {
        var clock = new FakeClock();
        var source = new SyntheticSource(new FlowParameters { MessagesPerSecond = 1_000_000 }, 1_000_000);
        var lateness = new LatencyHistogram();
        var stage = new IngressStage(source, new SpscRing<PipelineMessage>(4_096), new PipelineOptions(), clock, new PipelineErrors(clock), lateness)
        {
            Spot = new ParkingSpot(),
        };
        stage.Poll(clock.NowNanos); // the flow begins
        clock.NowNanos += 1_000_000_000;
        while (!stage.IsFinished)
            stage.Poll(clock.NowNanos);
        Assert.Equal(stage.Generated, lateness.Count);
        Assert.InRange(lateness.ValueAtPercentile(0), 999_000_000, 1_000_000_000);
    }

    [Fact]
    public void Malformed_messages_do_not_keep_a_stage_from_its_other_work()
    {
        string path = _folder.File("messages");
        using (FileStream file = File.Create(path))
        {
            MessageFile.WriteHeader(file);
            file.SetLength(MessageFile.HeaderBytes + (1_000L * OrderMessage.Size));
        }

        using var source = new FileSource(path);
        Assert.Equal(0, source.Take(new PipelineMessage[64], 0));
        Assert.Equal(64, source.InvalidCount);
    }
}
