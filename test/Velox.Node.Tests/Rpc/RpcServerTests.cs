using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Velox.Node.Tests;

public sealed class RpcServerTests
{
    [Fact]
    public async Task A_call_is_answered_with_its_id_as_it_was_sent()
    {
        await using RpcHost host = await RpcHost.Start();
        foreach (string id in new[] { "1", "\"a\\u0041\"", "null", "1e2", "18446744073709551615" })
        {
            byte[] body = Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":{{id}},"method":"getHealth"}""");
            using HttpResponseMessage response = await host.Post(body);
            string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Equal($$"""{"jsonrpc":"2.0","result":"ok","id":{{id}}}""", text);
        }
    }

    [Theory]
    [InlineData("", -32700)]
    [InlineData("{", -32700)]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\\ud800\"}", -32600)]
    [InlineData("7", -32600)]
    [InlineData("[]", -32600)]
    [InlineData("{}", -32600)]
    [InlineData("{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"getHealth\"}", -32600)]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"getHealth\"}", -32600)]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":5}", -32600)]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1}", -32600)]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"noSuchMethod\"}", -32601)]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getHealth\",\"params\":{}}", -32602)]
    public async Task A_bad_request_gets_the_code_of_its_fault(string body, int code)
    {
        await using RpcHost host = await RpcHost.Start();
        JsonNode answer = (await host.PostJson(body))!;
        Assert.Equal(code, answer["error"]!["code"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_batch_is_answered_in_order_without_its_notifications()
    {
        await using RpcHost host = await RpcHost.Start();
        JsonArray answers = (await host.PostJson("""
            [{"jsonrpc":"2.0","id":1,"method":"getHealth"},
             {"jsonrpc":"2.0","method":"getHealth"},
             5,
             {"jsonrpc":"2.0","id":2,"method":"nope"}]
            """))!.AsArray();
        Assert.Equal(3, answers.Count);
        Assert.Equal("ok", answers[0]!["result"]!.GetValue<string>());
        Assert.Equal(-32600, answers[1]!["error"]!["code"]!.GetValue<int>());
        Assert.Equal(-32601, answers[2]!["error"]!["code"]!.GetValue<int>());
        Assert.Null(await host.PostJson("""{"jsonrpc":"2.0","method":"getHealth"}"""));
        Assert.Null(await host.PostJson("""[{"jsonrpc":"2.0","method":"getHealth"}]"""));
    }

    [Fact]
    public async Task A_batch_over_the_limit_is_refused_as_a_whole()
    {
        await using RpcHost host = await RpcHost.Start();
        const string Call = """{"jsonrpc":"2.0","id":1,"method":"getHealth"}""";
        JsonNode full = (await host.PostJson($"[{string.Join(',', Enumerable.Repeat(Call, new RpcOptions().MaxBatchCalls))}]"))!;
        Assert.Equal(new RpcOptions().MaxBatchCalls, full.AsArray().Count);
        JsonNode over = (await host.PostJson($"[{string.Join(',', Enumerable.Repeat(Call, new RpcOptions().MaxBatchCalls + 1))}]"))!;
        Assert.Equal(-32600, over["error"]!["code"]!.GetValue<int>());
        Assert.Contains("1 to 256", over["error"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_of_the_limit_is_read_and_one_byte_more_is_413()
    {
        await using RpcHost host = await RpcHost.Start();
        const string Call = """{"jsonrpc":"2.0","id":1,"method":"getHealth"}""";
        using HttpResponseMessage full = await host.Post(Encoding.UTF8.GetBytes(Call.PadRight(new RpcOptions().MaxBodyBytes)));
        Assert.Equal(HttpStatusCode.OK, full.StatusCode);
        using HttpResponseMessage over = await host.Post(Encoding.UTF8.GetBytes(Call.PadRight(new RpcOptions().MaxBodyBytes + 1)));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, over.StatusCode);
    }

    [Fact]
    public async Task A_chunked_body_over_the_limit_is_413_too()
    {
        await using RpcHost host = await RpcHost.Start();
        using var request = new HttpRequestMessage(HttpMethod.Post, host.Url);
        request.Content = new StreamContent(new MemoryStream(new byte[new RpcOptions().MaxBodyBytes + 1]));
        request.Headers.TransferEncodingChunked = true;
        using HttpResponseMessage response = await host.Send(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task Health_is_ok_and_other_pages_are_405()
    {
        await using RpcHost host = await RpcHost.Start();
        using HttpResponseMessage health = await host.Send(new HttpRequestMessage(HttpMethod.Get, new Uri(host.Url, "health")));
        Assert.Equal("ok", await health.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using HttpResponseMessage other = await host.Send(new HttpRequestMessage(HttpMethod.Get, host.Url));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, other.StatusCode);
        using HttpResponseMessage delete = await host.Send(new HttpRequestMessage(HttpMethod.Delete, host.Url));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, delete.StatusCode);
    }

    [Fact]
    public async Task A_browser_of_any_origin_may_call()
    {
        await using RpcHost host = await RpcHost.Start();
        using HttpResponseMessage preflight = await host.Send(new HttpRequestMessage(HttpMethod.Options, host.Url));
        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        Assert.Equal("*", Assert.Single(preflight.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Equal("content-type", Assert.Single(preflight.Headers.GetValues("Access-Control-Allow-Headers")));
        using HttpResponseMessage call = await host.Post("{}"u8.ToArray());
        Assert.Equal("*", Assert.Single(call.Headers.GetValues("Access-Control-Allow-Origin")));
    }

    [Theory]
    [InlineData("content-type,solana-client", "content-type,solana-client")]
    [InlineData("caf\u00e9", "content-type")]
    public async Task A_preflight_allows_the_headers_that_are_asked_for(string wanted, string allowed)
    {
        await using RpcHost host = await RpcHost.Start();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, host.Server.Port, TestContext.Current.CancellationToken);
        await using var stream = new NetworkStream(socket);
        string request = $"OPTIONS / HTTP/1.1\r\nHost: node\r\nConnection: close\r\nAccess-Control-Request-Headers: {wanted}\r\n\r\n";
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request), TestContext.Current.CancellationToken);

        string response = await new StreamReader(stream).ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 204", response, StringComparison.Ordinal);
        Assert.Contains($"Access-Control-Allow-Headers: {allowed}\r\n", response, StringComparison.Ordinal);
    }

    [Fact]
    public void A_defect_of_a_method_is_an_internal_error_without_its_insides()
    {
        var counters = new RpcCounters();
        var methods = new Dictionary<string, RpcMethod>
        {
            ["broken"] = (_, writer) =>
            {
                writer.WriteStartObject();
                throw new InvalidOperationException("secret");
            },
        };
        var dispatcher = new RpcDispatcher(methods, maxBatchCalls: 1, counters);
        ReadOnlyMemory<byte> answer = dispatcher.Dispatch("""{"jsonrpc":"2.0","id":1,"method":"broken"}"""u8.ToArray());
        RpcHost.AssertJson(
            """{"jsonrpc":"2.0","error":{"code":-32603,"message":"Internal error"},"id":1}""", JsonNode.Parse(answer.Span));
        Assert.Equal(1, counters.InternalErrors.Value);
    }

    [Fact]
    public void An_answer_over_the_limit_is_32012_and_no_defect()
    {
        var counters = new RpcCounters();
        var methods = new Dictionary<string, RpcMethod>
        {
            ["endless"] = (_, writer) =>
            {
                byte[] data = new byte[1024 * 1024];
                writer.WriteStartArray();
                while (true)
                    writer.WriteBase64StringValue(data);
            },
        };
        var dispatcher = new RpcDispatcher(methods, maxBatchCalls: 1, counters);
        ReadOnlyMemory<byte> answer = dispatcher.Dispatch("""{"jsonrpc":"2.0","id":1,"method":"endless"}"""u8.ToArray());
        JsonNode error = JsonNode.Parse(answer.Span)!["error"]!;
        Assert.Equal(-32012, error["code"]!.GetValue<int>());
        Assert.Equal(0, counters.InternalErrors.Value);
    }

    [Fact]
    public async Task The_WebSocket_port_asks_other_requests_to_upgrade()
    {
        await using RpcHost host = await RpcHost.Start();
        using HttpResponseMessage response = await host.Send(
            new HttpRequestMessage(HttpMethod.Get, new Uri($"http://127.0.0.1:{host.Server.WebSocketPort}/")));
        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
    }

    [Fact]
    public async Task A_WebSocket_over_the_limit_is_503()
    {
        await using RpcHost host = await RpcHost.Start(new RpcOptions { Port = 0, MaxWebSockets = 1 });
        var url = new Uri($"ws://127.0.0.1:{host.Server.WebSocketPort}/");

        using var first = new ClientWebSocket();
        await first.ConnectAsync(url, TestContext.Current.CancellationToken);
        using var second = new ClientWebSocket();
        second.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => second.ConnectAsync(url, TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.HttpStatusCode);
        Assert.Equal("ok", (await host.Call("getHealth"))!.GetValue<string>());
    }

    [Fact]
    public async Task Many_clients_at_once_are_all_answered_while_blocks_are_made()
    {
        await using RpcHost host = await RpcHost.Start();
        Task<bool>[] clients = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 50; i++)
            {
                ulong slot = (await host.Call("getSlot"))!.GetValue<ulong>();
                JsonNode balance = (await host.Call("getBalance", host.Faucet.PublicKey.ToString(), new JsonObject { ["minContextSlot"] = slot }))!;
                if (balance["context"]!["slot"]!.GetValue<ulong>() < slot)
                    return false;
            }

            return true;
        }))];
        for (int i = 0; i < 100; i++)
            host.AddBlock();
        Assert.All(await Task.WhenAll(clients), Assert.True);
    }
}
