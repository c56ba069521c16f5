using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Velox.Node.Tests;

/// <summary>Clients that ask for long answers and do not read them.</summary>
public sealed class AnswerSenderTests
{
    // Its answer is 3 MB.
    private const string LongCall = """{"jsonrpc":"2.0","id":1,"method":"getLeaderSchedule"}""";

    [Fact]
    public async Task What_waits_for_clients_that_do_not_read_is_bounded()
    {
        await using RpcHost host = await RpcHost.Start(new RpcOptions { Port = 0, MaxWaitingAnswerBytes = 4_000_000 });
        using (Socket idle = await SendWithoutReading(host))
        {
            using HttpResponseMessage refused = await host.Post(Encoding.UTF8.GetBytes(LongCall));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal(1, host.Server.Counters.RefusedAnswers.Value);
            Assert.Equal("ok", (await host.Call("getHealth"))!.GetValue<string>());
        }

        // The idle client is gone, and with it what waited for it.
        HttpStatusCode status = HttpStatusCode.ServiceUnavailable;
        for (int tries = 0; tries < 10_000 && status == HttpStatusCode.ServiceUnavailable; tries++)
        {
            using HttpResponseMessage response = await host.Post(Encoding.UTF8.GetBytes(LongCall));
            status = response.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, status);
    }

    /// <summary>Returns once the answer has begun, so that it is counted.</summary>
    private static async Task<Socket> SendWithoutReading(RpcHost host)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, host.Server.Port, TestContext.Current.CancellationToken);
        string request = $"POST / HTTP/1.1\r\nHost: node\r\nContent-Length: {LongCall.Length}\r\n\r\n{LongCall}";
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        await socket.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken);
        return socket;
    }
}
