using Velox.Primitives;
using Velox.Testing;
using Xunit;

namespace Velox.Gateway.Tests;

public class BundleStageTests
{
    [Theory]
    [InlineData(1, 2)] // on more cores than stage threads the stage spins
    [InlineData(64, 2)] // never
    [InlineData(64, 1_024)]
    public void Every_accepted_message_ends_once_in_a_bundle_in_order(int stageThreads, int ringCapacity)
    {
        var stage = new BundleStage(SystemNanoClock.Instance, stageThreads);
        var sink = new RecordingSink();
        (OrderDoor door, BundleBuilder builder) = AddDoor(stage, sink, ringCapacity);
        using var stop = new CancellationTokenSource();
        var thread = new Thread(() => stage.Run(stop.Token));
        thread.Start();

        var accepted = new List<uint>();
        var rounds = new Rounds(300_000);
        uint messages = 0;
        for (; rounds.IsAnotherAfter(messages); messages++)
        {
            if (door.TryEnter(Sample.Message(messages)))
                accepted.Add(messages);
            else
                Thread.Yield();
        }

        stop.Cancel();
        thread.Join();

        Assert.Equal(accepted, sink.Sequences());
        Assert.Equal(messages, door.Statistics.Received);
        Assert.Equal(accepted.Count, door.Statistics.Accepted);
        Assert.Equal(accepted.Count, builder.Statistics.SubmittedMessages);
        Assert.All(sink.Bundles, bundle => Assert.InRange(bundle.Info.MessageCount, 1, 16));
        Assert.Equal(0, stage.BuilderCount);
    }

    [Fact]
    public void A_shutdown_under_load_loses_no_accepted_message()
    {
        for (int round = 0; round < 30; round++)
        {
            var stage = new BundleStage(SystemNanoClock.Instance, 64);
            var sink = new RecordingSink();
            (OrderDoor door, BundleBuilder builder) = AddDoor(stage, sink, 256);
            using var stop = new CancellationTokenSource();
            var thread = new Thread(() => stage.Run(stop.Token));
            thread.Start();

            EntryResult result;
            uint sequence = 0;
            do
            {
                result = door.Enter(Sample.Message(sequence++));
                if (sequence == 2_000)
                    stop.Cancel();
            }
            while (result != EntryResult.Closed);
            thread.Join();

            DoorStatistics entries = door.Statistics;
            Assert.Equal(sequence, entries.Accepted + entries.Full + entries.Closed);
            Assert.Equal(entries.Accepted, builder.Statistics.SubmittedMessages);
            Assert.Equal(entries.Accepted, sink.Sequences().Count);
        }
    }

    [Fact]
    public void One_message_is_bundled_by_its_age_while_the_stage_sleeps_in_between()
    {
        var stage = new BundleStage(SystemNanoClock.Instance, 64);
        using var arrived = new SemaphoreSlim(0);
        var sink = new RecordingSink(() => { arrived.Release(); return true; });
        (OrderDoor door, BundleBuilder builder) = AddDoor(stage, sink, 16);
        using var stop = new CancellationTokenSource();
        var thread = new Thread(() => stage.Run(stop.Token)) { IsBackground = true };
        thread.Start();
        for (uint i = 0; i < 200; i++)
        {
            door.TryEnter(Sample.Message(i));
            Assert.True(arrived.Wait(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken));
        }

        stop.Cancel();
        thread.Join();
        Assert.Equal(200, builder.Statistics.ClosedByAge);
        Assert.True(builder.Latency.ValueAtPercentile(0) >= BundleBuilder.MaxAgeNanos);
    }

    [Fact]
    public void Doors_are_served_side_by_side_and_forgotten_once_closed_and_drained()
    {
        var clock = new FakeClock();
        var stage = new BundleStage(clock, 1);
        RecordingSink[] sinks = [new(), new(), new()];
        OrderDoor[] doors = [.. sinks.Select(sink => AddDoor(stage, sink, 64, clock).Door)];
        for (uint i = 0; i < 16; i++)
            Array.ForEach(doors, door => door.TryEnter(Sample.Message(i)));

        Assert.True(stage.Poll());
        Assert.All(sinks, sink => Assert.Equal(16, sink.Sequences().Count));
        Assert.False(stage.Poll());

        doors[1].TryEnter(Sample.Message(16));
        doors[1].Close();
        while (stage.Poll())
        {
        }

        Assert.Equal(2, stage.BuilderCount);
        Assert.Equal(17, sinks[1].Sequences().Count);
        Assert.True(doors[0].TryEnter(Sample.Message(17)));
    }

    [Fact]
    public void It_serves_a_bounded_number_of_doors()
    {
        var clock = new FakeClock();
        var stage = new BundleStage(clock, 1);
        for (int i = 0; i < BundleStage.MaxBuilders; i++)
            AddDoor(stage, new RecordingSink(), 1, clock);
        OrderDoor door = Sample.Door(clock, 1, stage.Spot);
        Assert.False(stage.TryAdd(new BundleBuilder(door, new PlainEncoder(), new RecordingSink(), clock)));
    }

    [Fact]
    public void A_stage_without_doors_ends_when_cancelled()
    {
        var stage = new BundleStage(SystemNanoClock.Instance, 64);
        using var stop = new CancellationTokenSource();
        var thread = new Thread(() => stage.Run(stop.Token)) { IsBackground = true };
        thread.Start();
        stop.Cancel();
        Assert.True(thread.Join(TimeSpan.FromMinutes(2)));
    }

    private static (OrderDoor Door, BundleBuilder Builder) AddDoor(
        BundleStage stage, IBundleSink sink, int ringCapacity, INanoClock? clock = null)
    {
        clock ??= SystemNanoClock.Instance;
        OrderDoor door = Sample.Door(clock, ringCapacity, stage.Spot);
        var builder = new BundleBuilder(door, new PlainEncoder(), sink, clock);
        Assert.True(stage.TryAdd(builder));
        return (door, builder);
    }
}
