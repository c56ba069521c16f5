using Velox.OrderBook;
using Xunit;

namespace Velox.Gateway.Tests;

public class BundleBuilderTests
{
    private readonly FakeClock _clock = new();
    private readonly RecordingSink _sink = new();

    [Fact]
    public void Sixteen_messages_make_a_bundle_at_once()
    {
        OrderDoor door = Sample.Door(_clock);
        BundleBuilder builder = Builder(door, _sink);
        for (uint i = 0; i < 15; i++)
            door.TryEnter(Sample.Message(i));
        Assert.True(builder.Poll());
        Assert.Empty(_sink.Bundles);

        door.TryEnter(Sample.Message(15));
        Assert.True(builder.Poll());
        BundleInfo info = Assert.Single(_sink.Bundles).Info;
        Assert.Equal(new BundleInfo(Sample.Market, Sample.SessionKey, 16, _clock.NowNanos, BundleTrigger.Size), info);
        Assert.Equal(Enumerable.Range(0, 16).Select(i => (uint)i), _sink.Sequences());
        Assert.False(builder.Poll());
    }

    [Fact]
    public void A_bundle_closes_100_microseconds_after_its_first_message_came_in()
    {
        OrderDoor door = Sample.Door(_clock);
        BundleBuilder builder = Builder(door, _sink);
        long start = _clock.NowNanos;
        door.TryEnter(Sample.Message(1));
        Assert.True(builder.Poll());
        Assert.Equal(start + 100_000, builder.DeadlineNanos);

        _clock.NowNanos = start + 60_000;
        door.TryEnter(Sample.Message(2));
        Assert.True(builder.Poll());
        _clock.NowNanos = start + 99_999;
        Assert.False(builder.Poll());
        Assert.Empty(_sink.Bundles);

        _clock.NowNanos = start + 100_000;
        Assert.True(builder.Poll());
        BundleInfo info = Assert.Single(_sink.Bundles).Info;
        Assert.Equal((2, start, BundleTrigger.Age), (info.MessageCount, info.FirstIngressNanos, info.Trigger));
        Assert.Equal(long.MaxValue, builder.DeadlineNanos);
        Assert.Equal(2, builder.Latency.Count);
        Assert.Equal(100_000, builder.Latency.Max);
    }

    [Fact]
    public void The_age_counts_from_arrival_so_a_late_poll_closes_at_once()
    {
        OrderDoor door = Sample.Door(_clock);
        BundleBuilder builder = Builder(door, _sink);
        door.TryEnter(Sample.Message(1));
        _clock.NowNanos += 5_000_000;
        Assert.True(builder.Poll());
        Assert.Equal(BundleTrigger.Age, Assert.Single(_sink.Bundles).Info.Trigger);
    }

    [Fact]
    public void More_than_sixteen_waiting_messages_fill_bundle_after_bundle_in_order()
    {
        OrderDoor door = Sample.Door(_clock);
        BundleBuilder builder = Builder(door, _sink);
        for (uint i = 0; i < 40; i++)
            door.TryEnter(Sample.Message(i));
        while (builder.Poll())
        {
        }

        _clock.NowNanos += BundleBuilder.MaxAgeNanos;
        builder.Poll();
        Assert.Equal([16, 16, 8], _sink.Bundles.Select(bundle => bundle.Info.MessageCount));
        Assert.Equal(Enumerable.Range(0, 40).Select(i => (uint)i), _sink.Sequences());
    }

    [Fact]
    public void Without_messages_there_is_nothing_to_do_and_no_bundle()
    {
        BundleBuilder builder = Builder(Sample.Door(_clock), _sink);
        _clock.NowNanos += 10 * BundleBuilder.MaxAgeNanos;
        Assert.False(builder.Poll());
        Assert.Empty(_sink.Bundles);
    }

    [Fact]
    public void A_closed_door_is_drained_without_waiting_for_the_age()
    {
        OrderDoor door = Sample.Door(_clock);
        BundleBuilder builder = Builder(door, _sink);
        for (uint i = 0; i < 20; i++)
            door.TryEnter(Sample.Message(i));
        door.Close();
        while (builder.Poll())
        {
        }

        Assert.True(builder.IsFinished);
        Assert.Equal([BundleTrigger.Size, BundleTrigger.Drain], _sink.Bundles.Select(bundle => bundle.Info.Trigger));
        Assert.Equal(20, builder.Statistics.SubmittedMessages);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_message_is_accounted_for_under_full_rings_and_refusals(int seed)
    {
        var random = new Random(seed);
        var sink = new RecordingSink(() => random.Next(3) > 0);
        OrderDoor door = Sample.Door(_clock, ringCapacity: 32);
        BundleBuilder builder = Builder(door, sink);
        long entered = 0;
        for (int step = 0; step < 50_000; step++)
        {
            if (random.Next(3) > 0)
            {
                for (int burst = random.Next(12); burst > 0; burst--)
                    door.TryEnter(random.Next(10) == 0 ? default : Sample.Message((uint)entered), ref entered);
            }
            else if (random.Next(2) == 0)
            {
                _clock.NowNanos += random.Next(60_000);
            }
            else
            {
                builder.Poll();
            }

            AssertAccounts(step);
        }

        door.Close();
        while (builder.Poll())
        {
        }

        AssertAccounts(-1);
        DoorStatistics doorStatistics = door.Statistics;
        BundleStatistics statistics = builder.Statistics;
        Assert.Equal(doorStatistics.Accepted, statistics.BundledMessages);
        Assert.Equal(sink.Sequences().Count, statistics.SubmittedMessages);
        Assert.Equal(sink.Bundles.Count, statistics.SubmittedBundles);
        Assert.Equal(statistics.Bundles, statistics.ClosedBySize + statistics.ClosedByAge + statistics.ClosedByDrain);
        Assert.Equal(statistics.BundledMessages, builder.Latency.Count);
        Assert.True(doorStatistics.Full > 0 && doorStatistics.InvalidKind > 0);
        Assert.True(statistics.RefusedMessages > 0 && statistics.ClosedBySize > 0 && statistics.ClosedByAge > 0);

        void AssertAccounts(int step)
        {
            DoorStatistics entries = door.Statistics;
            BundleStatistics bundles = builder.Statistics;
            string context = $"seed {seed}, step {step}";
            Assert.True(entries.Received == entered, context);
            Assert.InRange(entries.Accepted - bundles.BundledMessages - door.WaitingCount, 0, 15);
        }
    }

    [Fact]
    public void Bundling_itself_allocates_nothing()
    {
        OrderDoor door = Sample.Door(_clock);
        var builder = new BundleBuilder(door, new ConstantEncoder(), new TakingSink(), _clock);
        Bundle(20);
        // The runtime may allocate on this thread once, when it optimises what runs here: bundling would do so every time.
        long[] allocated = [.. Enumerable.Range(0, 5).Select(_ => Measure())];
        Assert.Contains(0L, allocated);

        long Measure()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Bundle(2_000);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void Bundle(int count)
        {
            for (int i = 0; i < count; i++)
            {
                for (uint j = 0; j < 16; j++)
                    door.TryEnter(Sample.Message(j));
                builder.Poll();
            }
        }
    }

    private BundleBuilder Builder(OrderDoor door, IBundleSink sink) => new(door, new PlainEncoder(), sink, _clock);

    private sealed class ConstantEncoder : IBundleEncoder
    {
        private readonly byte[] _transaction = [1];

        public byte[] Encode(ReadOnlySpan<OrderMessage> messages) => _transaction;
    }

    private sealed class TakingSink : IBundleSink
    {
        public bool TrySubmit(byte[] transaction, in BundleInfo info) => true;
    }
}

internal static class CountingEntry
{
    internal static void TryEnter(this OrderDoor door, OrderMessage message, ref long entered)
    {
        door.TryEnter(in message);
        entered++;
    }
}
