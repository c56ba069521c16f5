using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Velox.Gateway;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>Where a pipeline's messages come from: a file, the network, another process, or the synthetic flow.</summary>
internal sealed record PipelineInput(FlowParameters Flow, int Seconds)
{
    /// <summary>A file of messages.</summary>
    internal string? Path { get; init; }

    /// <summary>A port of the loopback interface; 0 for none.</summary>
    internal int UdpPort { get; init; }

    internal UdpReceive UdpReceive { get; init; }

    /// <summary>The file of a ring that another process writes to.</summary>
    internal string? SharedPath { get; init; }

    /// <summary>Messages that this ring holds.</summary>
    internal int SharedCapacity { get; init; }

    internal bool IsSynthetic => Path is null && SharedPath is null && UdpPort == 0;

    /// <summary>Whether the source waits while the pipeline has no room.</summary>
    internal bool WaitsForRoom => Path is not null || SharedPath is not null;

    /// <exception cref="IOException">The file, port or ring cannot be had.</exception>
    internal IMessageSource Open(INanoClock clock)
    {
        long durationNanos = Seconds * 1_000_000_000L;
        long endNanos = clock.NowNanos + durationNanos;
        if (Path is not null)
            return new FileSource(Path);
        if (SharedPath is not null)
            return new SharedRingSource(SharedPath, SharedCapacity, endNanos);
        return UdpPort != 0 ? OpenUdp(endNanos) : new SyntheticSource(Flow, durationNanos);
    }

    internal string Describe(IMessageSource source) => source switch
    {
        UdpSource udp => $"Starting pipeline for {Seconds} seconds, datagrams on {udp.EndPoint} ({udp.Method}; buffer {udp.GrantedBufferBytes} bytes)",
        SharedRingSource shared => $"Starting pipeline for {Seconds} seconds, messages of another process by {SharedPath} (ring of {SharedCapacity}; its producer is {Name(shared.Producer)})",
        FileSource => $"Starting pipeline with the messages of {Path}",
        _ => string.Create(CultureInfo.InvariantCulture, $"Starting pipeline for {Seconds} seconds...\nTarget rate: {Flow.MessagesPerSecond:0} txn/sec"),
    };

    /// <summary>Says when another process that gives messages has come or gone since the last call, else null; null where there is none.</summary>
    internal static Func<string?>? NewsOf(IMessageSource source)
    {
        if (source is not SharedRingSource shared)
            return null;
        PeerState last = shared.Producer;
        return () =>
        {
            PeerState now = shared.Producer;
            bool isNews = now != last;
            last = now;
            return isNews ? $"the producer is {Name(now)}" : null;
        };
    }

    private UdpSource OpenUdp(long endNanos)
    {
        try
        {
            return new UdpSource(new IPEndPoint(IPAddress.Loopback, UdpPort), endNanos, UdpReceive);
        }
        catch (SocketException error)
        {
            throw new IOException($"port {UdpPort} of the loopback interface: {error.Message}", error);
        }
    }

    private static string Name(PeerState state) => state switch
    {
        PeerState.Alive => "alive",
        PeerState.Dead => "dead: it ended without closing the ring; what it wrote is taken, and another may take its place",
        _ => "absent",
    };
}
