using System.Net;
using System.Net.Sockets;
using Velox.OrderBook;
using Velox.Primitives;
using Xunit;

namespace Velox.Gateway.Tests;

public sealed class UdpSourceTests
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Datagrams_become_messages_and_those_of_a_wrong_form_are_counted(bool usesBatches)
    {
        using var source = new UdpSource(AnyPort, long.MaxValue, usesBatches);
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sender.Connect(source.EndPoint);
        const int count = 150; // what the smallest usual kernel buffer holds
        for (uint i = 0; i < count; i++)
            sender.Send(Encode(OrderMessage.Cancel(3, i, 9)));
        foreach (int length in new[] { 0, 1, 31, 33, 64, 1_000 })
            sender.Send(new byte[length]);
        byte[] unknown = Encode(OrderMessage.Cancel(3, 0, 9));
        unknown[0] = 77;
        sender.Send(unknown);
        sender.Send(Encode(OrderMessage.Cancel(3, count, 9)));

        // Loopback delivers before the send returns: what is not there now was dropped.
        var sequences = new List<uint>();
        var messages = new OrderMessage[100];
        for (int taken = 1, idle = 0; idle < 3; idle = taken == 0 ? idle + 1 : 0)
        {
            taken = source.Take(messages, 0);
            sequences.AddRange(messages.Take(taken).Select(message => message.Sequence));
        }

        Assert.Equal(Enumerable.Range(0, count + 1).Select(i => (uint)i), sequences);
        Assert.Equal(7, source.InvalidCount);
        Assert.False(source.IsExhausted);
    }

    [Fact]
    public void A_pipeline_takes_them_until_its_time_is_over()
    {
        SystemNanoClock clock = SystemNanoClock.Instance;
        using var source = new UdpSource(AnyPort, clock.NowNanos + 200_000_000);
        using var pipeline = new OrderPipeline(source, new NullOutput(), new PipelineOptions(), clock);
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sender.Connect(source.EndPoint);
        byte[] message = Encode(OrderMessage.Cancel(3, 1, 9));
        for (int i = 0; i < 150; i++)
            sender.Send(message);

        PipelineSnapshot end = pipeline.Run(null, TestContext.Current.CancellationToken);

        Assert.Equal((150, 150, 0), (end.Generated, end.Delivered, end.InFlight));
    }

    [Fact]
    public void What_the_kernel_holds_at_the_end_is_taken_but_not_for_ever()
    {
        const long end = 1_000;
        using var source = new UdpSource(AnyPort, end);
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sender.Connect(source.EndPoint);
        var messages = new OrderMessage[2];
        for (int i = 0; i < 5; i++)
            sender.Send(Encode(OrderMessage.Cancel(3, 1, 9)));

        Assert.Equal((2, false), (source.Take(messages, end), source.IsExhausted));
        Assert.Equal((2, false), (source.Take(messages, end + 1), source.IsExhausted));
        Assert.Equal((1, true), (source.Take(messages, end + 5_000_000_000), source.IsExhausted));
        Assert.Equal((0, true), (source.Take(messages, end + 1), source.IsExhausted));
    }

    [Fact]
    public void A_port_that_is_taken_is_an_error()
    {
        using var first = new UdpSource(AnyPort, 1);
        Assert.Equal(SocketError.AddressAlreadyInUse, Assert.Throws<SocketException>(() => new UdpSource(first.EndPoint, 1)).SocketErrorCode);
    }

    private static byte[] Encode(OrderMessage message)
    {
        byte[] bytes = new byte[OrderMessage.Size];
        message.WriteTo(bytes);
        return bytes;
    }
}
