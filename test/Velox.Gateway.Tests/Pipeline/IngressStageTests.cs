using Velox.OrderBook;
using Velox.Primitives;
using Xunit;

namespace Velox.Gateway.Tests;

public sealed class IngressStageTests
{
    private const int RingMessages = 64;

    [Fact]
    public void When_the_ring_fills_new_orders_are_turned_away_first_and_cancels_find_room()
    {
        var clock = new FakeClock();
        var ring = new SpscRing<PipelineMessage>(RingMessages);
        CountingSource source = Alternating(200);
        IngressStage stage = Create(source, ring, clock, shedPercent: 50);
        while (!stage.IsFinished)
            stage.Poll(clock.NowNanos);

        // 32 messages, one half of them orders, then cancels alone until the ring is full.
        PipelineMessage[] messages = Drain(ring);
        Assert.Equal((16, 48), (messages.Count(IsOrder), messages.Count(message => !IsOrder(message))));
        Assert.Equal((200, 100 - 16, 100 - 48), (stage.Generated, stage.DroppedShed, stage.DroppedFull));
        Assert.Equal(messages.Select(message => message.Message.Sequence).Order(), messages.Select(message => message.Message.Sequence));
    }

    [Fact]
    public void New_orders_come_in_again_at_half_of_that()
    {
        var clock = new FakeClock();
        var ring = new SpscRing<PipelineMessage>(RingMessages);
        IngressStage stage = Create(Alternating(10_000), ring, clock, shedPercent: 50);
        stage.Poll(clock.NowNanos);
        Drain(ring);
        stage.Poll(clock.NowNanos); // up to the end of the ring's memory
        stage.Poll(clock.NowNanos);
        Assert.Equal(16, Drain(ring).Count(IsOrder));
    }

    [Fact]
    public void Without_shedding_only_a_full_ring_drops()
    {
        var clock = new FakeClock();
        var ring = new SpscRing<PipelineMessage>(RingMessages);
        IngressStage stage = Create(Alternating(200), ring, clock, shedPercent: 0);
        while (!stage.IsFinished)
            stage.Poll(clock.NowNanos);
        Assert.Equal((0, 200 - RingMessages), (stage.DroppedShed, stage.DroppedFull));
        Assert.Equal(Enumerable.Range(0, RingMessages).Select(i => (uint)i), Drain(ring).Select(message => message.Message.Sequence));
    }

    private static IngressStage Create(CountingSource source, SpscRing<PipelineMessage> ring, FakeClock clock, int shedPercent) =>
        new(source, ring, new PipelineOptions { RingMessages = RingMessages, ShedPercent = shedPercent }, clock, new PipelineErrors(clock), new LatencyHistogram())
        {
            Spot = new ParkingSpot(),
        };

    private static CountingSource Alternating(int count) => new(count, waitsForRoom: false)
    {
        MessageOf = sequence => sequence % 2 == 0 ? Sample.Message(sequence) : OrderMessage.Cancel(0, sequence, 1),
    };

    private static bool IsOrder(PipelineMessage message) => message.Message.Kind == OrderMessageKind.Place;

    private static PipelineMessage[] Drain(SpscRing<PipelineMessage> ring)
    {
        var messages = new List<PipelineMessage>();
        while (ring.TryRead(out PipelineMessage message))
            messages.Add(message);
        return [.. messages];
    }
}
