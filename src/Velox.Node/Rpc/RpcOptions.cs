using System.Net;
using Velox.Svm;

namespace Velox.Node;

/// <summary>How the RPC server listens, and its limits. What is over a limit is refused and counted.</summary>
public sealed record RpcOptions
{
    public IPAddress BindAddress { get; init; } = IPAddress.Loopback;

    /// <summary>Port of JSON-RPC; WebSocket has the next. 0 lets the system choose both.</summary>
    public int Port { get; init; } = 8899;

    /// <summary>Programs that simulations run; the same as the bank has.</summary>
    public ProgramRegistry Programs { get; init; } = NativePrograms.CreateRegistry();

    /// <summary>Largest request body in bytes, as in Agave; a larger one is answered with HTTP 413.</summary>
    public int MaxBodyBytes { get; init; } = 50 * 1024;

    /// <summary>Most calls in a JSON-RPC batch.</summary>
    public int MaxBatchCalls { get; init; } = 256;

    /// <summary>
    /// Most bytes of long answers (over 64 KiB) that wait for HTTP clients to read them; beyond, a call that has a long
    /// answer gets HTTP 503. Not less than a batch's answers and a call's may be, or those are never given.
    /// </summary>
    public long MaxWaitingAnswerBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>A client that reads its answer more slowly, for longer than 5 s, is disconnected.</summary>
    public int MinAnswerBytesPerSecond { get; init; } = 4 * 1024;

    /// <summary>Most HTTP connections at a time; further ones are closed.</summary>
    public int MaxConnections { get; init; } = 1024;

    /// <summary>Most WebSocket connections at a time.</summary>
    public int MaxWebSockets { get; init; } = 256;

    /// <summary>Most subscriptions of one WebSocket connection.</summary>
    public int MaxSubscriptions { get; init; } = 256;

    /// <summary>
    /// Most messages that wait to be sent to one WebSocket client; one that is slower is disconnected.
    /// </summary>
    public int MaxOutgoingMessages { get; init; } = 4096;

    /// <summary>Most bytes that wait to be sent to one WebSocket client; the largest account makes 14 MB.</summary>
    public long MaxOutgoingBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>
    /// Most bytes that wait for all WebSocket clients together; beyond, clients are disconnected that have more than their
    /// even share of it waiting.
    /// </summary>
    public long MaxTotalOutgoingBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>Most lamports of one airdrop.</summary>
    public ulong MaxAirdropLamports { get; init; } = 10_000UL * 1_000_000_000;

    /// <summary>Trades kept for each market.</summary>
    public int MaxTrades { get; init; } = 1000;
}
