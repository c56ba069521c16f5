using Velox.OrderBook;
using Velox.Primitives;
using Xunit;

namespace Velox.Gateway.Tests;

public class SyntheticFlowTests
{
    private const long Second = 1_000_000_000;

    private static readonly FlowParameters Parameters = new()
    {
        MessagesPerSecond = 50_000,
        Seats = [4, 7, 9],
        MidTicks = 5_000,
        MaxDriftTicks = 50,
        RangeTicks = 80,
        MaxQuantityLots = 20,
        MaxOpenOrdersPerSeat = 10,
        Seed = 12,
    };

    [Fact]
    public void The_flow_does_not_depend_on_how_often_it_is_stepped()
    {
        List<StampedOrder> fine = Collect(Parameters, Second / 10, Second / 10_000);
        List<StampedOrder> coarse = Collect(Parameters, Second / 10, Second / 10);
        Assert.InRange(fine.Count, 4_600, 5_400); // 5,000, five standard deviations of 71 on either side
        Assert.Equal(fine.Select(order => order.Message), coarse.Select(order => order.Message));

        List<StampedOrder> other = Collect(Parameters with { Seed = 13 }, Second / 10, Second / 10);
        Assert.NotEqual(fine.Select(order => order.Message), other.Select(order => order.Message));
    }

    [Fact]
    public void A_message_is_entered_when_it_is_due_and_not_before()
    {
        var clock = new FakeClock();
        OrderDoor door = Sample.Door(clock);
        var flow = new SyntheticFlow(door, Parameters, clock);
        for (int i = 0; i < 100; i++)
        {
            long due = flow.NextArrivalNanos;
            if (due > clock.NowNanos)
            {
                clock.NowNanos = due - 1;
                Assert.Equal(0, flow.Step());
            }

            clock.NowNanos = due;
            Assert.InRange(flow.Step(), 1, 3);
            door.Take(new StampedOrder[64]);
        }
    }

    [Fact]
    public void Messages_are_valid_distinct_and_inside_the_parameters()
    {
        List<StampedOrder> orders = Collect(Parameters, 2 * Second, Second / 100);
        var clientIds = new HashSet<ulong>();
        var open = new Dictionary<ushort, Queue<ulong>>();
        uint sequence = 0;
        foreach (OrderMessage message in orders.Select(order => order.Message))
        {
            Assert.Equal(BookError.None, message.Validate());
            Assert.Equal(++sequence, message.Sequence);
            Assert.Contains(message.Seat, Parameters.Seats);
            if (!open.TryGetValue(message.Seat, out Queue<ulong>? ofSeat))
                open[message.Seat] = ofSeat = new Queue<ulong>();

            if (message.Kind == OrderMessageKind.Cancel)
            {
                Assert.Equal(ofSeat.Dequeue(), message.ClientOrderId);
                continue;
            }

            Assert.Equal(OrderMessageKind.Place, message.Kind);
            Assert.True(clientIds.Add(message.ClientOrderId));
            Assert.InRange(message.PriceTicks, 5_000UL - 130, 5_000UL + 130);
            Assert.InRange(message.QuantityLots, 1UL, 20UL);
            if (message.Type != OrderType.ImmediateOrCancel)
                ofSeat.Enqueue(message.ClientOrderId);
            Assert.InRange(ofSeat.Count, 0, Parameters.MaxOpenOrdersPerSeat);
        }

        Assert.Equal(3, open.Count);
        Assert.InRange(ShareOfPlaces(message => message.Side == Side.Ask), 0.47, 0.53);
        Assert.InRange(ShareOfPlaces(message => message.Type == OrderType.Limit), 0.77, 0.83);
        Assert.InRange(ShareOfPlaces(message => message.Type == OrderType.PostOnly), 0.08, 0.12);

        double ShareOfPlaces(Func<OrderMessage, bool> condition) => orders
            .Select(order => order.Message)
            .Where(message => message.Kind == OrderMessageKind.Place)
            .Average(message => condition(message) ? 1.0 : 0.0);
    }

    [Fact]
    public void Bursts_arrive_together_and_keep_the_mean_rate()
    {
        List<StampedOrder> orders = Collect(Parameters with { BurstSize = 50 }, 2 * Second, Second / 100_000);
        Assert.Equal(0, orders.Count % 50);
        Assert.InRange(orders.Count, 88_000, 112_000); // 2,000 bursts, standard deviation 45
        for (int i = 0; i < orders.Count; i += 50)
            Assert.Equal(orders[i].IngressNanos, orders[i + 49].IngressNanos);
    }

    [Fact]
    public void Dropped_messages_are_counted_and_leave_no_order_to_cancel()
    {
        var clock = new FakeClock();
        OrderDoor door = Sample.Door(clock, ringCapacity: 8);
        var flow = new SyntheticFlow(door, Parameters, clock);
        clock.NowNanos += Second / 10;
        int emitted = flow.Step();

        FlowStatistics statistics = flow.Statistics;
        Assert.Equal(emitted, statistics.Generated);
        Assert.Equal(8, statistics.Pushed);
        Assert.Equal(emitted - 8, statistics.Dropped);
        Assert.Equal(door.Statistics.Full, statistics.Dropped);

        var placed = new HashSet<ulong>();
        var taken = new StampedOrder[8];
        for (int round = 0; round < 1_000; round++)
        {
            int count = door.Take(taken);
            foreach (StampedOrder order in taken.AsSpan(0, count))
            {
                OrderMessage message = order.Message;
                if (message.Kind == OrderMessageKind.Place)
                    placed.Add(message.ClientOrderId);
                else
                    Assert.Contains(message.ClientOrderId, placed);
            }

            clock.NowNanos += Second / 2_000;
            flow.Step();
        }
    }

    [Fact]
    public void A_flow_far_behind_catches_up_in_bounded_steps()
    {
        var clock = new FakeClock();
        var flow = new SyntheticFlow(Sample.Door(clock), Parameters, clock);
        clock.NowNanos += 3_600 * Second;
        Assert.Equal(SyntheticFlow.MaxMessagesPerStep, flow.Step());
        Assert.Equal(SyntheticFlow.MaxMessagesPerStep, flow.Step());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    public void In_real_time_it_runs_until_cancelled_and_all_it_pushed_is_bundled(int stageThreads)
    {
        INanoClock clock = SystemNanoClock.Instance;
        var stage = new BundleStage(clock, stageThreads);
        var sink = new RecordingSink();
        OrderDoor door = Sample.Door(clock, 1 << 12, stage.Spot);
        var builder = new BundleBuilder(door, new PlainEncoder(), sink, clock);
        stage.TryAdd(builder);
        using var stop = new CancellationTokenSource();
        var flow = new SyntheticFlow(door, Parameters, clock);
        var flowThread = new Thread(() => flow.Run(stageThreads, stop.Token));
        var stageThread = new Thread(() => stage.Run(stop.Token));
        stageThread.Start();
        flowThread.Start();
        SpinWait.SpinUntil(() => builder.Statistics.SubmittedMessages > 5_000);
        stop.Cancel();
        flowThread.Join();
        stageThread.Join();

        Assert.Equal(flow.Statistics.Generated, door.Statistics.Received);
        Assert.Equal(flow.Statistics.Pushed, builder.Statistics.SubmittedMessages);
        Assert.Equal(sink.Sequences().Order(), sink.Sequences());
    }

    [Fact]
    public void Parameters_out_of_bounds_are_refused_by_name()
    {
        Refuse(Parameters with { MessagesPerSecond = 0 }, nameof(FlowParameters.MessagesPerSecond));
        Refuse(Parameters with { MessagesPerSecond = double.NaN }, nameof(FlowParameters.MessagesPerSecond));
        Refuse(Parameters with { MessagesPerSecond = 1e300 }, nameof(FlowParameters.MessagesPerSecond));
        Refuse(Parameters with { BurstSize = 0 }, nameof(FlowParameters.BurstSize));
        Refuse(Parameters with { Seats = [] }, nameof(FlowParameters.Seats));
        Refuse(Parameters with { RangeTicks = 0 }, nameof(FlowParameters.RangeTicks));
        Refuse(Parameters with { MaxDriftTicks = -1 }, nameof(FlowParameters.MaxDriftTicks));
        Refuse(Parameters with { MidTicks = 130 }, nameof(FlowParameters.MidTicks));
        Refuse(Parameters with { MaxQuantityLots = 0 }, nameof(FlowParameters.MaxQuantityLots));
        Refuse(Parameters with { CancelPercent = 101 }, nameof(FlowParameters.CancelPercent));
        Refuse(Parameters with { MaxOpenOrdersPerSeat = 0 }, nameof(FlowParameters.MaxOpenOrdersPerSeat));

        static void Refuse(FlowParameters parameters, string field)
        {
            var clock = new FakeClock();
            var exception = Assert.Throws<ArgumentOutOfRangeException>(
                () => new SyntheticFlow(Sample.Door(clock), parameters, clock));
            Assert.Equal(field, exception.ParamName);
        }
    }

    private static List<StampedOrder> Collect(FlowParameters parameters, long durationNanos, long stepNanos)
    {
        var clock = new FakeClock();
        OrderDoor door = Sample.Door(clock, 1 << 17);
        var flow = new SyntheticFlow(door, parameters, clock);
        var collected = new List<StampedOrder>();
        var taken = new StampedOrder[1 << 17];
        for (long elapsed = 0; elapsed < durationNanos; elapsed += stepNanos)
        {
            clock.NowNanos += stepNanos;
            flow.Step();
            collected.AddRange(taken.AsSpan(0, door.Take(taken)));
        }

        Assert.Equal(0, flow.Statistics.Dropped);
        return collected;
    }
}
