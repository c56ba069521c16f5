using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Velox.Gateway;
using Velox.OrderBook;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>A receiver of datagrams for <see cref="UdpBench"/>, and a socket that sends to it.</summary>
internal abstract class UdpReceiver(string name) : IDisposable
{
    /// <summary>Most that are sent before they are taken.</summary>
    private const int MaxFill = 4_096;

    /// <summary>Of the kernel's buffer, a datagram of 32 bytes takes less than this.</summary>
    private const int BufferBytesPerDatagram = 1_024;

    private readonly Socket _sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly byte[] _datagram = new byte[OrderMessage.Size];
    private int _fill;

    internal string Name { get; } = name;

    /// <summary>Sends as many as the kernel's buffer holds, at most so many; returns how many.</summary>
    internal int Fill(int most)
    {
        int count = Math.Min(most, _fill);
        for (int i = 0; i < count; i++)
            _sender.Send(_datagram);
        return count;
    }

    /// <summary>Takes exactly so many, which are there.</summary>
    /// <exception cref="BenchFailedException">They are not.</exception>
    internal abstract void Drain(int count);

    public virtual void Dispose() => _sender.Dispose();

    /// <summary>From now on <see cref="Fill"/> sends here.</summary>
    protected void SendTo(EndPoint endPoint, int grantedBufferBytes)
    {
        OrderMessage.Cancel(1, 1, 1).WriteTo(_datagram);
        _fill = Math.Clamp(grantedBufferBytes / BufferBytesPerDatagram, 1, MaxFill);
        _sender.Connect(endPoint);
    }
}

/// <summary>A source of the pipeline, which writes into the slots of a ring.</summary>
internal sealed class SourceReceiver : UdpReceiver
{
    private const int BatchMessages = 64;

    private readonly UdpSource _source;
    private readonly SpscRing<PipelineMessage> _ring = new(4_096);

    /// <exception cref="IOException">The system does not allow that way of receiving.</exception>
    internal SourceReceiver(string name, UdpReceive receive)
        : base(name)
    {
        _source = new UdpSource(new IPEndPoint(IPAddress.Loopback, 0), long.MaxValue, receive);
        SendTo(_source.EndPoint, _source.GrantedBufferBytes);
    }

    internal override void Drain(int count)
    {
        while (count > 0)
        {
            Span<PipelineMessage> slots = _ring.Reserve(Math.Min(count, BatchMessages));
            int taken = _source.Take(slots, 0);
            if (taken == 0)
                throw new BenchFailedException($"{Name}: {count} datagrams did not arrive");
            foreach (ref PipelineMessage slot in slots[..taken])
                (slot.IngressNanos, slot.BookNanos) = (1, 0);
            _ring.Publish(taken);
            _ring.Advance(_ring.Peek(taken).Length);
            count -= taken;
        }
    }

    public override void Dispose()
    {
        _source.Dispose();
        base.Dispose();
    }
}

/// <summary>What .NET programs do.</summary>
internal sealed class AsyncReceiver : UdpReceiver
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = UdpSource.BufferBytes };
    private readonly Memory<byte> _buffer = new byte[OrderMessage.Size + 1];
    private readonly IPEndPoint _anyone = new(IPAddress.Any, 0);

    internal AsyncReceiver(string name)
        : base(name)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        SendTo(_socket.LocalEndPoint!, _socket.ReceiveBufferSize);
    }

    internal override void Drain(int count)
    {
        for (int i = 0; i < count; i++)
        {
            // What is there is received at once: the task has ended, and costs no more than awaiting it would.
            ValueTask<SocketReceiveFromResult> receiving = _socket.ReceiveFromAsync(_buffer, SocketFlags.None, _anyone);
            SocketReceiveFromResult result = receiving.IsCompletedSuccessfully ? receiving.Result : receiving.AsTask().GetAwaiter().GetResult();
            if (!OrderMessage.TryParse(_buffer.Span[..result.ReceivedBytes], out _, out _))
                throw new BenchFailedException($"{Name}: a datagram of {result.ReceivedBytes} bytes");
        }
    }

    public override void Dispose()
    {
        _socket.Dispose();
        base.Dispose();
    }
}

/// <summary>A receiver in another language: a library with <c>int drain(int socket, int count)</c>, which returns how many it took.</summary>
/// <remarks>Unsafe: the library is code that the user has named, and is trusted as such.</remarks>
internal sealed unsafe class NativeReceiver : UdpReceiver
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = UdpSource.BufferBytes };
    private readonly delegate* unmanaged<int, int, int> _drain;

    /// <exception cref="BenchFailedException">There is no such library or function.</exception>
    internal NativeReceiver(string name, string path)
        : base(name)
    {
        try
        {
            _drain = (delegate* unmanaged<int, int, int>)NativeLibrary.GetExport(NativeLibrary.Load(Path.GetFullPath(path)), "drain");
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            throw new BenchFailedException(error.Message);
        }

        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        SendTo(_socket.LocalEndPoint!, _socket.ReceiveBufferSize);
    }

    internal override void Drain(int count)
    {
        int taken = _drain((int)_socket.Handle, count);
        if (taken != count)
            throw new BenchFailedException($"{Name}: {taken} of {count} datagrams");
    }

    public override void Dispose()
    {
        _socket.Dispose();
        base.Dispose();
    }
}
