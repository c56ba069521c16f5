using Velox.Primitives;

namespace Velox.Node;

/// <summary>What the RPC server did and refused.</summary>
public sealed class RpcCounters
{
    /// <summary>Calls answered, errors included.</summary>
    public Counter Calls { get; } = new();

    /// <summary>Calls answered with an error.</summary>
    public Counter Errors { get; } = new();

    /// <summary>Calls that failed for no fault of the client's.</summary>
    public Counter InternalErrors { get; } = new();

    /// <summary>Requests over the body limit.</summary>
    public Counter TooLargeBodies { get; } = new();

    /// <summary>Answers withheld because too much waited for clients that do not read.</summary>
    public Counter RefusedAnswers { get; } = new();

    /// <summary>Transactions refused because the queue was full.</summary>
    public Counter QueueFull { get; } = new();

    /// <summary>Notifications handed to WebSocket connections.</summary>
    public Counter Notifications { get; } = new();

    /// <summary>WebSocket clients disconnected because they did not read fast enough.</summary>
    public Counter SlowClients { get; } = new();

    /// <summary>Times the notifications fell so far behind the chain that all clients were disconnected.</summary>
    public Counter FeedOverruns { get; } = new();
}
