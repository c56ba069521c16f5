using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Velox.Node.Tests;

/// <summary>A WebSocket client that sorts answers from notifications. A wait without end is ended by the test's own timeout.</summary>
internal sealed class SocketClient : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _timeout;
    private readonly Queue<JsonObject> _notifications = new();
    private int _lastId;

    private SocketClient()
    {
        _timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        _timeout.CancelAfter(TimeSpan.FromMinutes(5));
    }

    internal WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    internal static async Task<SocketClient> Connect(RpcHost host)
    {
        var client = new SocketClient();
        await client._socket.ConnectAsync(
            new Uri($"ws://127.0.0.1:{host.Server.WebSocketPort}/"), client._timeout.Token);
        return client;
    }

    /// <summary>The whole answer to a call.</summary>
    internal async Task<JsonObject> Ask(string method, params JsonNode?[] parameters)
    {
        string id = $"call {++_lastId}";
        await SendText(new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = id,
            ["method"] = method,
            ["params"] = new JsonArray(parameters),
        }.ToJsonString());
        while (true)
        {
            JsonNode message = await Receive();
            if (message is JsonObject call && call["id"] is JsonValue value && value.ToString() == id)
                return call;
            if (message is JsonObject notification && notification.ContainsKey("method"))
                _notifications.Enqueue(notification);
        }
    }

    internal async Task<ulong> Subscribe(string method, params JsonNode?[] parameters)
    {
        JsonObject answer = await Ask(method, parameters);
        Assert.True(answer.ContainsKey("result"), answer.ToJsonString());
        return answer["result"]!.GetValue<ulong>();
    }

    internal async Task<string> Error(int code, string method, params JsonNode?[] parameters)
    {
        JsonObject answer = await Ask(method, parameters);
        Assert.True(answer["error"]?["code"]?.GetValue<int>() == code, $"expected {code}, got {answer.ToJsonString()}");
        return answer["error"]!["message"]!.GetValue<string>();
    }

    /// <summary>The next message, which must be a notification.</summary>
    internal async Task<JsonObject> NextNotification()
    {
        if (_notifications.TryDequeue(out JsonObject? waiting))
            return waiting;
        JsonObject message = (await Receive()).AsObject();
        Assert.True(message.ContainsKey("method"), message.ToJsonString());
        return message;
    }

    /// <summary>The notifications, not yet taken, of all blocks that are published.</summary>
    internal async Task<JsonObject[]> TakeNotifications()
    {
        // The feed answers it, in order with the blocks: those published before it are told by then.
        ulong last = await Subscribe("slotSubscribe");
        await Ask("slotUnsubscribe", last);
        JsonObject[] waiting = [.. _notifications];
        _notifications.Clear();
        return waiting;
    }

    /// <summary>The next notification's result, which must be of this method and subscription.</summary>
    internal async Task<JsonNode> NextResult(string method, ulong subscription)
    {
        JsonObject notification = await NextNotification();
        Assert.Equal(["jsonrpc", "method", "params"], notification.Select(member => member.Key));
        Assert.Equal("2.0", notification["jsonrpc"]!.GetValue<string>());
        Assert.Equal(method, notification["method"]!.GetValue<string>());
        Assert.Equal(subscription, notification["params"]!["subscription"]!.GetValue<ulong>());
        return notification["params"]!["result"]!;
    }

    internal Task SendText(string text) => Send(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text);

    internal Task Send(byte[] bytes, WebSocketMessageType type) =>
        _socket.SendAsync(bytes, type, endOfMessage: true, _timeout.Token);

    internal async Task<JsonNode> Receive()
    {
        byte[]? message = await ReceiveBytes();
        Assert.True(message is not null, $"closed: {_socket.CloseStatus} {_socket.CloseStatusDescription}");
        return JsonNode.Parse(message)!;
    }

    /// <summary>Reads to the close. It is not answered: whoever has closed may be gone already.</summary>
    internal async Task ReceiveToEnd()
    {
        while (await ReceiveBytes() is not null)
        {
        }
    }

    internal async Task Close() => await _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", _timeout.Token);

    public void Dispose()
    {
        _socket.Dispose();
        _timeout.Dispose();
    }

    private async Task<byte[]?> ReceiveBytes()
    {
        using var message = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        while (true)
        {
            WebSocketReceiveResult part = await _socket.ReceiveAsync(buffer, _timeout.Token);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
                return message.ToArray();
        }
    }
}
