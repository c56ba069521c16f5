using System.Globalization;
using System.Net;
using Velox.Gateway;
using Velox.Primitives;

namespace Velox.Cli;

/// <summary>Where a pipeline's messages come from: a file, the network, or the synthetic flow.</summary>
internal sealed record PipelineInput(FlowParameters Flow, int Seconds, string? Path, int UdpPort)
{
    /// <exception cref="IOException">The file or port cannot be had.</exception>
    internal IMessageSource Open(INanoClock clock)
    {
        long durationNanos = Seconds * 1_000_000_000L;
        if (Path is not null)
            return new FileSource(Path);
        return UdpPort != 0
            ? new UdpSource(new IPEndPoint(IPAddress.Loopback, UdpPort), clock.NowNanos + durationNanos)
            : new SyntheticSource(Flow, durationNanos);
    }

    /// <summary>What is about to happen, in lines.</summary>
    internal string Describe(IMessageSource source) => source switch
    {
        UdpSource udp => $"Starting pipeline for {Seconds} seconds, datagrams on {udp.EndPoint} ({udp.Method}; buffer {udp.GrantedBufferBytes} bytes)",
        FileSource => $"Starting pipeline with the messages of {Path}",
        _ => string.Create(CultureInfo.InvariantCulture, $"Starting pipeline for {Seconds} seconds...\nTarget rate: {Flow.MessagesPerSecond:0} txn/sec"),
    };
}
