using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Velox.Gateway;

/// <summary>Messages from the network: one in each UDP datagram of exactly 32 bytes.</summary>
/// <remarks>
/// On Linux datagrams are received many at a time, elsewhere one by one: see <see cref="UdpReceive"/>. The kernel holds what
/// waits, as far as its buffer goes, and drops the rest without telling: senders number their messages.
/// </remarks>
public sealed class UdpSource : IMessageSource, IDisposable
{
    /// <summary>Receive buffer that is asked of the kernel, which may grant less.</summary>
    public const int BufferBytes = 8 * 1024 * 1024;

    private static readonly TimeSpan MaxReleaseTime = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private readonly IDatagramReceiver _receiver;
    private readonly ListeningTime _time;
    private bool _isExhausted;
    private bool _isDisposed;

    /// <param name="endPoint">Where to listen; port 0 takes a free one.</param>
    /// <param name="endNanos">When it ends, on the pipeline's clock.</param>
    /// <param name="receive">How to take datagrams from the kernel.</param>
    /// <exception cref="SocketException">The port is taken, or may not be used.</exception>
    /// <exception cref="IOException">The system does not allow that way of receiving; the message says why.</exception>
    public UdpSource(IPEndPoint endPoint, long endNanos, UdpReceive receive = UdpReceive.Auto)
    {
        _socket = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = BufferBytes, Blocking = false };
        _time = new ListeningTime(endNanos);
        try
        {
            _socket.Bind(endPoint);
            _receiver = DatagramReceivers.Open(_socket, receive, out string? refusals);
            Method = refusals is null ? _receiver.Method : $"{_receiver.Method}; {refusals}";
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>How datagrams are received, and why not in a way that would have been preferred.</summary>
    public string Method { get; }

    /// <summary>The receive buffer that the kernel has granted, in bytes.</summary>
    public int GrantedBufferBytes => _socket.ReceiveBufferSize;

    public bool WaitsForRoom => false;

    public bool IsExhausted => _isExhausted;

    public long InvalidCount { get; private set; }

    public long NanosToNext(long nowNanos) => _time.NanosToNext(nowNanos);

    /// <exception cref="IOException">The kernel ended the receiving.</exception>
    public int Take(Span<PipelineMessage> slots, long nowNanos)
    {
        int count = _receiver.Receive(slots, out int refused);
        InvalidCount += refused;
        _isExhausted = _time.IsOver(nowNanos, foundNothing: count + refused == 0);
        return count;
    }

    /// <summary>The port is free again when this returns.</summary>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        IPEndPoint endPoint = EndPoint;
        _receiver.Dispose();
        _socket.Dispose();
        if (_receiver.MayKeepSocket)
            WaitForRelease(endPoint);
    }

    /// <summary>Waits until the kernel has let go of the port, which nothing but trying to bind it tells; not longer than a second.</summary>
    private static void WaitForRelease(IPEndPoint endPoint)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < MaxReleaseTime)
        {
            using var probe = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                probe.Bind(endPoint);
                return;
            }
            catch (SocketException)
            {
                Thread.Sleep(1);
            }
        }
    }
}
