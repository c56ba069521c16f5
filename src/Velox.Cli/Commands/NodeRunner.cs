using System.Net.Sockets;
using Velox.Node;

namespace Velox.Cli;

/// <summary>The life of a node on the command line: open, start, a line a second, stop on Ctrl-C, summary.</summary>
internal static class NodeRunner
{
    internal static async Task<int> RunAsync(NodeOptions options)
    {
        // From the very beginning: a replay may take minutes.
        using var signals = new StopSignals();
        try
        {
            await RunAsync(options, signals.Token);
            return 0;
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            Console.WriteLine("stopped during the start");
            return 0;
        }
        catch (Exception error) when (error.GetBaseException() is SocketException cause)
        {
            return Fail($"cannot listen on {ListeningPlace(options)}: {cause.Message}. Choose another --rpc-port or --bind.");
        }
        catch (Exception error) when (error is LedgerException or DemoException or IOException or UnauthorizedAccessException)
        {
            return Fail(error.Message);
        }
    }

    private static async Task RunAsync(NodeOptions options, CancellationToken stop)
    {
        var progress = new ReplayProgress(Console.Out);
        await using VeloxNode node = VeloxNode.Open(options with { ReplayProgress = progress.Report }, stop);
        var rpcOptions = new RpcOptions { BindAddress = options.BindAddress, Port = options.RpcPort };
        await using var server = new RpcServer(node.Chain, node.TrySubmit, node.Keys.Faucet, rpcOptions);
        node.Add(server);
        var console = new NodeConsole(node, options);

        await node.StartAsync(stop);
        console.PrintBanner(server);
        await console.PrintLinesAsync(node.Completion, stop);
        Console.WriteLine("stopping: no new work is taken, the last block is being written (Ctrl-C again: end at once)");
        await node.StopAsync();
        console.PrintSummary();
    }

    private static string ListeningPlace(NodeOptions options) => options.RpcPort == 0
        ? $"{options.BindAddress}"
        : $"{options.BindAddress}, ports {options.RpcPort} and {options.RpcPort + 1}";

    private static int Fail(string message)
    {
        Console.Error.WriteLine($"velox: {message}");
        return 1;
    }
}
