using System.Net;
using System.Net.Sockets;
using Velox.OrderBook;

namespace Velox.Gateway;

/// <summary>Messages from the network: one in each UDP datagram of exactly 32 bytes.</summary>
/// <remarks>
/// On Linux datagrams are received many at a time, elsewhere one by one. The kernel holds what waits, as far as its buffer
/// goes, and drops the rest without telling: senders number their messages.
/// </remarks>
public sealed class UdpSource : IMessageSource, IDisposable
{
    /// <summary>Receive buffer that is asked of the kernel, which may grant less.</summary>
    public const int BufferBytes = 8 * 1024 * 1024;

    /// <summary>How long the stage waits at most before it looks again: nothing else tells it of a datagram.</summary>
    private const long LookIntervalNanos = 100_000;

    /// <summary>How long after the end what was held is still taken.</summary>
    private const long MaxDrainNanos = 5_000_000_000;

    private readonly Socket _socket;
    private readonly DatagramBatch? _batch;
    private readonly byte[] _single = new byte[OrderMessage.Size + 1];
    private readonly long _endNanos;
    private bool _isExhausted;

    /// <param name="endPoint">Where to listen; port 0 takes a free one.</param>
    /// <param name="endNanos">When it ends, on the pipeline's clock.</param>
    /// <param name="usesBatches">Whether to receive many at a time where the system can; tests say no.</param>
    /// <exception cref="SocketException">The port is taken, or may not be used.</exception>
    public UdpSource(IPEndPoint endPoint, long endNanos, bool usesBatches = true)
    {
        _socket = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = BufferBytes, Blocking = false };
        try
        {
            _socket.Bind(endPoint);
        }
        catch (SocketException)
        {
            _socket.Dispose();
            throw;
        }

        _endNanos = endNanos;
        if (usesBatches && DatagramBatch.IsSupported)
            _batch = new DatagramBatch(_socket);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>How datagrams are received.</summary>
    public string Method => _batch is null ? "one by one" : $"recvmmsg, up to {DatagramBatch.MaxDatagrams} at a time";

    /// <summary>The receive buffer that the kernel has granted, in bytes.</summary>
    public int GrantedBufferBytes => _socket.ReceiveBufferSize;

    public bool WaitsForRoom => false;

    public bool IsExhausted => _isExhausted;

    public long InvalidCount { get; private set; }

    public long NanosToNext(long nowNanos) => Math.Clamp(_endNanos - nowNanos, 0, LookIntervalNanos);

    public int Take(Span<OrderMessage> messages, long nowNanos)
    {
        long invalidBefore = InvalidCount;
        int count = _batch is null ? TakeSingly(messages) : TakeBatch(_batch, messages);
        // What the kernel still holds at the end came in time; but who goes on sending must not keep the pipeline running.
        bool isEmpty = count == 0 && InvalidCount == invalidBefore;
        _isExhausted = nowNanos >= _endNanos && (isEmpty || nowNanos - _endNanos >= MaxDrainNanos);
        return count;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _batch?.Dispose();
    }

    private int TakeBatch(DatagramBatch batch, Span<OrderMessage> messages)
    {
        int received = batch.Receive(Math.Min(messages.Length, DatagramBatch.MaxDatagrams));
        int count = 0;
        for (int i = 0; i < received; i++)
            count += Parse(batch[i], ref messages[count]);
        return count;
    }

    private int TakeSingly(Span<OrderMessage> messages)
    {
        int count = 0;
        for (int i = 0; i < messages.Length; i++)
        {
            int bytes = _socket.Receive(_single, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success)
                count += Parse(_single.AsSpan(0, bytes), ref messages[count]);
            else if (error == SocketError.MessageSize)
                InvalidCount++; // longer than the buffer, where the system says so
            else
                break; // nothing there: it does not block
        }

        return count;
    }

    private int Parse(ReadOnlySpan<byte> datagram, ref OrderMessage message)
    {
        if (OrderMessage.TryParse(datagram, out message, out _))
            return 1;
        InvalidCount++;
        return 0;
    }
}
