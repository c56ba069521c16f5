using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Primitives;
using Velox.Cryptography;

namespace Velox.Node;

/// <summary>JSON-RPC over HTTP on one port and WebSocket on the next, with Solana's methods and Velox's own.</summary>
public sealed class RpcServer : INodeService, IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly RpcContext _context;
    private readonly RpcDispatcher _dispatcher;
    private readonly AnswerSender _sender;
    private readonly ConcurrentDictionary<WebSocketConnection, byte> _connections = new();
    private ListenOptions? _httpListener;
    private ListenOptions? _webSocketListener;

    /// <param name="chain">What clients may see; blocks published from here on are followed.</param>
    /// <param name="submit">Offers a transaction to the producer; false when the queue is full or closed.</param>
    /// <param name="faucet">Signs airdrops.</param>
    /// <param name="options">Addresses and limits.</param>
    public RpcServer(ChainView chain, Func<byte[], long, bool> submit, Keypair faucet, RpcOptions options)
    {
        _context = new RpcContext(chain, submit, faucet, options);
        _dispatcher = new RpcDispatcher(RpcMethods.Create(_context), options.MaxBatchCalls, _context.Counters);
        _sender = new AnswerSender(options.MaxWaitingAnswerBytes, _context.Counters);
        _application = Build(options);
    }

    public RpcCounters Counters => _context.Counters;

    /// <summary>Port of JSON-RPC; known once started.</summary>
    public int Port => _httpListener?.IPEndPoint?.Port ?? 0;

    /// <summary>Port of WebSocket; known once started.</summary>
    public int WebSocketPort => _webSocketListener?.IPEndPoint?.Port ?? 0;

    /// <summary>WebSocket connections that are open.</summary>
    public int WebSocketCount => _connections.Count;

    /// <exception cref="IOException">A port is taken.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        _context.Feed.Start();
        await _application.StartAsync(cancellation);
        _context.Endpoint = _httpListener?.IPEndPoint;
    }

    /// <summary>Closes the connections and the ports.</summary>
    public async Task StopAsync()
    {
        foreach (WebSocketConnection connection in _connections.Keys)
            connection.Abort();

        // A client that has sent half a request must not hold the node up: after this, connections are cut.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _application.StopAsync(patience.Token);
        _context.Feed.Stop();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _application.DisposeAsync();
    }

    private WebApplication Build(RpcOptions options)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        // The host would handle Ctrl-C by itself; that is for whoever runs the node to do.
        builder.Services.AddSingleton<IHostLifetime, PassiveLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
            kestrel.Limits.MinResponseDataRate = new MinDataRate(options.MinAnswerBytesPerSecond, AnswerSender.Patience);
            kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
            kestrel.Limits.MaxConcurrentUpgradedConnections = options.MaxWebSockets;
            kestrel.Listen(options.BindAddress, options.Port, listen => _httpListener = listen);
            int webSocketPort = options.Port == 0 ? 0 : options.Port + 1;
            kestrel.Listen(options.BindAddress, webSocketPort, listen => _webSocketListener = listen);
        });

        WebApplication application = builder.Build();
        application.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromSeconds(30) });
        application.Run(HandleAsync);
        return application;
    }

    private Task HandleAsync(HttpContext http) =>
        http.Connection.LocalPort == WebSocketPort ? HandleWebSocketAsync(http) : HandleHttpAsync(http);

    private async Task HandleHttpAsync(HttpContext http)
    {
        IHeaderDictionary headers = http.Response.Headers;
        headers.AccessControlAllowOrigin = "*";
        switch (http.Request.Method)
        {
            case "POST":
                await AnswerAsync(http);
                break;
            case "OPTIONS":
                headers.AccessControlAllowMethods = "POST, GET, OPTIONS";
                headers.AccessControlAllowHeaders = AllowedHeaders(http.Request.Headers.AccessControlRequestHeaders);
                headers.AccessControlMaxAge = "86400";
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case "GET" when http.Request.Path == "/health":
                await http.Response.WriteAsync("ok");
                break;
            default:
                http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
                await http.Response.WriteAsync("Used HTTP method is not allowed: POST or OPTIONS is required.\n");
                break;
        }
    }

    private async Task AnswerAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        try
        {
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException exception)
        {
            if (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
                _context.Counters.TooLargeBodies.Increment();
            http.Response.StatusCode = exception.StatusCode;
            return;
        }

        ReadOnlyMemory<byte> answer = _dispatcher.Dispatch(body.GetBuffer().AsMemory(0, (int)body.Length));
        await _sender.SendAsync(http, answer);
    }

    /// <summary>All that a browser's page asks for; a name that is no ASCII names no header.</summary>
    private static StringValues AllowedHeaders(StringValues wanted) =>
        wanted.Count > 0 && Ascii.IsValid(wanted.ToString()) ? wanted : "content-type";

    private async Task HandleWebSocketAsync(HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            await http.Response.WriteAsync("This port speaks WebSocket; JSON-RPC is one port below.\n");
            return;
        }

        using System.Net.WebSockets.WebSocket? socket = await AcceptAsync(http);
        if (socket is null)
            return;
        using var connection = new WebSocketConnection(socket, _context);
        _connections.TryAdd(connection, 0);
        try
        {
            await connection.RunAsync(http.RequestAborted);
        }
        finally
        {
            _connections.TryRemove(connection, out _);
        }
    }

    /// <summary>Upgrades the connection; null, with the answer given, when there are too many.</summary>
    private static async Task<System.Net.WebSockets.WebSocket?> AcceptAsync(HttpContext http)
    {
        try
        {
            return await http.WebSockets.AcceptWebSocketAsync();
        }
        catch (InvalidOperationException)
        {
            // Kestrel's way to say that its limit of upgraded connections is reached.
            http.Response.Clear();
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return null;
        }
    }

    private sealed class PassiveLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
