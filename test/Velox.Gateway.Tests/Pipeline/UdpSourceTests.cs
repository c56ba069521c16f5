using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Velox.OrderBook;
using Velox.Primitives;
using Xunit;
using static Velox.Gateway.Tests.Datagrams;

namespace Velox.Gateway.Tests;

public sealed class UdpSourceTests
{
    private const int SentAtOnce = 150; // what the smallest usual kernel buffer holds

    public static TheoryData<UdpReceive> Ways => [UdpReceive.Auto, UdpReceive.IoUring, UdpReceive.Recvmmsg, UdpReceive.Socket];

    [Theory]
    [MemberData(nameof(Ways))]
    public void Datagrams_become_messages_and_those_of_a_wrong_form_are_counted(UdpReceive receive)
    {
        using UdpSource source = Open(receive);
        using Socket sender = SenderTo(source.EndPoint);
        uint next = 0;
        foreach (int length in new[] { 0, 31, 33, 1, 64, 0, 0, 1_500 })
        {
            sender.Send(Encode(next++));
            sender.Send(new byte[length]);
        }

        byte[] unknown = Encode(0);
        unknown[0] = 77;
        sender.Send(unknown);
        while (next < SentAtOnce)
            sender.Send(Encode(next++));

        Assert.Equal(Enumerable.Range(0, SentAtOnce).Select(i => (uint)i), TakeAll(source, slotsAtOnce: 100));
        Assert.Equal(9, source.InvalidCount);
        Assert.False(source.IsExhausted);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_way_gives_the_same_for_the_same_datagrams(UdpReceive receive)
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        using UdpSource source = Open(receive);
        using Socket sender = SenderTo(source.EndPoint);
        for (int round = 0; round < 50; round++)
        {
            var expected = new List<uint>();
            long invalidBefore = source.InvalidCount;
            int sent = random.Next(1, SentAtOnce);
            for (int i = 0; i < sent; i++)
            {
                uint sequence = (uint)random.Next();
                byte[] datagram = Encode(sequence);
                switch (random.Next(6))
                {
                    case 0:
                        datagram = datagram[..random.Next(OrderMessage.Size)];
                        break;
                    case 1:
                        datagram = [.. datagram, .. new byte[random.Next(1, 1_000)]];
                        break;
                    case 2:
                        datagram[1] = 0xFF; // flags that mean nothing
                        break;
                    default:
                        expected.Add(sequence);
                        break;
                }

                sender.Send(datagram);
            }

            List<uint> taken = TakeAll(source, slotsAtOnce: random.Next(1, 100));
            Assert.True(expected.SequenceEqual(taken), $"seed {seed}, round {round}: {expected.Count} expected, {taken.Count} taken");
            Assert.True(source.InvalidCount - invalidBefore == sent - expected.Count, $"seed {seed}, round {round}: {source.InvalidCount - invalidBefore} invalid");
        }
    }

    [Fact]
    public void More_datagrams_than_buffers_end_the_request_and_it_is_made_again()
    {
        using Socket socket = OpenSocket();
        Require(socket, UringReceiver.TryOpen).Dispose();
        using var receiver = new UringReceiver(socket, buffers: 8);
        using Socket sender = SenderTo(socket.LocalEndPoint!);
        var slots = new PipelineMessage[64];

        Assert.Equal(0, receiver.Receive(slots, out _)); // the request stands, and the next datagrams go into the buffers
        for (uint i = 0; i < SentAtOnce; i++)
            sender.Send(Encode(i));
        var sequences = new List<uint>();
        for (int taken; (taken = receiver.Receive(slots, out _)) > 0;)
            sequences.AddRange(slots.Take(taken).Select(slot => slot.Message.Sequence));

        Assert.Equal(Enumerable.Range(0, SentAtOnce).Select(i => (uint)i), sequences);
        Assert.True(receiver.RequestCount > 1, "the buffers were never used up");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Receiving_allocates_nothing(UdpReceive receive)
    {
        using UdpSource source = Open(receive);
        using Socket sender = SenderTo(source.EndPoint);
        byte[] message = Encode(1);
        var slots = new PipelineMessage[64];
        Exchange(20); // every path once

        long before = GC.GetAllocatedBytesForCurrentThread();
        int taken = Exchange(200);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(200 * 100, taken);

        int Exchange(int rounds)
        {
            int all = 0;
            for (int round = 0; round < rounds; round++)
            {
                for (int i = 0; i < 100; i++)
                    sender.Send(message);
                for (int some; (some = source.Take(slots, 0)) > 0;)
                    all += some;
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_pipeline_takes_them_until_its_time_is_over(UdpReceive receive)
    {
        SystemNanoClock clock = SystemNanoClock.Instance;
        using UdpSource source = Open(receive, clock.NowNanos + 200_000_000);
        using var pipeline = new OrderPipeline(source, new NullOutput(), new PipelineOptions(), clock);
        using Socket sender = SenderTo(source.EndPoint);
        for (uint i = 0; i < SentAtOnce; i++)
            sender.Send(Encode(i));

        PipelineSnapshot end = pipeline.Run(null, TestContext.Current.CancellationToken);

        Assert.Equal((SentAtOnce, SentAtOnce, 0), (end.Generated, end.Delivered, end.InFlight));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void What_the_kernel_holds_at_the_end_is_taken_but_not_for_ever(UdpReceive receive)
    {
        const long end = 1_000;
        using UdpSource source = Open(receive, end);
        using Socket sender = SenderTo(source.EndPoint);
        var slots = new PipelineMessage[2];
        for (uint i = 0; i < 5; i++)
            sender.Send(Encode(i));

        Assert.Equal((2, false), (source.Take(slots, end), source.IsExhausted));
        Assert.Equal((2, false), (source.Take(slots, end + 1), source.IsExhausted));
        Assert.Equal((1, true), (source.Take(slots, end + 5_000_000_000), source.IsExhausted));
        Assert.Equal((0, true), (source.Take(slots, end + 1), source.IsExhausted));
    }

    [Fact]
    public void A_port_that_is_taken_is_an_error()
    {
        using var first = new UdpSource(AnyPort, 1);
        Assert.Equal(SocketError.AddressAlreadyInUse, Assert.Throws<SocketException>(() => new UdpSource(first.EndPoint, 1)).SocketErrorCode);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_port_is_free_again_when_its_source_is_gone(UdpReceive receive)
    {
        for (int i = 0; i < 10; i++)
        {
            UdpSource first = Open(receive);
            IPEndPoint endPoint = first.EndPoint;
            ReceivesOne(first);
            first.Dispose();
            first.Dispose(); // does nothing
            using var second = new UdpSource(endPoint, 1, receive);
        }
    }

    [Fact]
    public void A_message_stands_at_the_start_of_its_slot_and_a_byte_more_does_not_leave_it()
    {
        var slots = new PipelineMessage[1];
        slots[0].Message = OrderMessage.Cancel(3, 7, 9);
        Assert.Equal(Encode(7), MemoryMarshal.AsBytes(slots.AsSpan())[..OrderMessage.Size].ToArray());
        Assert.Equal(OrderMessage.Size + (2 * sizeof(long)), Unsafe.SizeOf<PipelineMessage>());
    }

    [Fact]
    public void Where_the_kernel_forbids_io_uring_asking_for_it_is_an_error_and_auto_still_receives() => ForbiddenCalls.Run([ForbiddenCalls.IoUringSetup], () =>
    {
        Assert.Contains("no io_uring: io_uring_setup: Operation not permitted", Assert.Throws<IOException>(() => new UdpSource(AnyPort, 1, UdpReceive.IoUring)).Message);
        using UdpSource source = Open(UdpReceive.Auto);
        ReceivesOne(source);
    });

    [Fact]
    public void Where_the_kernel_forbids_every_batch_it_goes_one_by_one_and_says_why() => ForbiddenCalls.Run([ForbiddenCalls.IoUringSetup, ForbiddenCalls.Recvmmsg], () =>
    {
        Assert.Contains("no recvmmsg: Operation not permitted", Assert.Throws<IOException>(() => new UdpSource(AnyPort, 1, UdpReceive.Recvmmsg)).Message);
        using UdpSource source = Open(UdpReceive.Auto);
        Assert.Equal("one by one; no recvmmsg: Operation not permitted; no io_uring: io_uring_setup: Operation not permitted (error 1)", source.Method);
        ReceivesOne(source);
    });

    [Fact]
    public void A_ring_that_the_kernel_does_not_let_in_is_an_error_when_it_is_used() => ForbiddenCalls.Run([ForbiddenCalls.IoUringEnter], () =>
    {
        using UdpSource source = Open(UdpReceive.IoUring);
        Assert.Contains("io_uring_enter: Operation not permitted", Assert.Throws<IOException>(() => source.Take(new PipelineMessage[1], 0)).Message);
    });
}
