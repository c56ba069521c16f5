using System.Collections.Concurrent;
using System.Net.WebSockets;

namespace Velox.Node;

/// <summary>One WebSocket client: its calls in order, its subscriptions, and what waits to be sent to it.</summary>
internal sealed class WebSocketConnection : IDisposable
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly System.Net.WebSockets.WebSocket _socket;
    private readonly RpcContext _context;
    private readonly RpcDispatcher _dispatcher;
    private readonly ConcurrentDictionary<ulong, Subscription> _subscriptions = new();
    private readonly List<Subscription> _toStart = [];
    private readonly OutgoingQueue _outgoing;
    private readonly CancellationTokenSource _abort = new();
    private int _isSlow;

    internal WebSocketConnection(System.Net.WebSockets.WebSocket socket, RpcContext context)
    {
        _socket = socket;
        _context = context;
        _outgoing = new OutgoingQueue(context.Options, context.OutgoingBytes);
        _dispatcher = new RpcDispatcher(
            new SubscriptionMethods(context, this).Create(), context.Options.MaxBatchCalls, context.Counters);
    }

    internal int SubscriptionCount => _subscriptions.Count;

    /// <summary>Serves the client until it leaves, is too slow, or the server stops.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _abort.Token);
        Task sending = SendAsync(both.Token);
        try
        {
            await ReceiveAsync(both.Token);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException)
        {
            // The client is gone or to be gone: nothing is left to say to it.
        }
        finally
        {
            foreach (Subscription subscription in _subscriptions.Values)
                subscription.Close();
            _outgoing.Complete();
            await sending;
            _outgoing.Drop();
        }
    }

    /// <summary>Takes a subscription whose number is about to be answered.</summary>
    /// <exception cref="RpcException">The connection has as many as it may.</exception>
    internal void Add(Subscription subscription)
    {
        if (_subscriptions.Count >= _context.Options.MaxSubscriptions)
        {
            throw RpcException.InvalidParams(
                $"this connection has {_context.Options.MaxSubscriptions} subscriptions, the most that one may have.");
        }

        _subscriptions.TryAdd(subscription.Id, subscription);
        _toStart.Add(subscription);
    }

    /// <summary>Ends a subscription; false when there is none of that kind and number.</summary>
    internal bool TryRemove(string kind, ulong id)
    {
        if (!_subscriptions.TryGetValue(id, out Subscription? subscription) || subscription.Kind != kind)
            return false;
        Forget(subscription);
        return true;
    }

    internal void Forget(Subscription subscription)
    {
        subscription.Close();
        _subscriptions.TryRemove(subscription.Id, out _);
    }

    /// <summary>Queues a notification, as <see cref="Send"/> does.</summary>
    internal void Notify(ReadOnlyMemory<byte> message)
    {
        _context.Counters.Notifications.Increment();
        Send(message);
    }

    /// <summary>Queues a message; a client whose queue is full is disconnected. Never waits.</summary>
    internal void Send(ReadOnlyMemory<byte> message)
    {
        if (!_outgoing.TryAdd(message))
            AbortSlow();
    }

    private void AbortSlow()
    {
        if (_abort.IsCancellationRequested)
            return;
        if (Interlocked.Exchange(ref _isSlow, 1) == 0)
            _context.Counters.SlowClients.Increment();
        Abort();
    }

    /// <summary>Disconnects the client without further words. Safe at any time, also after the end.</summary>
    internal void Abort()
    {
        foreach (Subscription subscription in _subscriptions.Values)
            subscription.Close();
        try
        {
            _abort.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself in the meantime.
        }
    }

    public void Dispose() => _abort.Dispose();

    private async Task ReceiveAsync(CancellationToken cancellation)
    {
        byte[] buffer = new byte[_context.Options.MaxBodyBytes];
        while (true)
        {
            int length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                if (length == buffer.Length)
                {
                    await CloseAsync(
                        WebSocketCloseStatus.MessageTooBig, $"A message is at most {buffer.Length} bytes.");
                    return;
                }

                part = await _socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
                length += part.Count;
            }
            while (!part.EndOfMessage);

            if (part.MessageType == WebSocketMessageType.Close)
            {
                await CloseAsync(WebSocketCloseStatus.NormalClosure, "");
                return;
            }

            await AnswerAsync(buffer.AsMemory(0, length), cancellation);
        }
    }

    private async Task AnswerAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> answer = _dispatcher.Dispatch(message);
        if (_toStart.Count > 0)
        {
            var request = new SubscriptionRequest(this, answer, [.. _toStart]);
            _toStart.Clear();
            if (!await _context.Feed.AddAsync(request))
                Abort();
        }
        else if (answer.Length > 0 && !await _outgoing.AddAsync(answer, cancellation))
        {
            AbortSlow();
        }
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        try
        {
            await foreach (ReadOnlyMemory<byte> message in _outgoing.ReadAllAsync(cancellation))
                await _socket.SendAsync(message, WebSocketMessageType.Text, true, cancellation);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException)
        {
            // A dead connection: end the receiving side too.
            Abort();
        }
    }

    private async Task CloseAsync(WebSocketCloseStatus status, string reason)
    {
        using var timeout = new CancellationTokenSource(CloseTimeout);
        await _socket.CloseOutputAsync(status, reason, timeout.Token);
    }
}
