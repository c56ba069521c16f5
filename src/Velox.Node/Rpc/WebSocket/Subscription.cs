using System.Buffers;
using System.Text.Json;

namespace Velox.Node;

/// <summary>What one client wants to hear. All but <see cref="Close"/> runs on the feed's thread.</summary>
/// <param name="connection">Where notifications go.</param>
/// <param name="kind">Such as <c>account</c>: notifications are named <c>accountNotification</c>.</param>
/// <param name="id">Unique in this process.</param>
internal abstract class Subscription(WebSocketConnection connection, string kind, ulong id)
{
    private volatile bool _isClosed; // set by the connection's task, read by the feed's thread

    internal WebSocketConnection Connection { get; } = connection;

    internal string Kind { get; } = kind;

    internal ulong Id { get; } = id;

    internal bool IsClosed => _isClosed;

    internal void Close() => _isClosed = true;

    /// <summary>Says what there is to say at once.</summary>
    internal virtual void OnStart(ChainView chain)
    {
    }

    internal abstract void OnBlock(FeedBlock block);

    /// <summary>Sends a notification with a bare result.</summary>
    protected void Notify(Action<Utf8JsonWriter> writeResult)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, RpcDispatcher.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc"u8, "2.0"u8);
            writer.WriteString("method"u8, Kind + "Notification");
            writer.WriteStartObject("params"u8);
            writer.WritePropertyName("result"u8);
            writeResult(writer);
            writer.WriteNumber("subscription"u8, Id);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        Connection.Notify(buffer.WrittenMemory);
    }

    /// <summary>Sends a notification whose result has a context.</summary>
    protected void Notify(ulong slot, Action<Utf8JsonWriter> writeValue) => Notify(writer =>
    {
        writer.StartContext(slot);
        writeValue(writer);
        writer.WriteEndObject();
    });
}
