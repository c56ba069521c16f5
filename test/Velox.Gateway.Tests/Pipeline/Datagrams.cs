using System.Net;
using System.Net.Sockets;
using Velox.OrderBook;
using Xunit;

namespace Velox.Gateway.Tests;

/// <summary>Sources on free ports of the loopback interface, and datagrams to them: what is sent is there when the call returns.</summary>
internal static class Datagrams
{
    internal static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    internal delegate T? TryOpen<T>(Socket socket, out string? refusal)
        where T : class, IDatagramReceiver;

    /// <summary>A source that receives in a way; the test is skipped where the system does not allow that way.</summary>
    internal static UdpSource Open(UdpReceive receive, long endNanos = long.MaxValue)
    {
        using Socket socket = OpenSocket();
        switch (receive)
        {
            case UdpReceive.IoUring:
                Require(socket, UringReceiver.TryOpen).Dispose();
                break;
            case UdpReceive.Recvmmsg:
                Require(socket, BatchReceiver.TryOpen).Dispose();
                break;
        }

        return new UdpSource(AnyPort, endNanos, receive);
    }

    internal static T Require<T>(Socket socket, TryOpen<T> open)
        where T : class, IDatagramReceiver
    {
        T? receiver = open(socket, out string? refusal);
        Assert.SkipWhen(receiver is null, $"This way of receiving is not possible here: {refusal}");
        return receiver;
    }

    internal static Socket OpenSocket()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = UdpSource.BufferBytes, Blocking = false };
        socket.Bind(AnyPort);
        return socket;
    }

    internal static Socket SenderTo(EndPoint receiver)
    {
        var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sender.Connect(receiver);
        return sender;
    }

    /// <summary>A message that can be told by its sequence.</summary>
    internal static byte[] Encode(uint sequence)
    {
        byte[] bytes = new byte[OrderMessage.Size];
        OrderMessage.Cancel(3, sequence, 9).WriteTo(bytes);
        return bytes;
    }

    /// <summary>The sequences of all that is there.</summary>
    internal static List<uint> TakeAll(UdpSource source, int slotsAtOnce)
    {
        var sequences = new List<uint>();
        var slots = new PipelineMessage[slotsAtOnce];
        // A call may find nothing but what is refused.
        for (long taken = 1; taken > 0;)
        {
            long invalidBefore = source.InvalidCount;
            int count = source.Take(slots, 0);
            sequences.AddRange(slots.Take(count).Select(slot => slot.Message.Sequence));
            taken = count + source.InvalidCount - invalidBefore;
        }

        return sequences;
    }

    internal static void ReceivesOne(UdpSource source)
    {
        using Socket sender = SenderTo(source.EndPoint);
        sender.Send(Encode(5));
        Assert.Equal([5u], TakeAll(source, slotsAtOnce: 1));
    }
}
