using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Velox.Node;

namespace Velox.Cli;

/// <summary>What a node tells its operator on the terminal.</summary>
internal sealed class NodeConsole(VeloxNode node, NodeOptions options)
{
    private readonly long _startedAt = TimeProvider.System.GetTimestamp();

    // Read before the node starts: by the time of the banner the chain may be longer.
    private readonly ulong _openedAtSlot = node.Chain.Tip.Slot;

    /// <summary>A torn tail in words.</summary>
    internal static string Describe(TornTail tail) =>
        $"{tail.Length} bytes at offset {tail.Offset}, of the unfinished block {tail.Slot}";

    internal void PrintBanner(RpcServer server)
    {
        string host = HostOf(options.BindAddress);
        Console.WriteLine("Velox: an exchange engine for the Solana VM");
        Console.WriteLine($"  JSON-RPC    http://{host}:{server.Port}");
        Console.WriteLine($"  WebSocket   ws://{host}:{server.WebSocketPort}");
        Console.WriteLine($"  ledger      {node.LedgerPath} ({(node.IsNewChain ? "new chain" : $"continued at block {_openedAtSlot}")})");
        if (node.CutTail is { } tail)
            Console.WriteLine($"  cut off     {Describe(tail)}");
        Console.WriteLine($"  genesis     {node.Chain.GenesisHash}");
        Console.WriteLine($"  faucet      {node.Keys.Faucet.PublicKey} (requestAirdrop)");
        Console.WriteLine($"  slots       {options.SlotMillis} ms, {options.Workers} worker{(options.Workers == 1 ? "" : "s")} on {Environment.ProcessorCount} cores");
        if (node.Demo is { } demo)
        {
            Console.WriteLine($"  market      {demo.Market} (SOL/USDC, a tick is {DemoMarket.TickPrice} USDC)");
            Console.WriteLine($"  flow        {options.Demo!.MessagesPerSecond:0} orders/s, Poisson in bursts of {options.Demo.BurstSize}, by the order door");
        }

        Console.WriteLine("Ctrl-C stops it. Counts since the start; latency from entry to executed, in the last second.");
    }

    /// <summary>A line a second until cancelled, or until the engine fails, whose error it throws.</summary>
    internal async Task PrintLinesAsync(Task engine, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                if (engine.IsCompleted)
                {
                    await engine;
                    return;
                }

                Console.WriteLine(Line(node.ReadStatistics()));
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C: the usual end.
        }
    }

    internal void PrintSummary()
    {
        NodeStatistics statistics = node.ReadStatistics();
        double seconds = TimeProvider.System.GetElapsedTime(_startedAt).TotalSeconds;
        Console.WriteLine(Invariant($"ran {seconds:0.0} s: {statistics.Blocks} blocks, {statistics.Executed} transactions ({statistics.ExecutedFailures} failed), {statistics.Fills} fills, {statistics.Ingress} entries, {statistics.Dropped} dropped"));
        foreach (DropCount drop in statistics.Drops)
            Console.WriteLine(Invariant($"  dropped {drop.Reason}: {drop.Count}"));
        Console.WriteLine(Invariant($"executed: {Latency(statistics.TotalExecutionLatency)}; durable: {Latency(statistics.TotalDurableLatency)}"));
        Console.WriteLine($"last block {statistics.Slot}, state root {statistics.StateRoot}");
    }

    private string Line(NodeStatistics now)
    {
        double seconds = TimeProvider.System.GetElapsedTime(_startedAt).TotalSeconds;
        string line = Invariant(
            $"[{seconds,4:0}s] ingress={now.Ingress} verified={now.Verified} executed={now.Executed} bundles={now.Bundles} fills={now.Fills} blocks={now.Blocks} drops={now.Dropped}");
        if (now.Quote is { } quote)
            line += $" bid={Price(quote.BidTicks)} ask={Price(quote.AskTicks)}";
        return line + " " + Latency(now.ExecutionLatency);
    }

    /// <summary>What a client on this machine writes in a URL.</summary>
    private static string HostOf(IPAddress address)
    {
        if (address.Equals(IPAddress.Any))
            return $"{IPAddress.Loopback}";
        if (address.Equals(IPAddress.IPv6Any))
            return $"[{IPAddress.IPv6Loopback}]";
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : $"{address}";
    }

    private static string Price(ulong? ticks) =>
        ticks is { } price ? (price * DemoMarket.TickPrice).ToString("0.00", CultureInfo.InvariantCulture) : "-";

    private static string Latency(LatencySummary latency) => latency.Count == 0
        ? "p50=- p99=-"
        : $"p50={Micros(latency.P50Nanos)} p99={Micros(latency.P99Nanos)}";

    private static string Micros(long nanos) =>
        nanos >= 10_000_000 ? Invariant($"{nanos / 1e6:0.0}ms") : Invariant($"{nanos / 1e3:0}us");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
