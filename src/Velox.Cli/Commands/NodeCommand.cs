using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Velox.Node;
using Velox.Svm;

namespace Velox.Cli;

/// <summary><c>velox node</c>: runs a node until Ctrl-C.</summary>
internal static class NodeCommand
{
    private const string DefaultLedger = "ledger";

    internal static Command Create()
    {
        Option<string> ledger = new("--ledger")
        {
            Description = "Folder of the chain: journal and keys. Created if need be.",
            DefaultValueFactory = _ => DefaultLedger,
            HelpName = "DIR",
        };
        Option<bool> reset = new("--reset") { Description = "Delete the chain in the ledger folder and begin a new one." };
        Option<int> rpcPort = NumberOption.Create(
            "--rpc-port", "Port of JSON-RPC (WebSocket has the next one; 0: any free ports)", 0, NodeOptions.MaxRpcPort, 8899);
        Option<int> slotMillis = NumberOption.Create(
            "--slot-ms", "Milliseconds of a slot, which ends with a block",
            NodeOptions.MinSlotMillis, NodeOptions.MaxSlotMillis, NodeOptions.DefaultSlotMillis);
        Option<IPAddress> bind = new("--bind")
        {
            Description = "IP address that the servers listen on.",
            DefaultValueFactory = _ => IPAddress.Loopback,
            CustomParser = ParseAddress,
            HelpName = "ADDRESS",
        };
        Option<bool> demo = new("--demo") { Description = "Make a SOL/USDC market with a synthetic flow of orders." };
        Option<int> demoRate = NumberOption.Create(
            "--demo-rate", "Order messages per second of the demo's flow",
            DemoOptions.MinMessagesPerSecond, DemoOptions.MaxMessagesPerSecond, DemoOptions.DefaultMessagesPerSecond);
        Option<int> workers = NumberOption.Create(
            "--workers", "Threads for verification and execution (the result does not depend on it)",
            1, NodeOptions.MaxWorkers, Math.Clamp(Environment.ProcessorCount / 2, 1, NodeOptions.MaxWorkers));
        Option<string> metricsFile = new("--metrics-file")
        {
            Description = "File for the node's metrics, which 'velox top' shows live; refreshed every second.",
            HelpName = "PATH",
        };
        ledger.Validators.Add(PathRules.RefuseEmpty);
        metricsFile.Validators.Add(PathRules.RefuseEmpty);
        var genesis = new GenesisOptions();

        var command = new Command("node", "Run a node: JSON-RPC, WebSocket, a faucet, native programs; Ctrl-C stops it in order.")
        {
            demo, ledger, reset, rpcPort, slotMillis, bind, demoRate, workers, metricsFile,
        };
        foreach (Option option in genesis.All)
            command.Add(option);
        command.SetAction(result => !genesis.TryRead(result, out GenesisAdditions additions, out IReadOnlyList<string> errors)
            ? Task.FromResult(CommandLineErrors.Print(result, errors))
            : NodeRunner.RunAsync(new NodeOptions
            {
                Additions = additions,
                LedgerDirectory = result.GetRequiredValue(ledger),
                Reset = result.GetValue(reset),
                RpcPort = result.GetValue(rpcPort),
                SlotMillis = result.GetValue(slotMillis),
                BindAddress = result.GetRequiredValue(bind),
                Workers = result.GetValue(workers),
                MetricsFile = result.GetValue(metricsFile),
                Demo = result.GetValue(demo) ? new DemoOptions { MessagesPerSecond = result.GetValue(demoRate) } : null,
            }));
        return command;
    }

    private static IPAddress ParseAddress(ArgumentResult result)
    {
        string text = result.Tokens.Single().Value;
        // Without a dot or colon the parser takes "1" for 0.0.0.1.
        if (text.AsSpan().ContainsAny('.', ':') && IPAddress.TryParse(text, out IPAddress? address))
            return address;
        result.AddError($"--bind is '{text}': it must be an IP address, such as 127.0.0.1 or ::1, without a port.");
        return IPAddress.Loopback;
    }
}
