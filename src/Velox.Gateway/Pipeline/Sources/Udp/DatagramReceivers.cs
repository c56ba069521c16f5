using System.Net.Sockets;

namespace Velox.Gateway;

/// <summary>Chooses how a socket's datagrams are taken from the kernel.</summary>
internal static class DatagramReceivers
{
    // What "auto" tries, in this order. Where both are possible io_uring costs the same a datagram (bench/README.md), and recvmmsg
    // needs no copy.
    private static readonly Way[] Ways =
    [
        new(UdpReceive.Recvmmsg, "recvmmsg", BatchReceiver.TryOpen),
        new(UdpReceive.IoUring, "io_uring", UringReceiver.TryOpen),
        new(UdpReceive.Socket, "socket", OpenPlain),
    ];

    private delegate IDatagramReceiver? TryOpen(Socket socket, out string? refusal);

    /// <summary>Opens what is asked for.</summary>
    /// <param name="socket">Bound, and not blocking; must outlive the receiver.</param>
    /// <param name="receive">The way.</param>
    /// <param name="refusals">Why each way that would have been preferred is not possible; null when the first one was.</param>
    /// <exception cref="IOException">That way is not possible here.</exception>
    internal static IDatagramReceiver Open(Socket socket, UdpReceive receive, out string? refusals)
    {
        var refused = new List<string>();
        foreach (Way way in Ways.Where(way => receive is UdpReceive.Auto || receive == way.Receive))
        {
            if (way.TryOpen(socket, out string? refusal) is { } receiver)
            {
                refusals = refused.Count == 0 ? null : string.Join("; ", refused);
                return receiver;
            }

            refused.Add($"no {way.Name}: {refusal}");
        }

        throw new IOException($"Datagrams cannot be received as asked: {string.Join("; ", refused)}.");
    }

    private static SocketReceiver OpenPlain(Socket socket, out string? refusal)
    {
        refusal = null;
        return new SocketReceiver(socket);
    }

    private sealed record Way(UdpReceive Receive, string Name, TryOpen TryOpen);
}
