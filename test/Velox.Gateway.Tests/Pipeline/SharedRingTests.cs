using System.Runtime.InteropServices;
using Velox.OrderBook;
using Velox.Primitives;
using Xunit;

namespace Velox.Gateway.Tests;

public sealed class SharedRingTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("velox-shared-");

    private string RingPath => Path.Combine(_folder.FullName, "ring");

    [Fact]
    public void Messages_of_the_ring_are_taken_in_order_and_those_of_a_wrong_form_are_counted()
    {
        using var source = new SharedRingSource(RingPath, 64, endNanos: 1_000);
        Assert.Equal(PeerState.Absent, source.Producer);
        using var producer = new SharedRingProducer<OrderMessage>(RingPath, 64);
        Assert.Equal(PeerState.Alive, source.Producer);
        for (uint i = 0; i < 5; i++)
            Assert.True(producer.TryWrite(i == 3 ? Malformed() : OrderMessage.Cancel(1, i, 1)));
        var slots = new PipelineMessage[3];

        Assert.Equal([0u, 1u, 2u], Take(source, slots, nowNanos: 0));
        Assert.Equal([4u], Take(source, slots, nowNanos: 1_000));
        Assert.Equal((1, false), (source.InvalidCount, source.IsExhausted)); // there may be more that came in time
        Assert.Empty(Take(source, slots, nowNanos: 1_001));
        Assert.True(source.IsExhausted);
    }

    [Fact]
    public void Who_goes_on_writing_does_not_keep_a_pipeline_running()
    {
        using var source = new SharedRingSource(RingPath, 64, endNanos: 1_000);
        using var producer = new SharedRingProducer<OrderMessage>(RingPath, 64);
        var slots = new PipelineMessage[1];
        producer.TryWrite(OrderMessage.Cancel(1, 1, 1));
        Assert.Single(Take(source, slots, nowNanos: 1_000));
        Assert.False(source.IsExhausted);
        producer.TryWrite(OrderMessage.Cancel(1, 1, 1));
        Assert.Single(Take(source, slots, nowNanos: 5_000_001_000));
        Assert.True(source.IsExhausted);
    }

    [Fact]
    public void Taking_allocates_nothing()
    {
        using var source = new SharedRingSource(RingPath, 64, long.MaxValue);
        using var producer = new SharedRingProducer<OrderMessage>(RingPath, 64);
        var slots = new PipelineMessage[64];
        Assert.Equal(640, Exchange(10));
        long before = GC.GetAllocatedBytesForCurrentThread();
        int taken = Exchange(1_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(64_000, taken);

        int Exchange(int rounds)
        {
            int all = 0;
            for (int i = 0; i < rounds; i++)
            {
                while (producer.TryWrite(OrderMessage.Cancel(1, 1, 1)))
                {
                }

                all += source.Take(slots, 0);
            }

            return all;
        }
    }

    [Fact]
    public void A_file_of_something_else_is_refused_with_its_field()
    {
        File.WriteAllBytes(RingPath, new byte[8_192]);
        Assert.Equal("magic", Assert.Throws<SharedRingException>(() => new SharedRingSource(RingPath, 64, 1)).Field);
        Assert.Equal("magic", Assert.Throws<SharedRingException>(() => new SharedRingOutput(RingPath, 64, new FakeClock())).Field);
    }

    [Fact]
    public void A_ring_of_another_size_is_refused_with_both_sizes()
    {
        using var output = new SharedRingOutput(RingPath, 64, new FakeClock());
        Assert.Contains("capacity is 64, expected 128", Assert.Throws<SharedRingException>(() => new SharedRingSource(RingPath, 128, 1)).Message);
    }

    [Fact]
    public void A_bundle_that_fits_half_goes_on_where_it_stopped()
    {
        var clock = new FakeClock();
        using var output = new SharedRingOutput(RingPath, 4, clock);
        using var source = new SharedRingSource(RingPath, 4, long.MaxValue);
        PipelineBundle bundle = Bundle(first: 0, count: 6);
        var slots = new PipelineMessage[8];

        Assert.Equal(BundleResult.Busy, output.Accept(in bundle));
        Assert.Equal([0u, 1u, 2u, 3u], Take(source, slots, 0));
        Assert.Equal(BundleResult.Accepted, output.Accept(in bundle));
        Assert.Equal([4u, 5u], Take(source, slots, 0));
        bundle = Bundle(first: 6, count: 1);
        Assert.Equal(BundleResult.Accepted, output.Accept(in bundle));
        Assert.Equal([6u], Take(source, slots, 0));
    }

    [Fact]
    public void A_ring_that_nobody_reads_is_waited_for_ten_seconds()
    {
        var clock = new FakeClock();
        using var output = new SharedRingOutput(RingPath, 4, clock);
        PipelineBundle bundle = Bundle(first: 0, count: 6);
        Assert.Equal(BundleResult.Busy, output.Accept(in bundle));
        clock.NowNanos += SharedRingOutput.MaxWaitNanos - 1;
        Assert.Equal(BundleResult.Busy, output.Accept(in bundle));
        clock.NowNanos += 1;
        Assert.Contains("full for 10 s; its reader is absent", Assert.Throws<IOException>(() => output.Accept(in bundle)).Message);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static uint[] Take(SharedRingSource source, PipelineMessage[] slots, long nowNanos) =>
        [.. slots.Take(source.Take(slots, nowNanos)).Select(slot => slot.Message.Sequence)];

    private static PipelineBundle Bundle(uint first, uint count)
    {
        var bundle = new PipelineBundle();
        for (uint i = first; i < first + count; i++)
            bundle.Add([new PipelineMessage(OrderMessage.Cancel(1, i, 1), 0, 0)]);
        return bundle;
    }

    private static OrderMessage Malformed()
    {
        byte[] bytes = new byte[OrderMessage.Size];
        bytes[0] = 99;
        return MemoryMarshal.Read<OrderMessage>(bytes);
    }
}
